"""The credit office's cases about subjects' data: those that run, the most pressing first, those that have ended, and each one's steps.

What a subject contests is shown as the case keeps it; the subject itself is not. One of the office decides, another checks; before
anything is decided the page says what granting does.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.lending.industries import parse_industry
from suxin.places.queries import counties_and_towns
from suxin.review import queries
from suxin.review.deciding import accept_case, check_case, extend_case, return_case
from suxin.review.filing import MAX_TEXT
from suxin.review.models import ReviewCase, ReviewDecision
from suxin.review.states import AT_OFFICE, CaseState, Outcome
from suxin.rights.answering import answer_case
from suxin.rights.inquiries import answer_due, ask_source, note_source_answer
from suxin.rights.kinds import DISPUTE, EXTEND_DAYS, KINDS
from suxin.rights.policies import CASE_CHECK, CASE_DECIDE, CASE_READ
from suxin.rights.queries.cases import inquiry_about, kind_of, transfer_of
from suxin.rights.remedies import MAX_NAME, CorrectionAbout, contested, outcome_of
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form
from suxin_tenants.operator.case_words import (
    CASE_STATES,
    outcome_said,
    stated_facts,
    takes_value,
    will_do,
)
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Step, Told, Visit

PLACE: Final = "/desk/cases"
RUNNING_SHOWN: Final = 50
"""How many cases that run are listed, the most pressing of them; the next follow as these end."""
_KINDS: Final = tuple(KINDS)
_FIELDS: Final = ("value", "reason", "refusal", "extension", "missing", "question", "answer")

# Who may not is told on the page, because another of his house may.
_OF_PEOPLE: Final = frozenset({"DECIDED_BY_YOURSELF", "OWN_CASE"})


@get("/cases")
async def show_cases(visit: GivenVisit) -> Answer:
    """Show the cases that run, the most pressing first, and below them those that have ended."""
    _require(visit)
    office = visit.actor.own_tenant
    async with visit.reading() as session:
        ended = queries.cases_at(office, kinds=_KINDS, ended=True)
        running = queries.cases_at(office, kinds=_KINDS, ended=False).limit(RUNNING_SHOWN)
        return await visit.page(
            session,
            "operator/cases.html",
            {
                "running": (await session.scalars(running)).all(),
                "waiting": await queries.cases_waiting(session, office, kinds=_KINDS),
                "late": await queries.cases_late(session, office, kinds=_KINDS, now=visit.now),
                "page": await read_page(session, visit.request, ended, ReviewCase.id),
                "kinds": KINDS,
                "states": CASE_STATES,
                "at_office": AT_OFFICE,
                "said": lambda case: outcome_said(case, KINDS[case.kind].outcomes),
            },
        )


@get("/cases/{case_id:uuid}")
async def show_case(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Show one case with the forms of whatever the staff member may do about it now."""
    return await _show(visit, case_id, Form({}), {}, status=200)


