"""A merchant's claims on covers: the list, filing one for an order, its papers, and what came back of what was paid."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES, SentFile
from suxin.perks.covers import claiming, queries, recovering
from suxin.perks.covers.facts import facts_of
from suxin.perks.covers.models import CoverClaim
from suxin.perks.covers.papers import MAX_PAPERS
from suxin.perks.covers.policies import COVER_CLAIM, COVER_READ
from suxin.perks.covers.refusals import CoverMissing, CoverNotClaimable
from suxin.perks.covers.rules import Claimable, claimable
from suxin.perks.covers.states import CoverClaimState, CoverGround
from suxin.perks.limits import MAX_REASON, MAX_REFERENCE
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.queries import own_order
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.perks.cover_words import STATES, claim_context, paper_file
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/cover-claims"
MAX_MIB: Final = MAX_DOCUMENT_BYTES // 1024**2
_FILED: Final = ("ground", "amount", "reason", "paper")
_FILED_NAMES: Final = {"amountFen": "amount", "content": "paper", "name": "paper"}
_BACK: Final = ("received", "cost", "recoveredOn", "number")
_BACK_NAMES: Final = {
    "receivedFen": "received",
    "costFen": "cost",
    "paidOn": "recoveredOn",
    "reference": "number",
}


@get("/cover-claims")
async def show_claims(visit: GivenVisit) -> Answer:
    """Show the tenant's claims, newest first."""
    _require(visit)
    async with visit.reading() as session:
        statement = queries.claims_of(visit.actor)
        page = await read_page(session, visit.request, statement, CoverClaim.id, kept={})
        return await visit.page(
            session, "perks/cover_claims.html", {"page": page, "states": STATES}
        )


