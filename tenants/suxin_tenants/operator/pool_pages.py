"""The operator's risk pools: the list, one pool with its money, capacity, partners, agreements and stop-losses, and its forms."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.lending.guarantees.queries import guarantors
from suxin.lending.industries import industry_name_zh
from suxin.risk_pool.filings import queries as filing_queries
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.queries import Exposure
from suxin.risk_pool.policies import AGREEMENT_SIGN, FUNDING_RECORD, POOL_MANAGE, POOL_READ
from suxin.risk_pool.pools import queries
from suxin.risk_pool.pools.books import balance_of
from suxin.risk_pool.pools.commands import close_pool, pause_pool, resume_pool
from suxin.risk_pool.pools.funding import confirm_funding
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.pools.warnings import is_low, level_of
from suxin.risk_pool.signing.queries import agreements_of_pools, bank_names
from suxin.risk_pool.stopping.lifting import lift_stop_loss
from suxin.risk_pool.stopping.models import PoolStopLoss
from suxin.risk_pool.stopping.queries import stop_losses_of_pools
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names
from suxin_tenants.forms import Form
from suxin_tenants.operator.pool_fields import Kind, choices_of
from suxin_tenants.operator.pool_forms import (
    FIELD_NAMES,
    FORMS,
    LIFT,
    OPEN,
    PoolForm,
)
from suxin_tenants.operator.pool_words import AGREEMENT_STATES, FUNDING_STATES, STOP_LOSS_STATES
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/risk-pools"
LISTED: Final = 50
"""How many payments and agreements of a pool its page lists, the latest."""
POOL_STATES: Final[Mapping[PoolState, Said]] = {
    PoolState.OPEN: ("运行中", "good"),
    PoolState.PAUSED: ("暂停备案", "warn"),
    PoolState.CLOSED: ("已关闭", "plain"),
}
EXPOSURE_ZH: Final[Mapping[str | None, str]] = {
    None: "合计",
    "bank": "银行",
    "county": "县区",
    "industry": "行业",
    "month": "备案月份",
}
_STEPS: Final = {
    "pause": (pause_pool, "已暂停备案"),
    "resume": (resume_pool, "已恢复备案"),
    "close": (close_pool, "资金池已关闭"),
}


@get("/risk-pools")
async def show_pools(visit: GivenVisit) -> Answer:
    """Show the pools, newest first, each with its money and how much of its capacity is used."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(session, visit.request, queries.own_pools(visit.actor), RiskPool.id)
        context = {
            "page": page,
            "balances": {row[0].id: await balance_of(session, row[0]) for row in page.rows},
            "states": POOL_STATES,
            "may_open": visit.actor.may(POOL_MANAGE),
        }
        return await visit.page(session, "operator/risk_pools.html", context)


@get("/risk-pools/new")
async def show_new_pool(visit: GivenVisit) -> Answer:
    """Show the form for a pool."""
    return await _show_form(visit, OPEN, None, None, status=200)


@post("/risk-pools/new", status_code=200)
async def send_new_pool(visit: GivenVisit) -> Answer:
    """Open a pool, or show the form again with what is wrong with it."""
    return await _send(visit, OPEN, None)


