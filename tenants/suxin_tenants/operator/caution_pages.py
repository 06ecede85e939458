"""Public warnings at the credit office: those there are, proposing one, and the second person's decision on its page."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions import commands, queries
from suxin.cautions.models import CAUTIONS, KINDS_ZH, CautionKind, CautionState, PublicCaution
from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE, CAUTION_READ
from suxin.cautions.refusals import CautionOver
from suxin_tenants.forms import Form, listed
from suxin_tenants.operator.caution_words import CAUTION_STATES, OVER
from suxin_tenants.operator.paper_desk import PaperDesk
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_tenants.words import Said


@get("/cautions")
async def show_cautions(visit: GivenVisit) -> Answer:
    """Show the warnings, newest first."""
    _DESK.require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_cautions(visit.actor), PublicCaution.id
        )
        context = {
            "page": page,
            "stands": {one.id: _stands(visit, one) for (one,) in page.rows},
            "kinds": KINDS_ZH,
            "may_file": visit.actor.may(CAUTION_FILE),
        }
        return await visit.page(session, "operator/cautions.html", context)


@get("/cautions/new")
async def show_new_caution(visit: GivenVisit) -> Answer:
    """Show the form in which a warning is proposed."""
    return await _show_form(visit, Form({}), {})


@post("/cautions/new", status_code=200)
async def send_new_caution(visit: GivenVisit) -> Answer:
    """Propose a warning."""
    done = "已提出，待另一人审定"
    return await _DESK.put_in(visit, _draft, commands.propose_caution, done=done)


@get("/cautions/{caution_id:uuid}")
async def show_caution(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Show one warning with the forms of whatever the staff member may do about it now."""
    return await _show(visit, caution_id, Form({}), {})


@get("/cautions/{caution_id:uuid}/document")
async def download_caution_document(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Send the warning's document as a file."""
    return await _DESK.document(visit, queries.own_caution_document, caution_id)


@post("/cautions/{caution_id:uuid}/withdraw", status_code=200)
async def send_caution_withdrawal(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Take a warning back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_caution(
            session, visit.actor, caution_id=caution_id, now=visit.now
        )

    return await _DESK.take(visit, caution_id, step, name="withdraw", done="已撤回")


@post("/cautions/{caution_id:uuid}/publish", status_code=200)
async def send_publication(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Publish a warning."""
    return await _decide(visit, caution_id, granted=True, name="publish", done="警示已公开")


@post("/cautions/{caution_id:uuid}/reject", status_code=200)
async def send_caution_rejection(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Reject a warning."""
    return await _decide(visit, caution_id, granted=False, name="reject", done="未通过")


@post("/cautions/{caution_id:uuid}/take-down", status_code=200)
async def send_taking_down(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Take a public warning down."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.take_down_caution(
            session, visit.actor, caution_id=caution_id, reason=form.text("reason"), now=visit.now
        )

    done = "已撤下，不再公开"
    return await _DESK.take(visit, caution_id, step, name="take_down", said="reason", done=done)


async def _decide(visit: Visit, caution_id: UUID, *, granted: bool, name: str, done: str) -> Answer:
    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.decide_caution(
            session,
            visit.actor,
            caution_id=caution_id,
            granted=granted,
            answer=form.text("answer"),
            names_nobody=form.checked("namesNobody"),
            now=visit.now,
        )

    return await _DESK.take(
        visit, caution_id, step, name=name, said="answer", done=done, right=CAUTION_DECIDE
    )


def _draft(form: Form) -> commands.CautionDraft | None:
    form.require("title", "authority", "documentNumber", "body")
    kind = form.choice("kind", CautionKind)
    issued_on, expires_on = form.day("issuedOn"), form.day("expiresOn")
    if form.errors or kind is None or issued_on is None or expires_on is None:
        return None
    return commands.CautionDraft(
        kind=kind,
        title=form.text("title"),
        authority=form.text("authority"),
        document_number=form.text("documentNumber"),
        issued_on=issued_on,
        body=form.text("body"),
        organisations=listed(form.text("organisations")),
        expires_on=expires_on,
    )


async def _show_form(visit: Visit, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit, CAUTION_FILE)
    own = {"kinds": [(kind.value, zh) for kind, zh in KINDS_ZH.items()]}
    async with visit.reading() as session:
        return await _DESK.form_page(visit, session, typed=typed, errors=errors, own=own)


async def _show(visit: Visit, caution_id: UUID, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit)
    async with visit.reading() as session:
        caution = await queries.own_caution(session, visit.actor, caution_id)
        own = {"state": _stands(visit, caution), "kind": KINDS_ZH[caution.kind]}
        people = (caution.taken_down_by,)
        return await _DESK.page(
            visit, session, caution, typed=typed, errors=errors, own=own, people=people
        )


def _stands(visit: Visit, caution: PublicCaution) -> Said:
    over = caution.state is CautionState.PUBLISHED and caution.expires_at <= visit.now
    return OVER if over else CAUTION_STATES[caution.state]


_DESK: Final = PaperDesk(
    kind=CAUTIONS,
    place="/desk/cautions",
    template="operator/caution.html",
    form_template="operator/caution_new.html",
    operation="cautions",
    noun="caution",
    read=CAUTION_READ,
    file=CAUTION_FILE,
    decide=CAUTION_DECIDE,
    fields=(
        "kind",
        "title",
        "authority",
        "documentNumber",
        "issuedOn",
        "body",
        "organisations",
        "expiresOn",
    ),
    step_fields=("answer", "reason", "namesNobody"),
    limits={"body": commands.MAX_BODY, "days": commands.MAX_DAYS},
    also_told=(CautionOver,),
    show_form=_show_form,
    show=_show,
)

HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_cautions,
    show_new_caution,
    send_new_caution,
    show_caution,
    download_caution_document,
    send_caution_withdrawal,
    send_publication,
    send_caution_rejection,
    send_taking_down,
]
