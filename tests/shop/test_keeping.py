"""What a village keeps: a budget by two people, goods and their stock, cards, and months that add up."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_points import build_points
from small_shop import YEAR, SmallShop, build_shop

from suxin.kernel.refusals import Forbidden, Invalid
from suxin.shop import budgets, cards, goods, redeeming
from suxin.shop.goods import GoodDraft
from suxin.shop.months import close_month
from suxin.shop.queries.statements import statements
from suxin.shop.refusals import (
    BudgetByAnother,
    BudgetOpen,
    CardLocked,
    CardUnknown,
    GoodNameTaken,
    HouseholdNumberWrong,
    MonthClosed,
    MonthNotOver,
    SoldOut,
)
from suxin.shop.states import Means
from suxin.shop.templates import TEMPLATES

SOAP = GoodDraft(name="肥皂", unit="块", price_points=3)


@pytest.fixture
async def shop(small_city: SmallCity, admin: asyncpg.Connection) -> SmallShop:
    return await build_shop(await build_points(small_city, admin))


async def test_a_budget_takes_two_people_and_is_added_to(shop):
    wanted = {"year": YEAR, "amount_fen": 5000, "source": "上级补助"}
    proposed = await shop.act(budgets.propose_budget, "village_admin", **wanted)
    with pytest.raises(BudgetOpen):
        await shop.act(budgets.propose_budget, "village_admin2", **wanted)
    both = shop.points.person("village_admin").with_permissions(
        shop.points.person("supervisor").permissions
    )
    with pytest.raises(BudgetByAnother):
        await shop.points.city.act(budgets.confirm_budget, both, budget_id=proposed.id)
    assert (await shop.budget()).put_up_fen == 10000
    await shop.act(budgets.confirm_budget, "supervisor", budget_id=proposed.id)
    assert (await shop.budget()).left_fen == 15000
    with pytest.raises(Invalid):
        await shop.act(budgets.propose_budget, "village_admin", **wanted | {"year": YEAR + 2})


async def test_two_who_propose_at_once_leave_one_amount_open(shop):
    wanted = {"year": YEAR, "amount_fen": 5000, "source": "上级补助"}
    answers = await asyncio.gather(
        *(shop.act(budgets.propose_budget, f"village_admin{n}", **wanted) for n in (1, 2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers) == ["BudgetOpen", "ShopBudget"]


async def test_goods_have_names_of_their_own_and_a_stock_that_is_not_overdrawn(shop):
    with pytest.raises(GoodNameTaken):
        await shop.act(goods.add_good, "shop_keeper", draft=SOAP)
    lost = {"good_id": shop.soap, "reason": "受潮"}
    await shop.act(goods.write_off_goods, "shop_keeper", pieces=4, **lost)
    await shop.hold({shop.soap: 5})
    with pytest.raises(SoldOut):
        await shop.act(goods.write_off_goods, "shop_keeper", pieces=2, **lost)
    assert await shop.stock(shop.soap) == 1
    with pytest.raises(Forbidden):
        await shop.act(goods.add_good, "grid_worker", draft=SOAP)


def test_templates_say_where_a_price_was_seen():
    assert len({one.code for one in TEMPLATES}) == len({one.name for one in TEMPLATES}) == 8
    assert all(one.seen and one.price_points > 0 for one in TEMPLATES)


async def test_a_card_buys_with_the_household_number_alone(shop):
    household_id = shop.points.households[0]
    card = await shop.act(cards.issue_card, "village_admin", household_id=household_id)
    basket = {shop.soap: 1}
    asked = {"card": cards.qr_text(card), "basket": basket}
    held = await shop.act(redeeming.hold_by_card, "shop_keeper", household_number="001", **asked)
    assert (held.means, held.card_id) == (Means.CARD, card.id)
    wrong = asked | {"household_number": "002"}
    for _ in range(cards.MAX_FAILURES):
        with pytest.raises(HouseholdNumberWrong):
            await shop.act(redeeming.hold_by_card, "shop_keeper", **wrong)
    with pytest.raises(CardLocked):
        await shop.act(redeeming.hold_by_card, "shop_keeper", household_number="001", **asked)
    fresh = await shop.act(cards.issue_card, "village_admin", household_id=household_id)
    assert fresh.number != card.number
    with pytest.raises(CardUnknown):
        await shop.act(redeeming.hold_by_card, "shop_keeper", household_number="001", **asked)
    shown = {"card": fresh.number, "household_number": "001", "basket": basket}
    await shop.act(redeeming.hold_by_card, "shop_keeper", **shown)
    await shop.act(cards.revoke_card, "village_admin", card_id=fresh.id, reason="遗失")
    with pytest.raises(CardUnknown):
        await shop.act(redeeming.hold_by_card, "shop_keeper", **shown)


async def test_two_who_give_a_card_at_once_leave_one_valid(shop, admin):
    which = {"household_id": shop.points.households[0]}
    await asyncio.gather(*(shop.act(cards.issue_card, f"village_admin{n}", **which) for n in (1, 2)))  # fmt: skip
    assert await admin.fetchval("select count(*) from shop_cards where state = 'ACTIVE'") == 1


async def test_a_month_adds_up_is_carried_over_and_closed_once(shop):
    month = shop.points.city.now.date().replace(day=1)
    await shop.hand_over(await shop.hold({shop.soap: 4, shop.oil: 1}))
    held = await shop.hold({shop.soap: 1}, number="002")
    with pytest.raises(MonthNotOver):
        await shop.act(close_month, "village_admin", month=month)
    following = (month + timedelta(days=32)).replace(day=1)
    later = shop.points.city.now + timedelta(days=31)
    with pytest.raises(MonthNotOver):
        await shop.act(close_month, "village_admin", month=month, now=later)
    await shop.act(redeeming.let_go, "shop_keeper", redemption_id=held.id, reason="不要了")
    closed = await shop.act(close_month, "village_admin", month=month, now=later)
    assert (closed.households, closed.earned_points, closed.spent_points) == (2, 58, 32)
    assert (closed.closing_points, closed.redemptions) == (26, 1)
    with pytest.raises(MonthClosed):
        await shop.act(close_month, "village_admin2", month=month, now=later)
    viewer = shop.points.person("viewer")
    async with shop.points.city.database.snapshot(viewer, now=later) as session:
        first, second = await statements(session, viewer, month=month)
        (carried,) = await statements(session, viewer, month=following, household_id=first.household_id)  # fmt: skip
    assert (first.opening, first.earned, first.lost, first.spent, first.closing) == (
        0,
        50,
        0,
        32,
        18,
    )
    assert (second.household_number, second.closing, carried.opening) == ("002", 8, 18)


async def test_a_month_is_named_by_its_first_day(shop):
    with pytest.raises(Invalid):
        await shop.act(close_month, "village_admin", month=date(2026, 10, 2))
