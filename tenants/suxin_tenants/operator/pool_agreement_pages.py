"""One agreement at the operator's desk: what it says, who signed it, and what may be done about it."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.risk_pool.policies import AGREEMENT_SIGN, POOL_READ
from suxin.risk_pool.pools.queries import own_pool
from suxin.risk_pool.signing.drafting import end_agreement, sign_agreement, withdraw_agreement
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.queries import agreements_of_pools, bank_names
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.pool_words import AGREEMENT_STATES, lists_of
from suxin_tenants.visits import Answer, GivenVisit, Visit

PLACE: Final = "/desk/pool-agreements"


@get("/pool-agreements/{agreement_id:uuid}")
async def show_agreement(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Show one agreement with its terms and signatures."""
    _require(visit)
    async with visit.reading() as session:
        agreement = await _found(session, visit, agreement_id)
        context = {
            "one": agreement,
            "terms": agreement.agreed,
            "lists": lists_of(agreement),
            "state": AGREEMENT_STATES[agreement.state],
            "pool": await own_pool(session, visit.actor, agreement.pool_id),
            "bank": (await bank_names(session, visit.actor)).get(agreement.bank_id, "—"),
            "guarantor": await _guarantor(session, agreement),
            "may_sign": visit.actor.may(AGREEMENT_SIGN),
            "signed_by_me": agreement.first_signed_by == visit.actor.staff_id,
        }
        return await visit.page(session, "operator/pool_agreement.html", context)


@post("/pool-agreements/{agreement_id:uuid}/sign")
async def send_sign(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Sign an agreement."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await sign_agreement(session, visit.actor, agreement_id=agreement_id, now=visit.now)
        return {}

    return await visit.press(
        "risk_pool.sign",
        work,
        back=f"{PLACE}/{agreement_id}",
        done="已签署",
        agreement=agreement_id,
    )


@post("/pool-agreements/{agreement_id:uuid}/withdraw")
async def send_withdraw(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Take an agreement back."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await withdraw_agreement(
            session, visit.actor, agreement_id=agreement_id, note="运营机构撤回", now=visit.now
        )
        return {}

    return await visit.press(
        "risk_pool.withdraw",
        work,
        back=f"{PLACE}/{agreement_id}",
        done="已撤回",
        agreement=agreement_id,
    )


@post("/pool-agreements/{agreement_id:uuid}/end")
async def send_end(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """End an agreement in force."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_agreement(
            session, visit.actor, agreement_id=agreement_id, note="运营机构终止", now=visit.now
        )
        return {}

    return await visit.press(
        "risk_pool.end",
        work,
        back=f"{PLACE}/{agreement_id}",
        done="已终止",
        agreement=agreement_id,
    )


async def _guarantor(session: AsyncSession, agreement: PoolAgreement) -> str:
    if agreement.guarantor_id is None:
        return "—"
    found = await session.get(Tenant, agreement.guarantor_id)
    return "—" if found is None else found.name


async def _found(session: AsyncSession, visit: Visit, agreement_id: UUID) -> PoolAgreement:
    statement = agreements_of_pools(visit.actor).where(PoolAgreement.id == agreement_id)
    agreement = await session.scalar(statement)
    if agreement is None:
        raise NotFound(thing_zh="合作协议", thing_en="agreement")
    return agreement


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(POOL_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_agreement,
    send_sign,
    send_withdraw,
    send_end,
)
