"""Who must not touch a village's shop: commands and queries for the proofs as two tenants; two villages' codes are in ``tests/shop``."""

from collections.abc import Callable
from typing import Any

from filled_shop import CARD_NUMBER
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, PUBLIC, Case, by

from suxin.grid.refusals import NotOfVillage
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.shop.goods import GoodDraft
from suxin.shop.models import ShopRedemption
from suxin.shop.refusals import CardUnknown

Given = Callable[[World], dict[str, Any]]
EVERYBODY = (*EVERYONE_BUT_SUBJECTS, "stranger")
DRAFT = GoodDraft(name="毛巾", unit="条", price_points=10)
REASON = {"reason": "理由充分"}


def nothing(_world: World) -> dict[str, Any]:
    return {}


def beside(given: Given, **more: Any) -> Given:
    return lambda world: given(world) | more


def village(world: World) -> dict[str, Any]:
    return {"tenant_id": world.shop.tenant_id}


def good(world: World) -> dict[str, Any]:
    return {"good_id": world.shop.good_id}


def budget(world: World) -> dict[str, Any]:
    return {"budget_id": world.shop.budget_id}


def card(world: World) -> dict[str, Any]:
    return {"card_id": world.shop.card_id}


def redemption(world: World) -> dict[str, Any]:
    return {"redemption_id": world.shop.redemption_id}


def household(world: World) -> dict[str, Any]:
    return {"household_id": world.shop.household_id}


def basket(world: World) -> dict[str, Any]:
    return {"basket": {world.shop.good_id: 1}}


def sealed(world: World) -> dict[str, Any]:
    return basket(world) | {"sealer": world.city.sealer, "code": "0"}


def shown(_world: World) -> dict[str, Any]:
    return {"shown": CARD_NUMBER, "household_number": "001"}


def month(world: World) -> dict[str, Any]:
    return {"month": world.city.now.date().replace(day=1)}


def staffed(given: Given) -> list[Case]:
    """A village's command: whoever has not the right may not."""
    return by(EVERYBODY, Forbidden, given)


def presented(world: World) -> dict[str, Any]:
    return village(world) | {"sealer": world.city.sealer}


COMMANDS: dict[str, list[Case]] = {
    "shop.budgets.confirm_budget": staffed(budget),
    "shop.budgets.drop_budget": staffed(budget),
    "shop.budgets.propose_budget": staffed(
        beside(nothing, year=2026, amount_fen=1, source="村集体")
    ),
    "shop.cards.household_by_card": [
        ("rival", CardUnknown, shown),
        *by(("stranger", "anonymous", "system"), Forbidden, shown),
    ],
    "shop.cards.issue_card": staffed(household),
    "shop.cards.revoke_card": staffed(beside(card, **REASON)),
    "shop.goods.add_from_template": staffed(beside(nothing, template="soap")),
    "shop.goods.add_good": staffed(beside(nothing, draft=DRAFT)),
    "shop.goods.change_good": staffed(beside(good, draft=DRAFT)),
    "shop.goods.deliver_goods": staffed(beside(good, pieces=1)),
    "shop.goods.offer_again": staffed(good),
    "shop.goods.set_terms": staffed(beside(nothing, opens_on=1, closes_on=31, month_points=None)),
    "shop.goods.withdraw_good": staffed(good),
    "shop.goods.write_off_goods": staffed(beside(good, pieces=1, **REASON)),
    "shop.months.close_month": staffed(month),
    "shop.photos.remove_photo": staffed(good),
    "shop.photos.set_photo": staffed(beside(good, content=b"")),
    "shop.presenting.present_household": [
        ("stranger", NotOfVillage, presented),
        *by(EVERYONE_BUT_SUBJECTS, Forbidden, presented),
    ],
    "shop.redeeming.ask_return": staffed(beside(redemption, **REASON)),
    "shop.redeeming.confirm_return": staffed(redemption),
    "shop.redeeming.hand_over": staffed(redemption),
    "shop.redeeming.hold_at_counter": staffed(
        beside(basket, household_number="001", collector="王某")
    ),
    "shop.redeeming.hold_by_card": staffed(beside(basket, card=CARD_NUMBER, household_number="1")),
    "shop.redeeming.hold_by_code": staffed(sealed),
    "shop.redeeming.let_go": staffed(beside(redemption, **REASON)),
}


def of_redemption(world: World) -> dict[str, Any]:
    return {
        "redemption": ShopRedemption(tenant_id=world.shop.tenant_id, id=world.shop.redemption_id)
    }


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "shop.queries.count_goods": ("rival", nothing, None),
    "shop.queries.goods_of_year": ("rival", beside(nothing, year=2026), Forbidden),
    "shop.queries.lines_of": ("rival", of_redemption, None),
    "shop.queries.lock_budget": ("rival", budget, NotFound),
    "shop.queries.lock_card": ("rival", card, NotFound),
    "shop.queries.lock_good": ("rival", good, NotFound),
    "shop.queries.lock_redemption": (
        "rival",
        lambda world: village(world) | redemption(world),
        NotFound,
    ),
    "shop.queries.own_budgets": ("rival", nothing, Forbidden),
    "shop.queries.own_card": ("rival", card, Forbidden),
    "shop.queries.own_cards": ("rival", nothing, Forbidden),
    "shop.queries.own_good": ("rival", good, Forbidden),
    "shop.queries.own_goods": ("rival", nothing, Forbidden),
    "shop.queries.own_month": ("rival", month, Forbidden),
    "shop.queries.own_months": ("rival", nothing, Forbidden),
    "shop.queries.own_redemption": ("rival", redemption, Forbidden),
    "shop.queries.own_redemptions": ("rival", nothing, Forbidden),
    "shop.queries.own_terms": ("rival", nothing, Forbidden),
    "shop.queries.own_year": ("rival", beside(nothing, year=2026), Forbidden),
    "shop.queries.redemptions_waiting": (
        "rival",
        lambda world: {"now": world.city.now},
        Forbidden,
    ),
    "shop.queries.statements.statements": ("rival", month, Forbidden),
    "shop.queries.stock_of": ("rival", nothing, Forbidden),
    "shop.showing.queries.goods_on_offer": ("anonymous", village, PUBLIC),
    "shop.showing.queries.lines_by_redemption": (
        "stranger",
        lambda world: village(world) | {"redemption_ids": [world.shop.redemption_id]},
        None,
    ),
    "shop.showing.queries.photo_of_good": (
        "anonymous",
        lambda world: village(world) | good(world) | {"sha256": "0" * 64},
        PUBLIC,
    ),
    "shop.showing.queries.own_household_redemptions": ("stranger", village, NotOfVillage),
    "shop.showing.queries.own_shop": ("stranger", village, NotOfVillage),
}
