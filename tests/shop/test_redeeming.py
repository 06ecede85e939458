"""Redeeming: held, handed over whole or in part, cancelled, over, returned; at the counter the helper does not hand over."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_points import PLATFORM, SmallPoints, build_points
from small_shop import SmallShop, build_shop

from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.ledger.posting import expire_hold
from suxin.lending.models.steps import StepNotPossible
from suxin.shop import queries, redeeming
from suxin.shop.goods import set_terms, withdraw_good
from suxin.shop.models import ShopRedemption
from suxin.shop.presenting import present_household
from suxin.shop.refusals import (
    BasketWrong,
    BudgetUsedUp,
    GivenWrong,
    HandOverByAnother,
    HoldTimeOver,
    HouseholdLimitReached,
    MonthPointsReached,
    ReturnByAnother,
    ShopClosed,
    SoldOut,
    TooFewPoints,
)
from suxin.shop.states import Means, RedemptionState
from suxin.subjects.presentation_codes import typed_code, window_of
from suxin.subjects.presenting import CodeForAnotherMerchant, CodeReplayed


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
async def shop(points: SmallPoints) -> SmallShop:
    return await build_shop(points)


async def code_of(shop: SmallShop) -> str:
    """Return the code that the first household's person shows."""
    city = shop.points.city
    opened = await city.act(
        present_household, shop.points.resident, tenant_id=shop.tenant_id, sealer=city.sealer
    )
    return typed_code(opened.key, opened.number, kind=opened.kind, window=window_of(city.now))


async def test_what_was_handed_over_is_off_points_budget_and_stock_alike(shop):
    held = await shop.act(
        redeeming.hold_by_code,
        "shop_keeper",
        code=await code_of(shop),
        basket={shop.soap: 4, shop.oil: 1},
        sealer=shop.points.city.sealer,
    )
    assert (held.means, held.points, held.household_id) == (
        Means.CODE,
        32,
        shop.points.households[0],
    )
    assert (await shop.balance(), await shop.stock(shop.soap)) == (50, 6)
    assert (await shop.budget()).held_fen == 3200
    done = await shop.hand_over(held)
    assert (done.state, await shop.balance()) == (RedemptionState.HANDED_OVER, 18)
    budget = await shop.budget()
    assert (budget.put_up_fen, budget.used_fen, budget.held_fen, budget.left_fen) == (10000, 3200, 0, 6800)  # fmt: skip
    with pytest.raises(StepNotPossible):
        await shop.hand_over(held)


async def test_a_code_is_taken_once_and_by_the_village_alone(shop):
    code = await code_of(shop)
    given = {"code": code, "sealer": shop.points.city.sealer}
    with pytest.raises(SoldOut):
        await shop.act(redeeming.hold_by_code, "shop_keeper", basket={shop.soap: 11}, **given)
    await shop.act(redeeming.hold_by_code, "shop_keeper", basket={shop.soap: 1}, **given)
    with pytest.raises(CodeReplayed):
        await shop.act(redeeming.hold_by_code, "shop_keeper", basket={shop.soap: 1}, **given)
    elsewhere = replace(shop.keeper, tenant_id=shop.points.city.operator.own_tenant)
    with pytest.raises(CodeForAnotherMerchant):
        await shop.points.city.act(
            redeeming.hold_by_code,
            elsewhere,
            basket={shop.soap: 1},
            **given,
        )


async def test_less_than_was_held_is_handed_over_and_the_rest_let_go(shop):
    held = await shop.hold({shop.soap: 4, shop.oil: 1})
    done = await shop.hand_over(held, given={shop.soap: 3})
    assert (done.points, await shop.balance(), await shop.stock(shop.soap)) == (9, 41, 7)
    assert await shop.stock(shop.oil) == 3
    assert (await shop.budget()).used_fen == 900
    # What was not given does not count against the month's limit.
    await shop.hold({shop.oil: 1})


@pytest.mark.parametrize("given", [{"soap": 5}, {"soap": 0}, {"soap": -1}, {"oil": 1}])
async def test_nothing_and_more_than_was_held_is_not_handed_over(shop, given):
    held = await shop.hold({shop.soap: 4})
    with pytest.raises(GivenWrong):
        await shop.hand_over(held, given={getattr(shop, name): n for name, n in given.items()})
    assert (await shop.balance(), await shop.stock(shop.soap)) == (50, 6)


async def test_whoever_helped_at_the_counter_does_not_hand_over(shop):
    helper = shop.helper.with_permissions(shop.helper.permissions | shop.keeper.permissions)
    city = shop.points.city
    held = await shop.hold({shop.soap: 1})
    assert (held.held_by, held.collector) == (helper.staff_id, "王某")
    with pytest.raises(HandOverByAnother):
        await city.act(redeeming.hand_over, helper, redemption_id=held.id)
    with pytest.raises(Forbidden):
        await shop.act(redeeming.hand_over, "grid_worker", redemption_id=held.id)
    assert (await shop.hand_over(held)).handed_over_by == shop.keeper.staff_id


