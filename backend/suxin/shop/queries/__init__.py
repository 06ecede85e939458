"""What a village reads of its shop, and the locks under which it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.shop import accounts
from suxin.shop.accounts import YearOfBudget
from suxin.shop.models import (
    ShopBudget,
    ShopCard,
    ShopGood,
    ShopLine,
    ShopMonth,
    ShopRedemption,
    ShopTerms,
)
from suxin.shop.policies import SHOP_READ
from suxin.shop.states import RedemptionState
from suxin.villages.models import Household

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodOfYear:
    """What of a good was handed over in a year and not returned."""

    name: str
    unit: str
    pieces: int
    points: int


def own_goods(actor: Actor) -> Select[ShopGood]:
    """Return the tenant's goods, what is offered first, by name.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return (
        select(ShopGood)
        .where(ShopGood.tenant_id == actor.own_tenant)
        .order_by(ShopGood.state, ShopGood.name)
    )


async def own_good(session: AsyncSession, actor: Actor, good_id: UUID) -> ShopGood:
    """Return one of the tenant's goods.

    :raises Forbidden: if the actor may not look at the shop
    :raises NotFound: if it is not this tenant's
    """
    return _found(
        await session.scalar(own_goods(actor).where(ShopGood.id == good_id)), "商品", "good"
    )


async def count_goods(session: AsyncSession, actor: Actor) -> int:
    """Return how many goods the tenant has, withdrawn ones included."""
    statement = select(func.count()).where(ShopGood.tenant_id == actor.own_tenant)
    return await session.scalar(statement) or 0


async def stock_of(session: AsyncSession, actor: Actor) -> dict[UUID, int]:
    """Return how many pieces of each of the tenant's goods are available; one that never came in is not named.

    :raises Forbidden: if the actor may not look at the shop
    """
    left = await accounts.stock_left(session, actor.own_tenant)
    goods = (await session.scalars(own_goods(actor))).all()
    codes = {good.id: accounts.good_code(good.id, "stock") for good in goods}
    return {good_id: left[code] for good_id, code in codes.items() if code in left}


async def own_terms(session: AsyncSession, actor: Actor) -> ShopTerms | None:
    """Return when the tenant's shop is open; none where nobody said.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return await session.get(ShopTerms, actor.own_tenant)


def own_budgets(actor: Actor) -> Select[ShopBudget]:
    """Return the amounts that were proposed for the tenant's budgets, newest first.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return (
        select(ShopBudget)
        .where(ShopBudget.tenant_id == actor.own_tenant)
        .order_by(ShopBudget.id.desc())
    )


async def own_year(session: AsyncSession, actor: Actor, year: int) -> YearOfBudget:
    """Return how the tenant's budget of a year stands.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return await accounts.year_of_budget(session, actor.own_tenant, year)


async def goods_of_year(session: AsyncSession, actor: Actor, year: int) -> Sequence[GoodOfYear]:
    """Return what was handed over out of a year's budget and not returned, good by good; its points come to what was used of it.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    pieces = func.sum(ShopLine.given)
    rows = await session.execute(
        select(
            func.max(ShopLine.name),
            func.max(ShopLine.unit),
            pieces,
            func.sum(ShopLine.given * ShopLine.price_points),
        )
        .join(
            ShopRedemption,
            (ShopRedemption.tenant_id == ShopLine.tenant_id)
            & (ShopRedemption.id == ShopLine.redemption_id),
        )
        .where(
            ShopRedemption.tenant_id == actor.own_tenant,
            ShopRedemption.year == year,
            ShopRedemption.state == RedemptionState.HANDED_OVER,
            ShopLine.given > 0,
        )
        .group_by(ShopLine.good_id)
        .order_by(pieces.desc(), func.max(ShopLine.name))
    )
    return [
        GoodOfYear(name=name, unit=unit, pieces=int(count), points=int(points))
        for name, unit, count, points in rows
    ]


