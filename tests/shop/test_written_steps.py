"""Every change of state of a shop's goods, budgets, cards and redemptions that anyone could write: the declared steps, and no other."""

from dataclasses import replace
from enum import Enum
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_points import PLATFORM, build_points
from small_shop import YEAR, SmallShop, build_shop
from written_steps import steps

from suxin.shop.budgets import propose_budget
from suxin.shop.cards import issue_card
from suxin.shop.states import BudgetState, CardState, GoodState, RedemptionState

Steps = set[tuple[str, str]]
BUDGET = (
    "state = cast({to} as text), decided_by = id,"
    " decided_at = case when cast({to} as text) <> 'PROPOSED' then proposed_at end,"
    " transfer_id = case when cast({to} as text) = 'CONFIRMED' then id end"
)
CARD = (
    "state = cast({to} as text),"
    " revoked_at = case when cast({to} as text) = 'REVOKED' then issued_at end"
)
GIVEN = "case when cast({to} as text) in ('HANDED_OVER', 'RETURNED') then id end"
REDEMPTION = (
    "state = cast({to} as text), return_asked_by = held_by,"
    f" points_given_id = {GIVEN}, budget_given_id = {GIVEN}, handed_over_by = {GIVEN},"
    " ended_at = case when cast({to} as text) <> 'HELD' then held_at end,"
    " returned_by = case when cast({to} as text) = 'RETURNED' then id end"
)
OF_GOOD: Steps = {("OFFERED", "WITHDRAWN"), ("WITHDRAWN", "OFFERED")}
OF_BUDGET: Steps = {("PROPOSED", "CONFIRMED"), ("PROPOSED", "DROPPED")}
OF_CARD: Steps = {("ACTIVE", "REVOKED")}
OF_REDEMPTION: Steps = {
    ("HELD", "HANDED_OVER"),
    ("HELD", "LET_GO"),
    ("HANDED_OVER", "RETURNED"),
}
EXPIRES: Steps = {("HELD", "EXPIRED")}


async def things_of(shop: SmallShop) -> dict[str, Any]:
    """Return one of each thing with a state, by its table."""
    card = await shop.act(issue_card, "village_admin", household_id=shop.points.households[0])
    more = {"year": YEAR, "amount_fen": 100, "source": "村集体收入"}
    budget = await shop.act(propose_budget, "village_admin", **more)
    held = await shop.hold({shop.soap: 1})
    return {
        "shop_goods": shop.soap,
        "shop_budgets": budget.id,
        "shop_cards": card.id,
        "shop_redemptions": held.id,
    }


@pytest.mark.parametrize(
    ("table", "states", "assignment", "of_village", "of_platform"),
    [
        ("shop_goods", GoodState, "state = cast({to} as text)", OF_GOOD, set()),
        ("shop_budgets", BudgetState, BUDGET, OF_BUDGET, set()),
        ("shop_cards", CardState, CARD, OF_CARD, set()),
        ("shop_redemptions", RedemptionState, REDEMPTION, OF_REDEMPTION, EXPIRES),
    ],
    ids=["good", "budget", "card", "redemption"],
)
async def test_each_takes_the_declared_steps_and_no_other(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    table: str,
    states: type[Enum],
    assignment: str,
    of_village: Steps,
    of_platform: Steps,
) -> None:
    shop = await build_shop(await build_points(small_city, admin))
    row_id = (await things_of(shop))[table]
    village = shop.points.person("village_admin")
    callers = {
        "village": (village, of_village),
        "platform": (PLATFORM, of_platform),
        "another village": (replace(village, tenant_id=small_city.banks[1].tenant_id), set()),
        "resident": (shop.points.resident, set()),
    }
    for name, (actor, declared) in callers.items():
        found = await steps(
            small_city, admin, table, states, row_id, actor=actor, assignment=assignment
        )
        assert found == declared, name