async def test_what_does_not_reach_is_refused_by_name_and_changes_nothing(points):
    shop = await build_shop(points, budget_points=40)
    cases = (
        (TooFewPoints, {shop.soap: 3}, "002"),
        (SoldOut, {shop.soap: 11}, "001"),
        (BudgetUsedUp, {shop.soap: 7, shop.oil: 1}, "001"),
        (HouseholdLimitReached, {shop.oil: 2}, "001"),
        (BasketWrong, {}, "001"),
        (BasketWrong, {shop.soap: 0}, "001"),
        (NotFound, {shop.soap: 1}, "999"),
    )
    for refusal, basket, number in cases:
        with pytest.raises(refusal):
            await shop.hold(basket, number=number)
    assert (await shop.balance(), await shop.stock(shop.soap)) == (50, 10)
    assert (await shop.budget()).left_fen == 4000


async def test_the_shop_has_its_days_and_a_household_its_month(shop):
    day = shop.points.city.now.day
    terms = {"opens_on": day, "closes_on": day, "month_points": 5}
    await shop.act(set_terms, "village_admin", **terms)
    await shop.hold({shop.soap: 1})
    with pytest.raises(MonthPointsReached):
        await shop.hold({shop.soap: 1})
    with pytest.raises(ShopClosed):
        await shop.hold({shop.soap: 1}, now=shop.points.city.now + timedelta(days=1))
    await shop.act(withdraw_good, "shop_keeper", good_id=shop.soap)
    with pytest.raises(StepNotPossible):
        await shop.hold({shop.soap: 1})


async def test_what_is_cancelled_or_over_is_as_before(shop):
    cancelled = await shop.hold({shop.soap: 2})
    await shop.act(redeeming.let_go, "shop_keeper", redemption_id=cancelled.id, reason="不要了")
    held = await shop.hold({shop.soap: 2})
    later = held.held_until
    with pytest.raises(HoldTimeOver):
        await shop.hand_over(held, now=later)
    async with shop.points.city.database.transaction(PLATFORM, now=later) as session:
        for hold_id in (held.points_hold_id, held.budget_hold_id):
            await expire_hold(session, book=shop.tenant_id, pending_id=hold_id, now=later)
        await redeeming.expire_redemption(
            session, tenant_id=shop.tenant_id, redemption_id=held.id, now=later
        )
        over = await session.get_one(ShopRedemption, (shop.tenant_id, held.id))
        assert over.state is RedemptionState.EXPIRED
    assert (await shop.balance(), (await shop.budget()).held_fen) == (50, 0)


async def test_a_return_takes_two_and_reverses_all_of_it(shop):
    done = await shop.hand_over(await shop.hold({shop.soap: 2}))
    which = {"redemption_id": done.id}
    with pytest.raises(ReturnByAnother):
        await shop.act(redeeming.confirm_return, "supervisor", **which)
    await shop.act(redeeming.ask_return, "shop_keeper", reason="包装破损", **which)
    both = shop.keeper.with_permissions(shop.points.person("supervisor").permissions)
    with pytest.raises(ReturnByAnother):
        await shop.points.city.act(redeeming.confirm_return, both, **which)
    returned = await shop.act(redeeming.confirm_return, "supervisor", **which)
    assert returned.state is RedemptionState.RETURNED
    assert (await shop.balance(), await shop.stock(shop.soap)) == (50, 10)
    assert (await shop.budget()).used_fen == 0
    async with shop.points.city.database.snapshot(shop.keeper, now=shop.points.city.now) as session:
        assert await queries.goods_of_year(session, shop.keeper, 2026) == []


async def test_of_many_at_once_nothing_is_oversold(points):
    shop = await build_shop(points, soap=3, had=(50, 50))
    asked = [shop.hold({shop.soap: 1}, number=f"00{1 + n % 2}") for n in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    held = [one for one in answers if isinstance(one, ShopRedemption)]
    assert (len(held), await shop.stock(shop.soap)) == (3, 0)
    assert {type(one) for one in answers} == {ShopRedemption, SoldOut}
    handed = await asyncio.gather(
        *(shop.hand_over(held[0]) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Refusal) for one in handed) == 2
    assert await shop.balance() + await shop.balance(1) == 97


async def test_one_household_at_once_keeps_its_monthly_limit(shop):
    answers = await asyncio.gather(
        *(shop.hold({shop.oil: 1}) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == [
        "HouseholdLimitReached",
        "HouseholdLimitReached",
        "ShopRedemption",
    ]