@post("/cases/{case_id:uuid}/accept", status_code=200)
async def send_accept(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Accept a case."""

    async def step(session: AsyncSession, _: Form) -> object:
        kind = await kind_of(session, case_id)
        return await accept_case(session, visit.actor, kind=kind, case_id=case_id, now=visit.now)

    return await _take(visit, case_id, step, name="accept", done="已受理")


@post("/cases/{case_id:uuid}/return", status_code=200)
async def send_return(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Return a case for what is missing."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await return_case(
            session,
            visit.actor,
            kind=await kind_of(session, case_id),
            case_id=case_id,
            missing=form.text("missing"),
            now=visit.now,
        )

    return await _take(visit, case_id, step, name="return", said="missing", done="已退回补正")


@post("/cases/{case_id:uuid}/extend", status_code=200)
async def send_extend(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Let a case take longer, once."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await extend_case(
            session,
            visit.actor,
            kind=await kind_of(session, case_id),
            case_id=case_id,
            reason=form.text("extension"),
            now=visit.now,
        )

    done = "已延期并告知申请人"
    return await _take(visit, case_id, step, name="extend", said="extension", done=done)


@post("/cases/{case_id:uuid}/inquiry", status_code=200)
async def send_inquiry(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Pass a dispute to the record's source."""

    async def step(session: AsyncSession, form: Form) -> object:
        question = form.text("question")
        return await ask_source(
            session, visit.actor, case_id=case_id, question=question, now=visit.now
        )

    return await _take(visit, case_id, step, name="inquiry", said="question", done="已转来源核实")


@post("/cases/{case_id:uuid}/inquiry/answer", status_code=200)
async def send_source_answer(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Write down what the source answered."""

    async def step(session: AsyncSession, form: Form) -> object:
        answer = form.text("answer")
        return await note_source_answer(
            session, visit.actor, case_id=case_id, answer=answer, now=visit.now
        )

    done = "已登记来源回复"
    return await _take(visit, case_id, step, name="source_answer", said="answer", done=done)


@post("/cases/{case_id:uuid}/grant", status_code=200)
async def send_grant(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Decide as asked."""
    return await _decide(visit, case_id, Outcome.GRANTED)


@post("/cases/{case_id:uuid}/decline", status_code=200)
async def send_decline(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Decide not as asked."""
    return await _decide(visit, case_id, Outcome.DECLINED)


@post("/cases/{case_id:uuid}/refuse", status_code=200)
async def send_refuse(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Decide that the case is not one to be decided."""
    return await _decide(visit, case_id, Outcome.REFUSED)


@post("/cases/{case_id:uuid}/uphold", status_code=200)
async def send_uphold(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Agree with what another person decided."""
    return await _check(visit, case_id, upheld=True)


@post("/cases/{case_id:uuid}/send-back", status_code=200)
async def send_back(visit: GivenVisit, case_id: FromPath[UUID]) -> Answer:
    """Have a case decided again."""
    return await _check(visit, case_id, upheld=False)


async def _decide(visit: Visit, case_id: UUID, outcome: Outcome) -> Answer:
    said = "refusal" if outcome is Outcome.REFUSED else "reason"

    async def step(session: AsyncSession, form: Form) -> object:
        return await answer_case(
            session,
            visit.actor,
            case_id=case_id,
            outcome=outcome,
            reason=form.text(said),
            value=form.text("value"),
            now=visit.now,
        )

    done = "已提交，待另一人复核"
    return await _take(visit, case_id, step, name=outcome.value.lower(), said=said, done=done)


async def _check(visit: Visit, case_id: UUID, *, upheld: bool) -> Answer:
    async def step(session: AsyncSession, form: Form) -> object:
        return await check_case(
            session,
            visit.actor,
            kind=await kind_of(session, case_id),
            case_id=case_id,
            upheld=upheld,
            reason=form.text("reason"),
            now=visit.now,
        )

    return await _take(
        visit,
        case_id,
        step,
        name="uphold" if upheld else "send_back",
        said=None if upheld else "reason",
        done="复核通过，已告知申请人" if upheld else "已退回重新决定",
        right=CASE_CHECK,
    )


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CASE_READ)


async def _take(
    visit: Visit,
    case_id: UUID,
    step: Step,
    *,
    name: str,
    done: str,
    said: str | None = None,
    right: Permission = CASE_DECIDE,
) -> Answer:
    """Take one step of a case by its form, whose field ``said`` must hold something; what can be set right is told on the case's page."""
    _require(visit)
    visit.actor.require(right)

    async def again(form: Form, errors: Mapping[str, str]) -> Answer:
        return await _show(visit, case_id, form, errors, status=422)

    return await visit.take(
        step,
        f"case.{name}",
        again=again,
        told=Told(fields=_FIELDS, names={"reason": said or "reason"}, codes=_OF_PEOPLE),
        to=f"{PLACE}/{case_id}",
        done=done,
        said=said,
        case=case_id,
    )


async def _show(
    visit: Visit, case_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        kind = await kind_of(session, case_id)
        case = await queries.case(session, case_id)
        decisions = await queries.decisions_on(session, case)
        inquiry = await inquiry_about(session, case)
        context = {
            "case": case,
            "kind": kind,
            "said": outcome_said(case, kind.outcomes),
            "stated": await stated_facts(session, case),
            "documents": await queries.documents_in(session, case.subject_id, [case.id]),
            "decisions": decisions,
            "names": await _names(session, visit, decisions),
            "outcomes": kind.outcomes,
            "at_office": case.state in AT_OFFICE,
            "will": will_do(case),
            "outcome": outcome_of(case),
            "inquiry": inquiry,
            "transfer": await transfer_of(session, case),
            "inquiry_due": None if inquiry is None else await answer_due(session, inquiry),
            "longest": MAX_NAME,
            "most": MAX_TEXT,
            "extend_days": EXTEND_DAYS,
            "typed": {name: typed.text(name) for name in _FIELDS},
            "errors": errors,
            **_forms(visit, case, decisions),
        }
        if context["of_platform"]:
            context |= {
                "value": typed.text("value") if typed.has("value") else _likely(case),
                "places": await _places(session, case),
            }
        return await visit.page(session, "operator/case.html", context, status=status)


def _forms(
    visit: Visit, case: ReviewCase, decisions: Sequence[ReviewDecision]
) -> dict[str, object]:
    """Return which forms the page has for the staff member, and why one that he might expect is not there."""
    staff_id = visit.actor.own_staff
    decides, checks = visit.actor.may(CASE_DECIDE), visit.actor.may(CASE_CHECK)
    upheld = [one.decided_by for one in decisions if one.upheld_by is not None]
    anew_by_another = case.state is CaseState.APPEALED and staff_id in upheld
    own_decision = case.state is CaseState.DECIDED and case.decided_by == staff_id
    deciding = case.state in (CaseState.ACCEPTED, CaseState.APPEALED)
    return {
        "accepting": decides and case.state is CaseState.SUBMITTED,
        "deciding": decides and deciding and not anew_by_another,
        "checking": checks and case.state is CaseState.DECIDED and not own_decision,
        "another": (decides and anew_by_another) or (checks and own_decision),
        "extending": decides and deciding and case.extended_at is None and case.due_at > visit.now,
        "inquiring": decides and deciding and case.kind == DISPUTE.code,
        "of_platform": takes_value(case),
    }


async def _names(
    session: AsyncSession, visit: Visit, decisions: Sequence[ReviewDecision]
) -> dict[UUID, str]:
    people = {one.decided_by for one in decisions} | {
        one.checked_by for one in decisions if one.checked_by is not None
    }
    known = await staff_names(session, visit.actor.own_tenant, sorted(people))
    return {person: known.get(person, "—") for person in people}


def _likely(case: ReviewCase) -> str:
    """Return what was asked for, where it can be taken as it stands."""
    about = contested(case)[0]
    if about is CorrectionAbout.INDUSTRY:
        return case.wanted if parse_industry(case.wanted.upper()) else ""
    return case.wanted if about is CorrectionAbout.NAME else ""


async def _places(session: AsyncSession, case: ReviewCase) -> list[tuple[str, str]]:
    """Return the counties and towns to choose from, where a place is to be put right."""
    if contested(case)[0] is not CorrectionAbout.REGION:
        return []
    return [(area.code, area.full_name) for area in await session.scalars(counties_and_towns())]
