"""A village's shop in a test's small city: a budget, goods with a stock, and households with points."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from small_points import PLATFORM, SmallPoints

from suxin.grid.posting import ASSET, ISSUED, balance_of, household_code
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.ledger import drafts
from suxin.ledger.accounts import AccountDraft, opened_once
from suxin.ledger.models import Side
from suxin.ledger.posting import post
from suxin.shop import accounts, goods, redeeming
from suxin.shop.accounts import YearOfBudget
from suxin.shop.budgets import confirm_budget, propose_budget
from suxin.shop.goods import GoodDraft
from suxin.shop.models import ShopGood, ShopRedemption

YEAR = 2026


@dataclass(frozen=True, kw_only=True)
class SmallShop:
    """A shop: soap for 3 points, of which there are some, and oil for 20, of which a household has one a month."""

    points: SmallPoints
    soap: UUID
    oil: UUID

    @property
    def tenant_id(self) -> UUID:
        """Whose shop it is."""
        return self.points.tenant_id

    @property
    def keeper(self) -> Actor:
        """Who hands over."""
        return self.points.person("shop_keeper")

    @property
    def helper(self) -> Actor:
        """Who helps at the counter."""
        return self.points.person("grid_worker")

    async def act(self, command: Any, who: str, **arguments: Any) -> Any:
        """Let one of the village's staff do something."""
        return await self.points.city.act(command, self.points.person(who), **arguments)

    async def hold(self, basket: dict[UUID, int], *, number: str = "001", **more: Any) -> Any:
        """Hold a basket at the counter."""
        return await self.act(
            redeeming.hold_at_counter,
            "grid_worker",
            household_number=number,
            collector="王某",
            basket=basket,
            **more,
        )

    async def hand_over(self, redemption: ShopRedemption, **more: Any) -> ShopRedemption:
        """Hand over what is held."""
        done: ShopRedemption = await self.act(
            redeeming.hand_over, "shop_keeper", redemption_id=redemption.id, **more
        )
        return done

    async def balance(self, household: int = 0) -> int:
        """Return how many points a household has, as the book says."""
        async with self.points.city.database.transaction(
            PLATFORM, now=self.points.city.now
        ) as session:
            return await balance_of(session, self.tenant_id, self.points.households[household])

    async def budget(self) -> YearOfBudget:
        """Return how the year's budget stands."""
        async with self.points.city.database.transaction(
            PLATFORM, now=self.points.city.now
        ) as session:
            return await accounts.year_of_budget(session, self.tenant_id, YEAR)

    async def stock(self, good_id: UUID) -> int:
        """Return how many pieces of a good are available."""
        async with self.points.city.database.transaction(
            PLATFORM, now=self.points.city.now
        ) as session:
            left = await accounts.stock_left(session, self.tenant_id)
            return left[accounts.good_code(good_id, "stock")]


async def build_shop(
    points: SmallPoints, *, budget_points: int = 100, soap: int = 10, had: tuple[int, int] = (50, 8)
) -> SmallShop:
    """Open a shop with a budget that covers so many points, so many pieces of soap, three of oil, and two households that have points."""
    proposed = await points.city.act(
        propose_budget,
        points.person("village_admin"),
        year=YEAR,
        amount_fen=budget_points * accounts.FEN_PER_POINT,
        source="村集体收入",
    )
    await points.city.act(confirm_budget, points.person("supervisor"), budget_id=proposed.id)
    keeper = points.person("shop_keeper")
    made: list[ShopGood] = []
    for draft, pieces in (
        (GoodDraft(name="肥皂", unit="块", price_points=3), soap),
        (GoodDraft(name="食用油", unit="桶", price_points=20, month_limit=1), 3),
    ):
        good = await points.city.act(goods.add_good, keeper, draft=draft)
        await points.city.act(goods.deliver_goods, keeper, good_id=good.id, pieces=pieces)
        made.append(good)
    for household_id, amount in zip(points.households, had, strict=True):
        await give_points(points, household_id, amount)
    return SmallShop(points=points, soap=made[0].id, oil=made[1].id)


async def give_points(points: SmallPoints, household_id: UUID, amount: int) -> None:
    """Post points to a household without a claim."""
    book, now = points.tenant_id, points.city.now
    async with points.city.database.transaction(PLATFORM, now=now) as session:
        issued = await opened_once(
            session,
            book=book,
            draft=AccountDraft(
                code=ISSUED, name="已发积分", asset=ASSET, normal_side=Side.DEBIT, floor=None
            ),
            now=now,
        )
        account = await opened_once(
            session,
            book=book,
            draft=AccountDraft(
                code=household_code(household_id), name="农户", asset=ASSET, normal_side=Side.CREDIT
            ),
            now=now,
        )
        moved = drafts.move(
            new_id(now), debit=issued.id, credit=account.id, amount=amount, code="grid.posted"
        )
        await post(session, book=book, transfers=[moved], now=now)
