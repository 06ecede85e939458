"""Commitments at the operator's desk: those that wait for a judgement, those that were judged, and registering one.

What was declared is shown as the commitment keeps it; the subject itself is not read.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.subjects.commitments import judging, queries, registering
from suxin.subjects.commitments.models import (
    KINDS_ZH,
    Commitment,
    CommitmentKind,
    CommitmentState,
)
from suxin.subjects.commitments.policies import COMMITMENT_JUDGE, COMMITMENT_READ
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said
from suxin_web.content_words import content_words

PLACE: Final = "/desk/commitments"
WAITING_SHOWN: Final = 50
"""How many that wait are listed, the oldest of them; the next follow as these are judged."""
_TONES: Final[Mapping[CommitmentState, str]] = {
    CommitmentState.OPEN: "info",
    CommitmentState.KEPT: "good",
    CommitmentState.BROKEN: "bad",
    CommitmentState.RETURNED: "plain",
}
_KINDS: Final = [
    (kind.value, zh) for kind, zh in KINDS_ZH.items() if kind is not CommitmentKind.TRUTH
]
_REGISTERED: Final = ("uscc", "kind", "number", "authority", "title", "text", "madeOn", "dueOn")
_JUDGED: Final = ("verdict", "reason", "document")
_DONE: Final = {
    CommitmentState.KEPT: "已认定：承诺属实或已履行",
    CommitmentState.BROKEN: "已认定：承诺不实或未履行，已记入信用记录",
    CommitmentState.RETURNED: "已退回，该申报不再使用",
}


@get("/commitments")
async def show_commitments(visit: GivenVisit) -> Answer:
    """Show what waits for a judgement, the oldest first, and below it what was judged."""
    _require(visit)
    async with visit.reading() as session:
        waiting = queries.commitments(waiting=True).limit(WAITING_SHOWN)
        context = {
            "waiting": (await session.scalars(waiting)).all(),
            "count": await queries.commitments_waiting(session),
            "page": await read_page(
                session, visit.request, queries.commitments(waiting=False), Commitment.id
            ),
            "state_of": _state,
            "kinds": KINDS_ZH,
            "may_judge": visit.actor.may(COMMITMENT_JUDGE),
        }
        return await visit.page(session, "operator/commitments.html", context)


@get("/commitments/new")
async def show_new_commitment(visit: GivenVisit) -> Answer:
    """Show the form in which a department's commitment is registered."""
    return await _show_form(visit, Form({}), {}, status=200)


@post("/commitments/new", status_code=200)
async def send_new_commitment(visit: GivenVisit) -> Answer:
    """Register what an organisation promised a department."""
    _require(visit)
    visit.actor.require(COMMITMENT_JUDGE)
    form = await visit.form()
    form.require(*_REGISTERED[:-1])
    promise = _promise(form)
    if promise is None:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        made = await registering.register_commitment(
            session, visit.actor, uscc=form.text("uscc"), promise=promise, now=visit.now
        )
        return {"id": str(made.id)}

    try:
        made = await visit.once(form, "commitment.register", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _REGISTERED)
        return await _show_form(visit, form, errors, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已登记并公示")


@get("/commitments/{commitment_id:uuid}")
async def show_commitment(visit: GivenVisit, commitment_id: FromPath[UUID]) -> Answer:
    """Show one commitment; while it waits, whoever may judge it has the form for that."""
    return await _show(visit, commitment_id, Form({}), {}, status=200)


@post("/commitments/{commitment_id:uuid}/judgement", status_code=200)
async def send_judgement(visit: GivenVisit, commitment_id: FromPath[UUID]) -> Answer:
    """Say what became of a commitment."""
    _require(visit)
    visit.actor.require(COMMITMENT_JUDGE)
    form = await visit.form()
    wanted = form.text("verdict")
    if wanted not in {state.value for state in _DONE}:
        form.fail("verdict", "请选择核查结果")
        return await _show(visit, commitment_id, form, form.errors, status=422)
    state = CommitmentState(wanted)
    verdict = judging.Verdict(
        state=state, reason=form.text("reason"), document=form.text("document")
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        await judging.judge_commitment(
            session, visit.actor, commitment_id=commitment_id, verdict=verdict, now=visit.now
        )
        return {}

    try:
        await visit.once(form, "commitment.judge", work, commitment=commitment_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _JUDGED)
        return await _show(visit, commitment_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{commitment_id}", _DONE[state])


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(COMMITMENT_READ)


def _promise(form: Form) -> registering.Promise | None:
    kind = form.text("kind")
    if kind and kind not in dict(_KINDS):
        form.fail("kind", "请选择承诺类型")
    made_on, due_on = form.optional_day("madeOn"), form.optional_day("dueOn")
    if form.errors or made_on is None:
        return None
    return registering.Promise(
        kind=CommitmentKind(kind),
        number=form.text("number"),
        authority=form.text("authority"),
        title=form.text("title"),
        text=form.text("text"),
        made_on=made_on,
        due_on=due_on,
    )


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(COMMITMENT_JUDGE)
    async with visit.reading() as session:
        context = {
            "typed": typed,
            "errors": errors,
            "kinds": _KINDS,
            "limits": {
                "number": registering.MAX_NUMBER,
                "authority": registering.MAX_AUTHORITY,
                "title": registering.MAX_TITLE,
                "text": registering.MAX_TEXT,
            },
        }
        return await visit.page(session, "operator/commitment_new.html", context, status=status)


async def _show(
    visit: Visit, commitment_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        one = await queries.commitment(session, commitment_id)
        judge = one.judged_by
        names = await staff_names(session, visit.actor.own_tenant, [judge] if judge else [])
        of_declaration = one.kind is CommitmentKind.TRUTH
        context = {
            "one": one,
            "state": _state(one),
            "kind": KINDS_ZH[one.kind],
            "of_declaration": of_declaration,
            "stated": content_words(one.stated),
            "waits": one.state is CommitmentState.OPEN,
            "may_judge": visit.actor.may(COMMITMENT_JUDGE),
            "verdicts": _verdicts(of_declaration=of_declaration),
            "judged_by": names.get(judge, "—") if judge else "—",
            "typed": typed,
            "errors": errors,
            "max_reason": judging.MAX_REASON,
            "max_document": judging.MAX_DOCUMENT,
        }
        return await visit.page(session, "operator/commitment.html", context, status=status)


def _state(one: Commitment) -> Said:
    return one.state_zh, _TONES[one.state]


def _verdicts(*, of_declaration: bool) -> list[tuple[str, str]]:
    if of_declaration:
        return [
            (CommitmentState.KEPT.value, "核查属实"),
            (CommitmentState.RETURNED.value, "退回：无法核实，不作违诺"),
            (CommitmentState.BROKEN.value, "申报不实：记违诺"),
        ]
    return [
        (CommitmentState.KEPT.value, "已履行"),
        (CommitmentState.BROKEN.value, "未履行：记违诺"),
    ]


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_commitments,
    show_new_commitment,
    send_new_commitment,
    show_commitment,
    send_judgement,
]
