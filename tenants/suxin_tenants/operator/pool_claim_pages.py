"""Claims on the operator's pools: the queue, one claim with its dossier and both approvals, and payment letters to print."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.risk_pool.claims import ending, queries, reviewing
from suxin.risk_pool.claims.gaps import MIN_COLLECTIONS
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_CHECK, CLAIM_READ, places_of
from suxin.risk_pool.claims.states import (
    COMPENSATED,
    ENDED,
    ClaimState,
    CollectionKind,
    CollectionResult,
    Ending,
    Place,
)
from suxin.risk_pool.payments.approving import approve_claim
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.queries import own_payment, payments_of
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.recoveries.queries import recoveries_of
from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.queries import own_lines
from suxin.risk_pool.statements.states import LineState
from suxin.tenancy.models import StaffMember, Tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.claim_words import CLAIM_STATES, PAYMENT_STATES, formula
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.part_words import part_context
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

TABS: Final[Mapping[str, tuple[str, frozenset[ClaimState]]]] = {
    "check": ("待核对", frozenset({ClaimState.SUBMITTED, ClaimState.MATERIAL_CHECK})),
    "review": ("审批中", frozenset({ClaimState.REVIEW})),
    "approved": ("待付款", frozenset({ClaimState.APPROVED})),
    "paid": ("已代偿", COMPENSATED),
    "returned": ("退回", frozenset({ClaimState.RETURNED})),
    "ended": ("已结束", ENDED),
}
FIELDS: Final = ("note", "place", "code", "ending", "reason", "lineId")
_AT: Final = "/desk/pool-claims"
# What a person can only be told where he is, although nothing on the form is wrong.
_TOLD_HERE: Final = frozenset(
    {
        "SECOND_FACTOR_MISSING",
        "APPROVED_BY_YOURSELF",
        "CLAIM_CHECKED_BY_YOURSELF",
        "ENDING_ASKED_BY_YOURSELF",
    }
)
LINES_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing that is done about a claim: the news of it, the fields it needs, and the command."""

    done: str
    needs: tuple[str, ...]
    work: Callable[[AsyncSession, Visit, UUID, Form], Awaitable[Any]]


@get("/pool-claims")
async def show_pool_claims(visit: GivenVisit) -> Answer:
    """Show the claims on the operator's pools, the longest waiting first."""
    _require(visit)
    tab = visit.request.query_params.get("state", "check")
    tab = tab if tab in TABS else "check"
    async with visit.reading() as session:
        counts = await queries.claim_counts(session, visit.actor)
        statement = queries.claims_on_pools(visit.actor).where(PoolClaim.state.in_(TABS[tab][1]))
        page = await read_page(
            session, visit.request, statement.order_by(None), PoolClaim.id, kept={"state": tab}
        )
        context = {
            "page": page,
            "tabs": {
                key: f"{zh} {sum(counts.get(one, 0) for one in among)}"
                for key, (zh, among) in TABS.items()
            },
            "state": tab,
            "states": CLAIM_STATES,
            "banks": await _names(session, {row[0].tenant_id for row in page.rows}),
        }
        return await visit.page(session, "operator/pool_claims.html", context)


