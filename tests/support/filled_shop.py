"""A village's shop after everything has happened once: the first bank keeps it, as if it were a village."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from filled_villages import FilledVillage
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor, Permission
from suxin.shop import policies
from suxin.shop.models import (
    ShopBudget,
    ShopCard,
    ShopGood,
    ShopLine,
    ShopMonth,
    ShopRedemption,
    ShopTerms,
)

RIGHTS = frozenset(one for one in vars(policies).values() if isinstance(one, Permission))
CARD_NUMBER = "1234567890123456"


@dataclass(frozen=True, kw_only=True)
class FilledShop:
    """The ids of one village's shop, and somebody who may do everything there."""

    keeper: Actor
    good_id: UUID
    budget_id: UUID
    card_id: UUID
    redemption_id: UUID
    household_id: UUID

    @property
    def tenant_id(self) -> UUID:
        """Whose shop it is."""
        return self.keeper.own_tenant


async def fill_shop(
    city: SmallCity, admin: asyncpg.Connection, village: FilledVillage
) -> FilledShop:
    """Let the first bank have a good, a budget, terms, a card, a redemption that is held, and a closed month."""
    own = {"tenant_id": village.tenant_id}
    good = sample(
        ShopGood, city.now, **own, unit="块", name="肥皂", photo=b"x", photo_sha256="0" * 64
    )
    budget = sample(ShopBudget, city.now, **own, year=2026, source="村集体")
    of_household = own | {"household_id": village.household_id}
    card = sample(ShopCard, city.now, **of_household, number=CARD_NUMBER)
    held = sample(ShopRedemption, city.now, **of_household)
    line = sample(ShopLine, city.now, **own, redemption_id=held["id"], good_id=good["id"], given=0)
    month = sample(
        ShopMonth,
        city.now,
        **own,
        month=city.now.date().replace(day=1),
        lost_points=0,
        closing_points=1,
    )
    terms = sample(ShopTerms, city.now, **own)
    for model, row in (
        (ShopGood, good),
        (ShopBudget, budget),
        (ShopCard, card),
        (ShopRedemption, held),
        (ShopLine, line),
        (ShopMonth, month),
        (ShopTerms, terms),
    ):
        await insert(admin, model, row)
    return FilledShop(
        keeper=replace(village.admin, permissions=RIGHTS),
        good_id=good["id"],
        budget_id=budget["id"],
        card_id=card["id"],
        redemption_id=held["id"],
        household_id=village.household_id,
    )
