"""What a basket may hold, when the shop is open, and how much a household may have in a month."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.models.steps import StepNotPossible
from suxin.shop.models import ShopGood, ShopLine, ShopRedemption, ShopTerms
from suxin.shop.periods import month_of
from suxin.shop.refusals import (
    BasketWrong,
    HouseholdLimitReached,
    MonthPointsReached,
    ShopClosed,
)
from suxin.shop.states import GoodState, RedemptionState
from suxin.villages.models import Household

MAX_LINES: Final = 20
MAX_PIECES: Final = 100
COUNTS: Final = (RedemptionState.HELD, RedemptionState.HANDED_OVER)
"""The states in which a redemption counts against a household's limits."""


async def require_open(session: AsyncSession, tenant_id: UUID, *, now: datetime) -> None:
    """Refuse on a day on which the shop is closed.

    :raises ShopClosed: if it is
    """
    terms = await session.get(ShopTerms, tenant_id)
    if terms is not None and not terms.opens_on <= local_day(now).day <= terms.closes_on:
        raise ShopClosed(opens=terms.opens_on, closes=terms.closes_on)


async def checked_basket(
    session: AsyncSession, tenant_id: UUID, basket: Mapping[UUID, int]
) -> Sequence[ShopGood]:
    """Return the goods of a basket, held in place so that their price is that of now.

    :raises BasketWrong: if it is empty or too large
    :raises NotFound: if the shop has no such good
    :raises StepNotPossible: if one was withdrawn
    """
    sizes = basket.values()
    if not 1 <= len(basket) <= MAX_LINES or not all(1 <= one <= MAX_PIECES for one in sizes):
        raise BasketWrong(field="basket", goods=MAX_LINES, pieces=MAX_PIECES)
    goods = (
        await session.scalars(
            select(ShopGood)
            .where(ShopGood.tenant_id == tenant_id, ShopGood.id.in_(basket))
            .order_by(ShopGood.id)
            .with_for_update(read=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    if len(goods) != len(basket):
        raise NotFound(thing_zh="商品", thing_en="good", field="basket")
    for good in goods:
        if good.state is not GoodState.OFFERED:
            raise StepNotPossible(state=good.state, step_zh="兑换", step_en="redeem it")
    return goods


async def require_within(
    session: AsyncSession,
    household: Household,
    goods: Sequence[ShopGood],
    basket: Mapping[UUID, int],
    *,
    now: datetime,
) -> None:
    """Refuse a basket with which a household, whose turn the transaction has, would pass a limit of this month.

    :raises HouseholdLimitReached: if it would have too many of a good
    :raises MonthPointsReached: if it would spend too many points
    """
    had = await _had(session, household, now=now)
    for good in goods:
        before = had.get(good.id, 0)
        if good.month_limit is not None and before + basket[good.id] > good.month_limit:
            raise HouseholdLimitReached(good=good.name, limit=good.month_limit, had=before)
    terms = await session.get(ShopTerms, household.tenant_id)
    if terms is None or terms.month_points is None:
        return
    start, end = month_of(local_day(now))
    spent = await session.scalar(
        select(func.coalesce(func.sum(ShopRedemption.points), 0)).where(
            *_of_household(household), ShopRedemption.held_at >= start, ShopRedemption.held_at < end
        )
    )
    wanted = sum(basket[good.id] * good.price_points for good in goods)
    if int(spent or 0) + wanted > terms.month_points:
        raise MonthPointsReached(limit=terms.month_points, had=int(spent or 0))


async def _had(session: AsyncSession, household: Household, *, now: datetime) -> Mapping[UUID, int]:
    start, end = month_of(local_day(now))
    pieces = func.sum(func.coalesce(func.nullif(ShopLine.given, 0), ShopLine.asked)).filter(
        (ShopRedemption.state == RedemptionState.HELD) | (ShopLine.given > 0)
    )
    rows = await session.execute(
        select(ShopLine.good_id, func.coalesce(pieces, 0))
        .join(
            ShopRedemption,
            (ShopRedemption.tenant_id == ShopLine.tenant_id)
            & (ShopRedemption.id == ShopLine.redemption_id),
        )
        .where(
            *_of_household(household), ShopRedemption.held_at >= start, ShopRedemption.held_at < end
        )
        .group_by(ShopLine.good_id)
    )
    return {good_id: int(count) for good_id, count in rows}


def _of_household(household: Household) -> tuple[ColumnElement[bool], ...]:
    return (
        ShopRedemption.tenant_id == household.tenant_id,
        ShopRedemption.household_id == household.id,
        ShopRedemption.state.in_(COUNTS),
    )