@get("/risk-pools/{pool_id:uuid}")
async def show_pool(visit: GivenVisit, pool_id: FromPath[UUID]) -> Answer:
    """Show one pool with everything that is kept about it."""
    _require(visit)
    async with visit.reading() as session:
        pool = await queries.own_pool(session, visit.actor, pool_id)
        balance = await balance_of(session, pool)
        agreements = agreements_of_pools(visit.actor, pool_id=pool_id).limit(LISTED)
        fundings = queries.fundings_of(visit.actor, pool_id).limit(LISTED)
        banks = await bank_names(session, visit.actor)
        context = {
            "pool": pool,
            "state": POOL_STATES[pool.state],
            "balance": balance,
            "low": is_low(balance, pool.required_fen),
            "level": level_of(balance.used_bps),
            "partners": await queries.partners_of(session, visit.actor, pool_id),
            "fundings": (await session.scalars(fundings)).all(),
            "funding_states": FUNDING_STATES,
            "agreements": (await session.scalars(agreements)).all(),
            "agreement_states": AGREEMENT_STATES,
            "stop_losses": (
                await session.scalars(stop_losses_of_pools(visit.actor, pool_id=pool_id))
            ).all(),
            "stop_loss_states": STOP_LOSS_STATES,
            "exposure": await _exposure(session, visit, pool_id, banks),
            "banks": banks,
            "may_manage": visit.actor.may(POOL_MANAGE),
            "may_record": visit.actor.may(FUNDING_RECORD),
            "may_sign": visit.actor.may(AGREEMENT_SIGN),
            "may_lift": visit.actor.may(LIFT.permission),
        }
        return await visit.page(session, "operator/risk_pool.html", context)


@get("/risk-pools/{pool_id:uuid}/filings")
async def show_filings(visit: GivenVisit, pool_id: FromPath[UUID]) -> Answer:
    """Show the filings in a pool, newest first."""
    _require(visit)
    async with visit.reading() as session:
        pool = await queries.own_pool(session, visit.actor, pool_id)
        statement = filing_queries.filings_of_pools(visit.actor, pool_id=pool_id)
        context = {
            "pool": pool,
            "page": await read_page(session, visit.request, statement, PoolFiling.id),
            "banks": await bank_names(session, visit.actor),
        }
        return await visit.page(session, "operator/risk_pool_filings.html", context)


@get("/risk-pools/{pool_id:uuid}/{code:str}/new")
async def show_form(visit: GivenVisit, pool_id: FromPath[UUID], code: FromPath[str]) -> Answer:
    """Show a form about a pool."""
    return await _show_form(visit, _form(code), pool_id, None, status=200)


@post("/risk-pools/{pool_id:uuid}/{code:str}/new", status_code=200)
async def send_form(visit: GivenVisit, pool_id: FromPath[UUID], code: FromPath[str]) -> Answer:
    """Carry a form about a pool out, or show it again with what is wrong with it."""
    return await _send(visit, _form(code), pool_id)


@post("/risk-pools/{pool_id:uuid}/steps/{step:str}")
async def send_step(visit: GivenVisit, pool_id: FromPath[UUID], step: FromPath[str]) -> Answer:
    """Pause, resume or close a pool."""
    _require(visit)
    if step not in _STEPS:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    command, done = _STEPS[step]

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, pool_id=pool_id, now=visit.now)
        return {}

    return await visit.press(
        f"risk_pool.{step}", work, back=f"{PLACE}/{pool_id}", done=done, pool=pool_id
    )


@post("/pool-fundings/{funding_id:uuid}/confirm")
async def send_confirm(visit: GivenVisit, funding_id: FromPath[UUID]) -> Answer:
    """Confirm, as a second person, that a payment arrived."""
    _require(visit)
    async with visit.reading() as session:
        pool_id = await queries.pool_of_funding(session, visit.actor, funding_id)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await confirm_funding(session, visit.actor, funding_id=funding_id, now=visit.now)
        return {}

    return await visit.press(
        "risk_pool.confirm", work, back=f"{PLACE}/{pool_id}", done="已入账", funding=funding_id
    )


@get("/pool-stop-losses/{stop_loss_id:uuid}/lift")
async def show_lift(visit: GivenVisit, stop_loss_id: FromPath[UUID]) -> Answer:
    """Show the form on which a lift is asked for."""
    return await _show_form(visit, LIFT, stop_loss_id, None, status=200)


@post("/pool-stop-losses/{stop_loss_id:uuid}/lift", status_code=200)
async def send_lift(visit: GivenVisit, stop_loss_id: FromPath[UUID]) -> Answer:
    """Ask to lift a suspension."""
    return await _send(visit, LIFT, stop_loss_id)


