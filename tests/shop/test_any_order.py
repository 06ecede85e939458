"""A shop in any order of steps: points, budget and stock are never below zero, and always what the redemptions say."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from small_city import SmallCity
from small_points import PLATFORM, build_points
from small_shop import SmallShop, build_shop
from sqlalchemy import select

from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.ledger.posting import expire_hold
from suxin.shop import redeeming
from suxin.shop.models import ShopLine, ShopRedemption
from suxin.shop.states import RedemptionState

HAD, BUDGET, SOAP = (45, 18), 60, 14
STEPS = ("hand_over", "take_back", "cancel", "time_passes")
TAKEN = (RedemptionState.HELD, RedemptionState.HANDED_OVER)


class Shops(RuleBasedStateMachine):
    """One shop through all examples: what earlier ones left is where the next begins."""

    small: ClassVar[SmallShop]
    loop: ClassVar[asyncio.AbstractEventLoop]
    now: ClassVar[datetime]
    turn: ClassVar[int] = 0
    refused: ClassVar[set[str]] = set()
    reached: ClassVar[set[RedemptionState]] = set()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=30))

    async def _tried(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except Refusal as refusal:
            self.refused.add(refusal.code)

    async def _all(self) -> list[ShopRedemption]:
        async with self.small.points.city.database.transaction(PLATFORM, now=self.now) as session:
            return list(await session.scalars(select(ShopRedemption).order_by(ShopRedemption.id)))

    def _pick(self, draw: int, wanted: RedemptionState) -> ShopRedemption | None:
        """Return one that stands so, or any where none does: what is refused is tried, too."""
        found = self._run(self._all())
        found = [one for one in found if one.state is wanted] or found
        return found[-1 - draw % min(len(found), 4)] if found else None

    @rule(pieces=st.integers(1, 5), number=st.sampled_from(("001", "002")), twice=st.booleans())
    def hold(self, pieces: int, number: str, twice: bool) -> None:  # noqa: FBT001 - drawn
        async def at_once() -> None:
            asked = [
                self._tried(self.small.hold({self.small.soap: pieces}, number=number, now=self.now))
                for _ in range(1 + twice)
            ]
            await asyncio.gather(*asked)

        self._run(at_once())

    @rule(
        draw=st.integers(0, 3),
        pieces=st.integers(1, 3),
    )
    def then(self, draw: int, pieces: int) -> None:
        # One rule, and each step in its turn: hypothesis leaves rules out for a whole example, and with them what only they reach.
        step = STEPS[Shops.turn % len(STEPS)]
        wanted = RedemptionState.HANDED_OVER if step == "take_back" else RedemptionState.HELD
        one = self._pick(draw, wanted)
        # What does not stand so is tried as well, and refused; the turn goes on once it was tried on what does.
        Shops.turn += one is not None and one.state is wanted
        if step == "time_passes":
            Shops.now += timedelta(minutes=31)
            self._run(self._jobs())
        elif one is not None:
            self._run(getattr(self, f"_{step}")(one, pieces))

    async def _hand_over(self, one: ShopRedemption, pieces: int) -> None:
        basket = {self.small.soap: pieces}
        await self._tried(self.small.hand_over(one, given=basket, now=self.now))

    async def _cancel(self, one: ShopRedemption, _: int) -> None:
        which = {"redemption_id": one.id, "now": self.now}
        await self._tried(self.small.act(redeeming.let_go, "shop_keeper", reason="不要了", **which))

    async def _take_back(self, one: ShopRedemption, _: int) -> None:
        which = {"redemption_id": one.id, "now": self.now}
        await self._tried(
            self.small.act(redeeming.ask_return, "shop_keeper", reason="破损", **which)
        )
        await self._tried(self.small.act(redeeming.confirm_return, "supervisor", **which))

    async def _jobs(self) -> None:
        held = [one for one in await self._all() if one.state is RedemptionState.HELD]
        book = self.small.tenant_id
        async with self.small.points.city.database.transaction(PLATFORM, now=self.now) as session:
            for one in held:
                lines = await session.scalars(
                    select(ShopLine).where(ShopLine.redemption_id == one.id)
                )
                holds = [one.points_hold_id, one.budget_hold_id, *(line.hold_id for line in lines)]
                for hold_id in holds:
                    await expire_hold(session, book=book, pending_id=hold_id, now=self.now)
                await redeeming.expire_redemption(
                    session, tenant_id=book, redemption_id=one.id, now=self.now
                )

    @invariant()
    def books_say_what_redemptions_say(self) -> None:
        redemptions = self._run(self._all())
        self.reached.update(one.state for one in redemptions)
        taken = sum(one.points for one in redemptions if one.state in TAKEN)
        given = [one for one in redemptions if one.state is RedemptionState.HANDED_OVER]
        spent = sum(one.points for one in given)
        budget, stock = self._run(self.small.budget()), self._run(self.small.stock(self.small.soap))
        assert budget.left_fen == (BUDGET - taken) * 100 >= 0
        assert budget.used_fen == spent * 100
        assert stock == SOAP - taken // 3 >= 0
        balances = [self._run(self.small.balance(number)) for number in (0, 1)]
        for number, balance in enumerate(balances):
            own = self.small.points.households[number]
            assert balance == HAD[number] - sum(one.points for one in given if one.household_id == own) >= 0  # fmt: skip


async def test_whatever_is_tried_nothing_is_oversold(
    small_city: SmallCity, admin: asyncpg.Connection, city: Any
) -> None:
    shop = await build_shop(
        await build_points(small_city, admin), budget_points=BUDGET, soap=SOAP, had=HAD
    )
    await asyncio.to_thread(_try, shop, city)
    assert set(RedemptionState) == Shops.reached
    assert {"SHOP_TOO_FEW_POINTS", "SHOP_SOLD_OUT", "SHOP_GIVEN_WRONG"} <= Shops.refused


def _try(shop: SmallShop, city: Any) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=3)
    in_loop = replace(shop.points.city, database=database)
    Shops.small = replace(shop, points=replace(shop.points, city=in_loop))
    Shops.loop, Shops.now = loop, in_loop.now
    try:
        run_state_machine_as_test(
            Shops,
            settings=settings(
                max_examples=5,
                stateful_step_count=14,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