@get("/orders/{order_id:uuid}/cover-claim")
async def show_form(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Show what may be claimed of an order, with the form; or its claim where it has one."""
    _require(visit, COVER_CLAIM)
    async with visit.reading() as session:
        known = await session.scalar(queries.claims_of(visit.actor, order_id=order_id).limit(1))
    if known is not None and known.state not in (
        CoverClaimState.REJECTED,
        CoverClaimState.WITHDRAWN,
    ):
        return visit.go(f"{PLACE}/{known.id}")
    return await _show_form(visit, order_id, Form({}), {}, status=200)


@post("/orders/{order_id:uuid}/cover-claim", status_code=200)
async def send_claim(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """File a claim, or show the form again with what is wrong with it."""
    _require(visit, COVER_CLAIM)
    form, sent = await visit.form_with_bytes("paper")
    amount_fen = form.yuan("amount")
    form.require("reason")
    ground = form.choice("ground", CoverGround)
    if sent is None:
        form.fail("paper", "请上传证明材料")
    if form.errors or sent is None or ground is None:
        return await _show_form(visit, order_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        claim = await claiming.file_claim(
            session,
            visit.actor,
            order_id=order_id,
            ground=ground,
            amount_fen=amount_fen,
            reason=form.text("reason"),
            paper=_paper(sent),
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(claim.id)}

    try:
        made = await visit.once(form, "cover_claim.file", work, order=order_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _FILED_NAMES, _FILED)
        return await _show_form(visit, order_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已提交，运营方将在五个工作日内办结")


@get("/cover-claims/{claim_id:uuid}")
async def show_claim(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Show one claim with its papers and what came back of it."""
    _require(visit)
    return await _show(visit, claim_id, Form({}), {}, status=200)


@get("/cover-claims/{claim_id:uuid}/papers/{paper_id:uuid}")
async def send_paper(
    visit: GivenVisit, claim_id: FromPath[UUID], paper_id: FromPath[UUID]
) -> Answer:
    """Give one of its papers as a file."""
    _require(visit)
    return await paper_file(visit, claim_id, paper_id)


@post("/cover-claims/{claim_id:uuid}/papers", status_code=200)
async def take_paper(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Hand in another paper."""
    form, sent = await visit.form_with_bytes("paper")
    if sent is None:
        form.fail("paper", "请上传证明材料")

    async def take(session: AsyncSession) -> object:
        return await claiming.add_paper(
            session,
            visit.actor,
            claim_id=claim_id,
            paper=_paper(sent),
            sealer=visit.runtime.sealer,
            now=visit.now,
        )

    return await _press(visit, claim_id, form, "paper", take, done="已补充材料")


@post("/cover-claims/{claim_id:uuid}/withdraw", status_code=200)
async def send_withdrawal(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Take it back."""

    async def take(session: AsyncSession) -> object:
        return await claiming.withdraw_claim(session, visit.actor, claim_id=claim_id, now=visit.now)

    return await _press(visit, claim_id, await visit.form(), "withdraw", take, done="已撤回")


@post("/cover-claims/{claim_id:uuid}/recoveries", status_code=200)
async def send_recovery(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Report what came back."""
    form = await visit.form()
    received_fen, day = form.yuan("received"), form.day("recoveredOn")
    cost_fen = form.yuan("cost") if form.text("cost") else 0

    async def take(session: AsyncSession) -> object:
        assert day is not None  # noqa: S101 - what is not filled in is noted on the form
        draft = recovering.RecoveryDraft(
            received_fen=received_fen,
            cost_fen=cost_fen,
            recovered_on=day,
            number=form.text("number"),
        )
        return await recovering.report_recovery(
            session, visit.actor, claim_id=claim_id, draft=draft, now=visit.now
        )

    return await _press(visit, claim_id, form, "recover", take, done="已登记追回")


def _paper(sent: SentFile | None) -> SentFile:
    assert sent is not None  # noqa: S101 - a form without a file is shown again
    return sent


async def _show_form(
    visit: Visit, order_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        order = await own_order(session, visit.actor, order_id)
        try:
            cover = await queries.cover_behind(session, order)
        except CoverMissing:
            cover = None
        context = {
            "order": order,
            "cover": cover,
            "grounds": [
                (ground.value, f"{ground.zh}（最多 {format_yuan(found.bound_fen)} 元）")
                for ground, found in _open_grounds(order)
            ],
            "form": form,
            "errors": errors,
            "max_reason": MAX_REASON,
            "max_mib": MAX_MIB,
        }
        return await visit.page(session, "perks/cover_claim_form.html", context, status=status)


def _open_grounds(order: ServiceOrder) -> list[tuple[CoverGround, Claimable]]:
    found = []
    for ground in CoverGround:
        try:
            found.append((ground, claimable(facts_of(order), ground)))
        except CoverNotClaimable:
            continue
    return found


async def _show(
    visit: Visit, claim_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        context = await claim_context(session, visit, claim_id)
        claim = context["claim"]
        assert isinstance(claim, CoverClaim)  # noqa: S101 - what the context is of
        may = visit.actor.may(COVER_CLAIM)
        context |= {
            "may_change": may and claim.state is CoverClaimState.SUBMITTED,
            "may_recover": may and claim.state is CoverClaimState.PAID,
            "form": form,
            "errors": errors,
            "max_papers": MAX_PAPERS,
            "max_mib": MAX_MIB,
            "max_reference": MAX_REFERENCE,
        }
        return await visit.page(session, "perks/cover_claim.html", context, status=status)


async def _press(
    visit: Visit,
    claim_id: UUID,
    form: Form,
    step: str,
    take: Callable[[AsyncSession], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit, COVER_CLAIM)
    if form.errors:
        return await _show(visit, claim_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session)
        return {}

    try:
        await visit.once(form, f"cover_claim.{step}", work, claim=claim_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _FILED_NAMES | _BACK_NAMES, ("paper", *_BACK))
        return await _show(visit, claim_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{claim_id}", done)


def _require(visit: Visit, *more: Permission) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    for permission in (COVER_READ, *more):
        visit.actor.require(permission)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_claims,
    show_form,
    send_claim,
    show_claim,
    send_paper,
    take_paper,
    send_withdrawal,
    send_recovery,
)
