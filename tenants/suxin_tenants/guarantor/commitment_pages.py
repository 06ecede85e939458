"""What the guarantor answers for: its commitments in force with the limits that they use, and agreements that name it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.guarantees import queries
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import GUARANTEE_READ
from suxin.lending.guarantees.states import GuaranteeState
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, FILING_READ
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.answering import accept_agreement, decline_agreement
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.queries import own_agreements
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.guarantee_words import guarantee_words
from suxin_tenants.operator.pool_words import AGREEMENT_STATES, lists_of
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit

AGREEMENTS: Final = "/desk/guaranteed-agreements"
LISTED: Final = 50


@get("/commitments-held")
async def show_commitments_held(visit: GivenVisit) -> Answer:
    """Show what the guarantor is bound by, newest first, and what of its limits that uses."""
    visit.require_kind(TenantKind.GUARANTOR)
    visit.actor.require(GUARANTEE_READ)
    async with visit.reading() as session:
        statement = queries.requests_shown(visit.actor).where(
            GuaranteeRequest.state == GuaranteeState.APPROVED
        )
        page = await read_page(
            session, visit.request, statement.order_by(None), GuaranteeRequest.id, kept={}
        )
        context = {
            "page": page,
            "rows": await guarantee_words(session, [row[0] for row in page.rows]),
            "use": await queries.limit_use(session, visit.actor),
            "may_agree": visit.actor.may(FILING_READ),
        }
        return await visit.page(session, "guarantor/commitments.html", context)


@get("/guaranteed-agreements")
async def show_guaranteed_agreements(visit: GivenVisit) -> Answer:
    """Show the agreements in which the guarantor is to bear a share."""
    _require(visit)
    async with visit.reading() as session:
        found = (await session.scalars(own_agreements(visit.actor).limit(LISTED))).all()
        context = {
            "agreements": found,
            "pools": await _pools(session, found),
            "banks": await _banks(session, found),
            "states": AGREEMENT_STATES,
            "lists_of": lists_of,
            "may_answer": visit.actor.may(AGREEMENT_ACCEPT),
        }
        return await visit.page(session, "guarantor/agreements.html", context)


@post("/guaranteed-agreements/{agreement_id:uuid}/accept")
async def send_accept_share(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Accept an agreement."""

    async def work(session: AsyncSession) -> None:
        await accept_agreement(session, visit.actor, agreement_id=agreement_id, now=visit.now)

    return await _press(visit, agreement_id, "accept_share", work, "已接受")


@post("/guaranteed-agreements/{agreement_id:uuid}/decline")
async def send_decline_share(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Decline an agreement."""

    async def work(session: AsyncSession) -> None:
        await decline_agreement(
            session, visit.actor, agreement_id=agreement_id, note="担保机构谢绝", now=visit.now
        )

    return await _press(visit, agreement_id, "decline_share", work, "已谢绝")


async def _press(
    visit: Visit,
    agreement_id: UUID,
    step: str,
    work: Callable[[AsyncSession], Awaitable[None]],
    done: str,
) -> Answer:
    _require(visit)

    async def carried_out(session: AsyncSession) -> dict[str, Any]:
        await work(session)
        return {}

    return await visit.press(
        f"risk_pool.{step}", carried_out, back=AGREEMENTS, done=done, agreement=agreement_id
    )


async def _pools(session: AsyncSession, agreements: Sequence[PoolAgreement]) -> dict[UUID, str]:
    found = [await session.get(RiskPool, (one.tenant_id, one.pool_id)) for one in agreements]
    return {one.id: one.name for one in found if one is not None}


async def _banks(session: AsyncSession, agreements: Sequence[PoolAgreement]) -> dict[UUID, str]:
    found = [await session.get(Tenant, one.bank_id) for one in agreements]
    return {one.id: one.name for one in found if one is not None}


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.GUARANTOR)
    visit.actor.require(FILING_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_commitments_held,
    show_guaranteed_agreements,
    send_accept_share,
    send_decline_share,
)