def own_redemptions(actor: Actor) -> Select[ShopRedemption]:
    """Return the tenant's redemptions, newest first.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return (
        select(ShopRedemption)
        .where(ShopRedemption.tenant_id == actor.own_tenant)
        .order_by(ShopRedemption.id.desc())
    )


def redemptions_waiting(actor: Actor, *, now: datetime) -> Select[ShopRedemption]:
    """Return what waits at the tenant's shop to be handed over and is in time, the most pressing first.

    :raises Forbidden: if the actor may not look at the shop
    """
    return (
        own_redemptions(actor)
        .where(ShopRedemption.state == RedemptionState.HELD, ShopRedemption.held_until > now)
        .order_by(None)
        .order_by(ShopRedemption.held_until, ShopRedemption.id)
    )


async def own_redemption(
    session: AsyncSession, actor: Actor, redemption_id: UUID
) -> tuple[ShopRedemption, Sequence[ShopLine]]:
    """Return one of the tenant's redemptions with its lines.

    :raises Forbidden: if the actor may not look at the shop
    :raises NotFound: if it is not this tenant's
    """
    statement = own_redemptions(actor).where(ShopRedemption.id == redemption_id)
    redemption = _found(await session.scalar(statement), "兑换", "redemption")
    return redemption, await lines_of(session, redemption)


async def lines_of(session: AsyncSession, redemption: ShopRedemption) -> Sequence[ShopLine]:
    """Return what a redemption is of, as far as the session sees it."""
    lines = await session.scalars(
        select(ShopLine)
        .where(ShopLine.tenant_id == redemption.tenant_id, ShopLine.redemption_id == redemption.id)
        .order_by(ShopLine.good_id)
    )
    return lines.all()


def own_cards(actor: Actor) -> Select[ShopCard, Household]:
    """Return the tenant's cards with their households, newest first.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return (
        select(ShopCard, Household)
        .join(
            Household,
            (Household.tenant_id == ShopCard.tenant_id) & (Household.id == ShopCard.household_id),
        )
        .where(ShopCard.tenant_id == actor.own_tenant)
        .order_by(ShopCard.id.desc())
    )


async def own_card(
    session: AsyncSession, actor: Actor, card_id: UUID
) -> tuple[ShopCard, Household]:
    """Return one of the tenant's cards with its household.

    :raises Forbidden: if the actor may not look at the shop
    :raises NotFound: if it is not this tenant's
    """
    row = (await session.execute(own_cards(actor).where(ShopCard.id == card_id))).one_or_none()
    card, household = _found(row, "兑换卡", "card")
    return card, household


async def own_month(session: AsyncSession, actor: Actor, month: date) -> ShopMonth | None:
    """Return a month of the tenant's shop as it was closed; none while it is not.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return await session.get(ShopMonth, (actor.own_tenant, month))


def own_months(actor: Actor) -> Select[ShopMonth]:
    """Return the months of the tenant's shop that were closed, newest first.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    return (
        select(ShopMonth)
        .where(ShopMonth.tenant_id == actor.own_tenant)
        .order_by(ShopMonth.month.desc())
    )


async def lock_good(session: AsyncSession, actor: Actor, good_id: UUID) -> ShopGood:
    """Return one of the tenant's goods, locked.

    :raises NotFound: if it is not this tenant's
    """
    one = select(ShopGood).where(ShopGood.tenant_id == actor.own_tenant, ShopGood.id == good_id)
    return await _locked(session, one, "商品", "good")


async def lock_budget(session: AsyncSession, actor: Actor, budget_id: UUID) -> ShopBudget:
    """Return one of the amounts for the tenant's budgets, locked.

    :raises NotFound: if it is not this tenant's
    """
    one = select(ShopBudget).where(
        ShopBudget.tenant_id == actor.own_tenant, ShopBudget.id == budget_id
    )
    return await _locked(session, one, "预算", "budget")


async def lock_card(session: AsyncSession, actor: Actor, card_id: UUID) -> ShopCard:
    """Return one of the tenant's cards, locked.

    :raises NotFound: if it is not this tenant's
    """
    one = select(ShopCard).where(ShopCard.tenant_id == actor.own_tenant, ShopCard.id == card_id)
    return await _locked(session, one, "兑换卡", "card")


async def lock_redemption(
    session: AsyncSession, tenant_id: UUID, redemption_id: UUID
) -> ShopRedemption:
    """Return one of a village's redemptions, locked.

    :raises NotFound: if the session sees none of that id
    """
    one = select(ShopRedemption).where(
        ShopRedemption.tenant_id == tenant_id, ShopRedemption.id == redemption_id
    )
    return await _locked(session, one, "兑换", "redemption")


async def _locked(
    session: AsyncSession, one: Select[_Thing], thing_zh: str, thing_en: str
) -> _Thing:
    found = await session.scalar(one.with_for_update().execution_options(populate_existing=True))
    return _found(found, thing_zh, thing_en)


def _found(thing: _Thing | None, thing_zh: str, thing_en: str) -> _Thing:
    if thing is None:
        raise NotFound(thing_zh=thing_zh, thing_en=thing_en)
    return thing
