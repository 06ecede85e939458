"""Public warnings at the credit office: those there are, proposing one, and the second person's decision on its page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions import commands, queries
from suxin.cautions.models import (
    DOCUMENT,
    DOCUMENT_KEY,
    KINDS_ZH,
    CautionKind,
    CautionState,
    PublicCaution,
)
from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE, CAUTION_READ
from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES, SentFile, opened_content
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form, listed
from suxin_tenants.operator.caution_words import CAUTION_STATES, OVER
from suxin_tenants.operator.sent_papers import sent_paper
from suxin_tenants.paging import read_page
from suxin_tenants.visits import (
    Answer,
    GivenVisit,
    Visit,
    can_be_set_right,
    errors_of,
)
from suxin_tenants.words import Said

PLACE: Final = "/desk/cautions"
_FILED: Final = (
    "kind",
    "title",
    "authority",
    "documentNumber",
    "issuedOn",
    "body",
    "organisations",
    "expiresOn",
)
_RENAMED: Final = {"content": "paper", "name": "paper"}
_STEPS: Final = ("answer", "reason", "namesNobody")
# Told on the page, because another of the house may, or what stands there shows why.
_TOLD_THERE: Final = frozenset({"CAUTION_SECOND_PERSON", "CAUTION_NOT_HERE", "CAUTION_OVER"})
_Step = Callable[[AsyncSession, Form], Awaitable[object]]


@get("/cautions")
async def show_cautions(visit: GivenVisit) -> Answer:
    """Show the warnings, newest first."""
    _require(visit)
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
    return await _show_form(visit, Form({}), {}, status=200)


@post("/cautions/new", status_code=200)
async def send_new_caution(visit: GivenVisit) -> Answer:
    """Propose a warning."""
    _require(visit)
    visit.actor.require(CAUTION_FILE)
    form, sent = await visit.form_with_bytes("paper")
    draft = _draft(form, sent)
    if draft is None or sent is None:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        caution = await commands.propose_caution(
            session,
            visit.actor,
            draft=draft,
            paper=sent,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(caution.id)}

    try:
        made = await visit.once(form, "cautions.file", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _RENAMED, (*_FILED, "paper"))
        return await _show_form(visit, form, errors, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已提出，待另一人审定")


@get("/cautions/{caution_id:uuid}")
async def show_caution(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Show one warning with the forms of whatever the staff member may do about it now."""
    return await _show(visit, caution_id, Form({}), {}, status=200)


@get("/cautions/{caution_id:uuid}/document")
async def download_caution_document(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Send the warning's document as a file."""
    _require(visit)
    async with visit.reading() as session:
        caution = await queries.own_caution_document(session, visit.actor, caution_id)
        content = opened_content(
            visit.runtime.sealer, caution, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY
        )
        return sent_paper(caution, content)


@post("/cautions/{caution_id:uuid}/withdraw", status_code=200)
async def send_caution_withdrawal(visit: GivenVisit, caution_id: FromPath[UUID]) -> Answer:
    """Take a warning back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_caution(
            session, visit.actor, caution_id=caution_id, now=visit.now
        )

    return await _take(visit, caution_id, step, name="withdraw", done="已撤回")


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

    return await _take(
        visit, caution_id, step, name="take_down", said="reason", done="已撤下，不再公开"
    )


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

    return await _take(
        visit, caution_id, step, name=name, said="answer", done=done, right=CAUTION_DECIDE
    )


async def _take(
    visit: Visit,
    caution_id: UUID,
    step: _Step,
    *,
    name: str,
    done: str,
    said: str | None = None,
    right: Permission = CAUTION_FILE,
) -> Answer:
    """Take one step of a warning by its form, whose field ``said`` must hold something."""
    _require(visit)
    visit.actor.require(right)
    form = await visit.form()
    if said is not None:
        form.require(said)
    if form.errors:
        return await _show(visit, caution_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"cautions.{name}", work, caution=caution_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, _STEPS)
        return await _show(visit, caution_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{caution_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CAUTION_READ)


def _draft(form: Form, sent: SentFile | None) -> commands.CautionDraft | None:
    form.require("title", "authority", "documentNumber", "body")
    kind = form.choice("kind", CautionKind)
    issued_on, expires_on = form.day("issuedOn"), form.day("expiresOn")
    if sent is None:
        form.fail("paper", "请选择文件")
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


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(CAUTION_FILE)
    async with visit.reading() as session:
        context = {
            "typed": typed,
            "errors": errors,
            "kinds": [(kind.value, zh) for kind, zh in KINDS_ZH.items()],
            "limits": commands,
            "max_mib": MAX_DOCUMENT_BYTES // 1024**2,
        }
        return await visit.page(session, "operator/caution_new.html", context, status=status)


async def _show(
    visit: Visit, caution_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        caution = await queries.own_caution(session, visit.actor, caution_id)
        people = [caution.filed_by, caution.decided_by, caution.taken_down_by]
        context = {
            "caution": caution,
            "state": _stands(visit, caution),
            "kind": KINDS_ZH[caution.kind],
            "names": await staff_names(
                session, visit.actor.own_tenant, [one for one in people if one is not None]
            ),
            "typed": typed,
            "errors": errors,
            "limits": commands,
            **_forms(visit, caution),
        }
        return await visit.page(session, "operator/caution.html", context, status=status)


def _stands(visit: Visit, caution: PublicCaution) -> Said:
    over = caution.state is CautionState.PUBLISHED and caution.expires_at <= visit.now
    return OVER if over else CAUTION_STATES[caution.state]


def _forms(visit: Visit, caution: PublicCaution) -> dict[str, bool]:
    """Return which forms the page has for the staff member, and whether another must act."""
    files, decides = visit.actor.may(CAUTION_FILE), visit.actor.may(CAUTION_DECIDE)
    proposed = caution.state is CautionState.PROPOSED
    own = caution.filed_by == visit.actor.own_staff
    return {
        "withdrawing": files and proposed,
        "deciding": decides and proposed and not own,
        "taking_down": files and caution.state is CautionState.PUBLISHED,
        "another": proposed and own,
    }


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
