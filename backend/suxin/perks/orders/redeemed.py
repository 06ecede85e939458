"""An order that comes of a redemption: a deposit-free or pay-later benefit in use opens a service order of its own mode and sector."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders import queries
from suxin.perks.orders.models import OrderService
from suxin.perks.orders.refusals import RedemptionOrdered, RedemptionUnfit
from suxin.perks.orders.rules import FUNDS, OrderDraft
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.queries import lock_redemption
from suxin.perks.scenarios import scenario_named
from suxin.perks.states import BenefitKind, RedemptionState, RiskFundName

MODES: Final[Mapping[BenefitKind, ServiceOrderMode]] = {
    BenefitKind.DEPOSIT_WAIVER: ServiceOrderMode.DEPOSIT_FREE,
    BenefitKind.PAY_LATER: ServiceOrderMode.PAY_LATER,
}
"""Which benefits open an order, and in which mode; every other one is over with its use."""


async def redemption_for(
    session: AsyncSession, actor: Actor, *, draft: OrderDraft, service: OrderService
) -> Redemption | None:
    """Return the redemption that a new order comes of, locked; nothing where it comes of none.

    :raises NotFound: if it is not the actor's
    :raises RedemptionUnfit: unless it is in use, and its benefit is of the service's mode and sector
    :raises RedemptionOrdered: if it has an order that was neither cancelled nor expired
    """
    if draft.redemption_id is None:
        return None
    redemption, programme = await lock_redemption(session, actor, draft.redemption_id)
    fits = (mode_of(redemption), programme.sector) == (service.mode, service.sector)
    if not fits or redemption.state is not RedemptionState.GRANTED:
        raise RedemptionUnfit(
            field="redemptionId",
            mode_zh=service.mode.zh,
            mode_en=service.mode.en,
            sector_zh=service.sector.zh,
            sector_en=service.sector.en,
        )
    before = await queries.order_of_redemption(session, actor, redemption.id)
    if before is not None:
        raise RedemptionOrdered(field="redemptionId", number=before.number)
    return redemption


def mode_of(redemption: Redemption) -> ServiceOrderMode | None:
    """Return the mode of the order that a redemption opens; nothing where it opens none."""
    return MODES.get(redemption.benefit_read.kind)


def services_for(
    actor: Actor, redemption: Redemption, programme: Programme
) -> Select[OrderService] | None:
    """Return the merchant's open services under which a redemption may open an order; nothing where it opens none."""
    mode = mode_of(redemption)
    if mode is None:
        return None
    return queries.open_services(actor).where(
        OrderService.mode == mode, OrderService.sector == programme.sector
    )


def fund_of(programme: Programme, service: OrderService) -> RiskFundName:
    """Return what the risk fund is called: as the programme's template has it, where that is of the service's mode."""
    named = scenario_named(programme.scenario_code).risk_fund
    names = FUNDS[service.mode]
    return named if named in names else names[0]


def fund_fen_of(redemption: Redemption, service: OrderService) -> int:
    """Return how much the benefit waives or lets be paid later, in fen, as far as the service's ceiling reaches."""
    return min(redemption.benefit_read.figure * redemption.persons, service.ceiling_fen)
