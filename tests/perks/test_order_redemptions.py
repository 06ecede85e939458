"""An order that comes of a redemption: of one in use, of its own mode and sector, one at a time, and its merchant's alone."""

from typing import Any

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_orders import LOCAL_CODE, build_service, draft, opened
from small_perks import SmallPerks, build_perks

from suxin.kernel.refusals import NotFound, Refusal
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders import answers
from suxin.perks.orders.commands import cancel_order, open_order
from suxin.perks.orders.redeemed import fund_fen_of, fund_of
from suxin.perks.orders.refusals import RedemptionOrdered, RedemptionUnfit
from suxin.perks.orders.states import OutcomeKind, ServiceOrderMode
from suxin.perks.redeeming import grant_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind, RiskFundName, Sector
from suxin.tenancy.profiles import TenantKind

WAIVED = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)


@pytest.fixture
async def perks(small_city: SmallCity) -> SmallPerks:
    small = await build_perks(small_city)
    await build_service(small_city, small.merchant)
    return small


@pytest.fixture
async def bikes(perks: SmallPerks) -> Programme:
    """A programme by which everybody hires a bicycle without a deposit."""
    return await perks.published("travel.bike", fallback=WAIVED)


async def in_use(perks: SmallPerks, programme: Programme, **arguments: Any) -> Redemption:
    held = await perks.hold(programme, **arguments)
    granted: Redemption = await perks.city.act(
        grant_redemption, perks.merchant, redemption_id=held.id
    )
    return granted


async def refused(small: SmallPerks, admin: asyncpg.Connection, **changed: Any) -> type[Refusal]:
    async with nothing_written(admin):
        with pytest.raises(Refusal) as caught:
            await opened(small.city, small.merchant, **changed)
    return caught.type


async def test_a_benefit_in_use_opens_one_order_at_a_time(
    perks: SmallPerks, bikes: Programme, admin: asyncpg.Connection
) -> None:
    redemption = await in_use(perks, bikes)
    order = await opened(perks.city, perks.merchant, redemption_id=redemption.id)
    assert (order.redemption_id, order.programme_id) == (redemption.id, bikes.id)
    named = draft(redemption_id=redemption.id)
    again = await perks.city.act(open_order, perks.merchant, draft=named)
    assert (again.order.id, again.repeated) == (order.id, True)
    second = await refused(perks, admin, number="BIKE-2", redemption_id=redemption.id)
    assert second is RedemptionOrdered
    await perks.city.act(cancel_order, perks.merchant, order_id=order.id, reason="换车")
    other = await opened(perks.city, perks.merchant, number="BIKE-2", redemption_id=redemption.id)
    kept = answers.outcome_of(other, OutcomeKind.KEPT, at=perks.city.now)
    assert (kept.programme_id, kept.redemption_id) == (bikes.id, redemption.id)


async def test_what_is_not_in_use_or_of_another_kind_opens_none(
    perks: SmallPerks, bikes: Programme, admin: asyncpg.Connection
) -> None:
    held = await perks.hold(bikes)
    assert await refused(perks, admin, redemption_id=held.id) is RedemptionUnfit
    ticket = await in_use(perks, await perks.published())
    assert await refused(perks, admin, redemption_id=ticket.id) is RedemptionUnfit
    later = {"fund_name": RiskFundName.ESTIMATE_ORDER_COST, "service_code": "later"}
    await build_service(perks.city, perks.merchant, code="later", mode=ServiceOrderMode.PAY_LATER)
    await build_service(perks.city, perks.merchant, code="shop", sector=Sector.SHOP)
    ridden = await in_use(perks, bikes)
    for changed in (later, {"service_code": "shop"}):
        assert await refused(perks, admin, redemption_id=ridden.id, **changed) is RedemptionUnfit


async def test_another_merchant_opens_no_order_of_it(
    perks: SmallPerks, bikes: Programme, admin: asyncpg.Connection
) -> None:
    redemption = await in_use(perks, bikes)
    rival = await build_perks(perks.city, TenantKind.ATTRACTION)
    await build_service(perks.city, rival.merchant)
    assert await refused(rival, admin, redemption_id=redemption.id) is NotFound


async def test_the_risk_fund_is_what_the_benefit_waives_within_the_ceiling(
    perks: SmallPerks, bikes: Programme
) -> None:
    service = await build_service(perks.city, perks.merchant, code="other")
    two, ten = await in_use(perks, bikes, persons=2), await in_use(perks, bikes, persons=10)
    assert fund_fen_of(two, service) == 19_800
    assert fund_fen_of(ten, service) == service.ceiling_fen
    assert fund_of(bikes, service) is RiskFundName.DEPOSIT
    assert service.code != LOCAL_CODE


def test_of_medicine_and_school_no_record_comes() -> None:
    assert {one for one in Sector if not one.keeps_records} == {Sector.MEDICAL, Sector.SCHOOL}
