"""Claims on covers at the operator's desk: what waits, deciding, checking, noting payments and what came back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.perks.covers import deciding, queries, recovering
from suxin.perks.covers.books import balances_of
from suxin.perks.covers.models import CoverClaim
from suxin.perks.covers.policies import COVER_DECIDE
from suxin.perks.covers.states import AT_OPERATOR, CoverClaimState
from suxin.perks.limits import MAX_REASON, MAX_REFERENCE
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names, tenant_row, tenants_by_id
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.perks.cover_words import STATES, claim_context, paper_file
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/cover-approvals"
TABS: Final[Mapping[str, tuple[str, frozenset[CoverClaimState]]]] = {
    "waiting": ("待办", AT_OPERATOR),
    "paid": ("已赔付", frozenset({CoverClaimState.PAID})),
    "ended": ("未赔付", frozenset({CoverClaimState.REJECTED, CoverClaimState.WITHDRAWN})),
    "all": ("全部", frozenset()),
}
_FIELDS: Final = ("granted", "answer", "reason", "paidOn", "reference", "arrivedOn", "arrived")
_FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "decide": {"grantedFen": "granted", "reason": "answer"},
    "release": {"reason": "answer"},
    "recovery": {"paidOn": "arrivedOn", "reference": "arrived"},
}
"""How the fields of a step's form are called, by the names under which the core refuses them."""


@get("/cover-approvals")
async def show_claims(visit: GivenVisit) -> Answer:
    """Show the claims, those that wait for the operator unless others are asked for."""
    _require(visit)
    state = visit.request.query_params.get("state", "waiting")
    state = state if state in TABS else "waiting"
    async with visit.reading() as session:
        statement = queries.claims_overseen(visit.actor, states=TABS[state][1])
        kept = {"state": state}
        page = await read_page(session, visit.request, statement, CoverClaim.id, kept=kept)
        wanted = {row[0].tenant_id for row in page.rows}
        context = {
            "page": page,
            "tenants": {one.id: one for one in await session.scalars(tenants_by_id(wanted))},
            "tabs": [(key, zh) for key, (zh, _) in TABS.items()],
            "state": state,
            "states": STATES,
            "at_operator": AT_OPERATOR,
        }
        return await visit.page(session, "operator/cover_approvals.html", context)


@get("/cover-approvals/{claim_id:uuid}")
async def show_claim(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Show one claim with who did what about it."""
    _require(visit)
    return await _show(visit, claim_id, Form({}), {}, status=200)


@get("/cover-approvals/{claim_id:uuid}/papers/{paper_id:uuid}")
async def send_paper(
    visit: GivenVisit, claim_id: FromPath[UUID], paper_id: FromPath[UUID]
) -> Answer:
    """Give one of its papers as a file."""
    _require(visit)
    return await paper_file(visit, claim_id, paper_id)


@post("/cover-approvals/{claim_id:uuid}/decide", status_code=200)
async def send_decision(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Decide how much is to be paid; nothing is a no."""
    form = await visit.form()
    granted_fen = form.yuan("granted")

    async def take(session: AsyncSession) -> object:
        return await deciding.decide_claim(
            session,
            visit.actor,
            claim_id=claim_id,
            granted_fen=granted_fen,
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _press(visit, claim_id, form, "decide", take, done="已审核，待另一人复核")


@post("/cover-approvals/{claim_id:uuid}/check", status_code=200)
async def send_check(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Agree with what another person decided, or send it back."""
    form = await visit.form()

    async def take(session: AsyncSession) -> object:
        return await deciding.check_claim(
            session,
            visit.actor,
            claim_id=claim_id,
            upheld=not form.has("reason"),
            reason=form.text("reason"),
            now=visit.now,
        )

    return await _press(visit, claim_id, form, "check", take, done="已复核")


@post("/cover-approvals/{claim_id:uuid}/pay", status_code=200)
async def send_payment(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Note its payment."""
    form = await visit.form()
    day = form.day("paidOn")

    async def take(session: AsyncSession) -> object:
        assert day is not None  # noqa: S101 - what is not filled in is noted on the form
        return await deciding.note_cover_payment(
            session,
            visit.actor,
            claim_id=claim_id,
            paid_on=day,
            reference=form.text("reference"),
            now=visit.now,
        )

    return await _press(visit, claim_id, form, "pay", take, done="已登记付款")


@post("/cover-approvals/{claim_id:uuid}/release", status_code=200)
async def send_release(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Take its approval back."""
    form = await visit.form()

    async def take(session: AsyncSession) -> object:
        return await deciding.release_claim(
            session, visit.actor, claim_id=claim_id, answer=form.text("answer"), now=visit.now
        )

    return await _press(visit, claim_id, form, "release", take, done="已撤销批准")


@post("/cover-approvals/{claim_id:uuid}/recoveries/{recovery_id:uuid}", status_code=200)
async def send_arrival(
    visit: GivenVisit, claim_id: FromPath[UUID], recovery_id: FromPath[UUID]
) -> Answer:
    """Note that the cover's part of a recovery arrived."""
    form = await visit.form()
    day = form.day("arrivedOn")

    async def take(session: AsyncSession) -> object:
        assert day is not None  # noqa: S101 - what is not filled in is noted on the form
        return await recovering.confirm_recovery(
            session,
            visit.actor,
            recovery_id=recovery_id,
            arrived_on=day,
            reference=form.text("arrived"),
            now=visit.now,
        )

    return await _press(visit, claim_id, form, "recovery", take, done="已确认到账")


async def _show(
    visit: Visit, claim_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        context = await claim_context(session, visit, claim_id)
        claim = context["claim"]
        assert isinstance(claim, CoverClaim)  # noqa: S101 - what the context is of
        people = [one for one in (claim.decided_by, claim.checked_by, claim.paid_by) if one]
        cover = await queries.cover_kept(session, visit.actor, claim.cover_id)
        had_fen = await queries.granted_in_year(session, claim, now=visit.now)
        context |= {
            "tenant": await tenant_row(session, claim.tenant_id),
            "names": await staff_names(session, visit.actor.own_tenant, people),
            "cover": cover,
            "balance": (await balances_of(session, cover))[cover.id],
            "year_left_fen": max(0, cover.merchant_year_fen - had_fen),
            "second": claim.decided_by != visit.actor.own_staff,
            "form": form,
            "errors": errors,
            "max_reason": MAX_REASON,
            "max_reference": MAX_REFERENCE,
        }
        return await visit.page(session, "operator/cover_approval.html", context, status=status)


async def _press(
    visit: Visit,
    claim_id: UUID,
    form: Form,
    step: str,
    take: Callable[[AsyncSession], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit)
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
        errors = errors_of(refusal, _FORMS.get(step, {}), _FIELDS)
        return await _show(visit, claim_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{claim_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(COVER_DECIDE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_claims,
    show_claim,
    send_paper,
    send_decision,
    send_check,
    send_payment,
    send_release,
    send_arrival,
)