@get("/pool-claims/{claim_id:uuid}")
async def show_pool_claim(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Show one claim with its dossier, its approvals and what may be done about it."""
    return await _show(visit, claim_id, None, status=200)


@post("/pool-claims/{claim_id:uuid}/{act:str}", status_code=200)
async def send_pool_claim_act(
    visit: GivenVisit, claim_id: FromPath[UUID], act: FromPath[str]
) -> Answer:
    """Carry out one act about a claim, or show it again with what is wrong with the form."""
    _require(visit)
    found = _ACTS.get(act)
    if found is None:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    form = await visit.form()
    form.require(*found.needs)
    if form.errors:
        return await _show(visit, claim_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await found.work(session, visit, claim_id, form)
        return {}

    try:
        await visit.once(form, f"pool_claim.{act}", work, about=claim_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal) and refusal.code not in _TOLD_HERE:
            raise
        for name, message in errors_of(refusal, {}, FIELDS).items():
            form.fail(name, message)
        return await _show(visit, claim_id, form, status=422)
    return visit.go(f"{_AT}/{claim_id}", found.done)


@get("/pool-payments/{payment_id:uuid}/letter")
async def show_letter(visit: GivenVisit, payment_id: FromPath[UUID]) -> Answer:
    """Show a payment letter as it is printed and sent to the custodian."""
    _require(visit)
    async with visit.reading() as session:
        payment = await own_payment(session, visit.actor, payment_id)
        if payment.letter_number is None:
            raise NotFound(thing_zh="付款函", thing_en="payment letter")
        claim = await queries.claim_on_pool(session, visit.actor, payment.claim_id)
        pool = await session.get_one(RiskPool, (payment.tenant_id, payment.pool_id))
        names = await _names(session, {payment.bank_id, payment.tenant_id})
        people = await _people(session, [payment])
        context = {
            "payment": payment,
            "claim": claim,
            "pool": pool,
            "bank": names.get(payment.bank_id, ""),
            "house": names.get(payment.tenant_id, ""),
            "people": people,
        }
        return await visit.page(session, "operator/pool_letter.html", context)


async def _take_up(session: AsyncSession, visit: Visit, claim_id: UUID, _: Form) -> None:
    await reviewing.take_up_claim(session, visit.actor, claim_id=claim_id, now=visit.now)


async def _pass_on(session: AsyncSession, visit: Visit, claim_id: UUID, _: Form) -> None:
    await reviewing.pass_claim_on(session, visit.actor, claim_id=claim_id, now=visit.now)


async def _return(session: AsyncSession, visit: Visit, claim_id: UUID, form: Form) -> None:
    await reviewing.return_claim(
        session, visit.actor, claim_id=claim_id, note=form.text("note"), now=visit.now
    )


async def _reject(session: AsyncSession, visit: Visit, claim_id: UUID, form: Form) -> None:
    await reviewing.reject_claim(
        session, visit.actor, claim_id=claim_id, note=form.text("note"), now=visit.now
    )


async def _approve(session: AsyncSession, visit: Visit, claim_id: UUID, form: Form) -> None:
    await approve_claim(
        session,
        visit.actor,
        claim_id=claim_id,
        place=form.choice("place", Place) or Place.FUND_MANAGER,
        code=form.text("code"),
        sealer=visit.runtime.sealer,
        now=visit.now,
    )


async def _ask(session: AsyncSession, visit: Visit, claim_id: UUID, form: Form) -> None:
    await ending.ask_to_end(
        session,
        visit.actor,
        claim_id=claim_id,
        ending=form.choice("ending", Ending) or Ending.WRITE_OFF,
        reason=form.text("reason"),
        code=form.text("code"),
        sealer=visit.runtime.sealer,
        now=visit.now,
    )


async def _drop(session: AsyncSession, visit: Visit, claim_id: UUID, _: Form) -> None:
    await ending.drop_ending(session, visit.actor, claim_id=claim_id, now=visit.now)


async def _confirm(session: AsyncSession, visit: Visit, claim_id: UUID, form: Form) -> None:
    await ending.confirm_ending(
        session,
        visit.actor,
        claim_id=claim_id,
        code=form.text("code"),
        line_id=form.id("lineId") if form.text("lineId") else None,
        sealer=visit.runtime.sealer,
        now=visit.now,
    )


_ACTS: Final[Mapping[str, _Act]] = {
    "take-up": _Act("已开始核对材料", (), _take_up),
    "pass-on": _Act("材料齐全，已送审", (), _pass_on),
    "return": _Act("已退回银行补正", ("note",), _return),
    "reject": _Act("已决定不予代偿", ("note",), _reject),
    "approve": _Act("审批已记录", ("place", "code"), _approve),
    "ask-ending": _Act("已提出，待第二人确认", ("ending", "reason", "code"), _ask),
    "drop-ending": _Act("已取消", (), _drop),
    "confirm-ending": _Act("已办理", ("code",), _confirm),
}


async def _show(visit: Visit, claim_id: UUID, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        claim = await queries.claim_on_pool(session, visit.actor, claim_id)
        payments = await payments_of(session, operator_id=claim.operator_id, claim_id=claim.id)
        pool = await session.get_one(RiskPool, (claim.operator_id, claim.pool_id))
        names = await _names(session, {claim.tenant_id})
        held = next((one for one in payments if one.state is PaymentState.HELD), None)
        under_way = any(one.state is PaymentState.ISSUED for one in payments)
        context = {
            "claim": claim,
            "pool": pool,
            "bank": names.get(claim.tenant_id, ""),
            "state": CLAIM_STATES[claim.state],
            "formula": formula(claim),
            "payments": payments,
            "payment_states": PAYMENT_STATES,
            "held": held,
            "people": await _people(session, payments),
            "recoveries": await recoveries_of(
                session, tenant_id=claim.tenant_id, claim_id=claim.id
            ),
            "places": options(places_of(visit.actor)),
            "may_check": visit.actor.may(CLAIM_CHECK),
            "approvable": claim.state is ClaimState.REVIEW
            or (claim.state in COMPENSATED and claim.unmet_fen and not under_way),
            "compensated": claim.state in COMPENSATED,
            "endings": options(Ending),
            "lines": await _credits(visit, session, claim),
            "least": MIN_COLLECTIONS,
            "kind_words": dict(options(CollectionKind)),
            "result_words": dict(options(CollectionResult)),
            "values": {} if form is None else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
            **await part_context(session, claim),
        }
        return await visit.page(session, "operator/pool_claim.html", context, status=status)


async def _credits(visit: Visit, session: AsyncSession, claim: PoolClaim) -> list[tuple[str, str]]:
    """Return the lines by which a payment may have come back, for whoever confirms a reversal."""
    if claim.ending is not Ending.REVERSE:
        return []
    lines = await session.scalars(
        own_lines(visit.actor, pool_id=claim.pool_id, state=LineState.OPEN).limit(LINES_SHOWN)
    )
    return [
        (str(one.id), f"{one.booked_on} {one.reference}")
        for one in lines
        if one.direction is Direction.CREDIT
    ]


async def _names(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    found = [await session.get(Tenant, one) for one in ids]
    return {one.id: one.name for one in found if one is not None}


async def _people(session: AsyncSession, payments: Sequence[PoolPayment]) -> dict[UUID, str]:
    """Return who approved, by the names of the operator's staff."""
    known: dict[UUID, str] = {}

    for payment in payments:
        for staff_id in (payment.first_approved_by, payment.second_approved_by):
            staff = (
                None
                if staff_id is None
                else await session.get(StaffMember, (payment.tenant_id, staff_id))
            )
            if staff is not None:
                known[staff.id] = staff.name
    return known


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CLAIM_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_pool_claims,
    show_pool_claim,
    send_pool_claim_act,
    show_letter,
)