@post("/pool-stop-losses/{stop_loss_id:uuid}/lifted")
async def send_lifted(visit: GivenVisit, stop_loss_id: FromPath[UUID]) -> Answer:
    """Lift a suspension as a second person."""
    _require(visit)
    back = await _back(visit, LIFT, stop_loss_id)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await lift_stop_loss(session, visit.actor, stop_loss_id=stop_loss_id, now=visit.now)
        return {}

    return await visit.press(
        "risk_pool.lift", work, back=back, done="已解除", stop_loss=stop_loss_id
    )


async def _exposure(
    session: AsyncSession, visit: Visit, pool_id: UUID, banks: Mapping[UUID, str]
) -> list[tuple[str, str, Exposure]]:
    """Return what stands filed, with what each figure is of and how that is called."""
    found = await filing_queries.exposure_of(session, visit.actor, pool_id=pool_id)
    counties = await area_names(
        session, [one.key for one in found if one.by == "county" and one.key]
    )
    named: dict[str, Callable[[str], str]] = {
        "bank": lambda key: banks.get(UUID(key), "—"),
        "county": lambda key: counties.get(key, key),
        "industry": industry_name_zh,
        "month": str,
    }
    return [
        (EXPOSURE_ZH[one.by], named[one.by](one.key) if one.by and one.key else "—", one)
        for one in found
    ]


def _form(code: str) -> PoolForm:
    if code not in FORMS:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    return FORMS[code]


async def _send(visit: Visit, kind: PoolForm, about: UUID | None) -> Answer:
    _require(visit)
    visit.actor.require(kind.permission)
    form = await visit.form()
    values = {one.name: one.read(form) for one in kind.fields}
    if form.errors:
        return await _show_form(visit, kind, about, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        return {"id": str(await kind.work(session, visit, about, values))}

    try:
        done = await visit.once(form, f"risk_pool.{kind.code}", work, about=about)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        known = [one.name for one in kind.fields]
        for name, message in errors_of(refusal, FIELD_NAMES, known).items():
            form.fail(name, message)
        return await _show_form(visit, kind, about, form, status=422)
    return visit.go(f"{PLACE}/{done['id']}", kind.done)


async def _show_form(
    visit: Visit, kind: PoolForm, about: UUID | None, form: Form | None, *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(kind.permission)
    back = await _back(visit, kind, about)
    async with visit.reading() as session:
        choices = {one.name: choices_of(one) for one in kind.fields}
        if kind.code == "agreements":
            choices["bankId"] = [
                (str(key), name) for key, name in (await bank_names(session, visit.actor)).items()
            ]
            choices["guarantorId"] = [(str(one.id), one.name) for one in await guarantors(session)]
        if kind.code == "fundings" and about is not None:
            partners = await queries.partners_of(session, visit.actor, about)
            choices["partnerId"] = [(str(one.id), one.name) for one, _ in partners]
        context = {
            "form": kind,
            "at": visit.request.url.path,
            "back": back,
            "choices": choices,
            "values": {
                one.name: one.first if form is None else form.text(one.name) for one in kind.fields
            },
            "chosen": {}
            if form is None
            else {one.name: form.texts(one.name) for one in kind.fields if one.kind is Kind.SOME},
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "operator/risk_pool_form.html", context, status=status)


async def _back(visit: Visit, kind: PoolForm, about: UUID | None) -> str:
    """Return the page that a form goes back to; what it is about must be the operator's."""
    if about is None:
        return PLACE
    async with visit.reading() as session:
        if kind is LIFT:
            found = await session.scalar(
                stop_losses_of_pools(visit.actor).where(PoolStopLoss.id == about)
            )
            if found is None:
                raise NotFound(thing_zh="熔断记录", thing_en="stop-loss")
            return f"{PLACE}/{found.pool_id}"
        return f"{PLACE}/{(await queries.own_pool(session, visit.actor, about)).id}"


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(POOL_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_pools,
    show_new_pool,
    send_new_pool,
    show_pool,
    show_filings,
    show_form,
    send_form,
    send_step,
    send_confirm,
    show_lift,
    send_lift,
    send_lifted,
)
