"""Redemptions in any order beside a small model of stock and budget: after each step the ledger says what the model says."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from small_city import SmallCity
from small_perks import SmallPerks, build_perks

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.ledger.posting import expire_hold
from suxin.perks import accounts
from suxin.perks.models import Programme
from suxin.perks.redeeming import (
    complete_redemption,
    expire_redemption,
    grant_redemption,
    roll_back_redemption,
)

STOCK = 12
BUDGET = 6_000
VALUE = 600
USES = 2
SYSTEM = Actor.system("test")
WHICH = st.integers(0, 5)


@dataclass
class Modelled:
    """One redemption as the model has it."""

    id: UUID
    persons: int
    until: datetime
    state: str = "HELD"
    uses: int = 0
    holds: tuple[UUID | None, UUID | None] = (None, None)

    @property
    def taken(self) -> tuple[int, int]:
        """What it takes of stock and budget for good."""
        allowed = self.persons * USES
        pieces = -(-self.persons * self.uses // allowed)
        return pieces, self.persons * VALUE * self.uses // allowed


class Redemptions(RuleBasedStateMachine):
    """One programme, and the model beside it."""

    small: ClassVar[SmallPerks]
    loop: ClassVar[asyncio.AbstractEventLoop]
    reached: ClassVar[set[str]] = set()
    refused: ClassVar[set[str]] = set()

    @initialize()
    def begin(self) -> None:
        self.now: datetime = self.small.city.now
        self.programme: Programme = self._run(
            self.small.published(stock=STOCK, budget_fen=BUDGET, uses_each=USES, use_days=1)
        )
        self.known: list[Modelled] = []

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=20))

    def _said(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self._run(work)
        except Refusal as refusal:
            self.refused.add(refusal.code)
            return None

    def _left(self) -> tuple[int, int]:
        """What the model has left: what is neither taken for good nor held."""
        stock, budget = STOCK, BUDGET
        for one in self.known:
            if one.state in ("HELD", "GRANTED"):
                stock, budget = stock - one.persons, budget - one.persons * VALUE
            elif one.state == "COMPLETED":
                pieces, fen = one.taken
                stock, budget = stock - pieces, budget - fen
        return stock, budget

    def _one(self, which: int, *states: str) -> Modelled | None:
        found = [one for one in self.known if one.state in states]
        return found[which % len(found)] if found else None

    @rule(persons=st.integers(1, 5))
    def hold(self, persons: int) -> None:
        stock, budget = self._left()
        fits = persons <= stock and persons * VALUE <= budget
        held = self._said(self.small.hold(self.programme, persons=persons, now=self.now))
        assert (held is not None) is fits
        if held is not None:
            holds = (held.stock_hold_id, held.budget_hold_id)
            self.known.append(Modelled(held.id, persons, held.held_until, holds=holds))

    @rule(which=WHICH)
    def grant(self, which: int) -> None:
        one = self._one(which, "HELD")
        if one is None:
            return
        done = self._said(self._step(grant_redemption, one))
        assert (done is not None) is (self.now < one.until)
        if done is not None:
            one.state, one.until = "GRANTED", done.use_by

    @rule(which=WHICH, uses=st.integers(1, 4), close=st.booleans())
    def complete(self, which: int, uses: int, *, close: bool) -> None:
        one = self._one(which, "GRANTED", "HELD")
        if one is None:
            return
        fits = one.state == "GRANTED" and one.uses + uses <= one.persons * USES
        done = self._said(self._step(complete_redemption, one, uses=uses, close=close))
        assert (done is not None) is fits
        if done is not None:
            one.uses += uses
            one.state = done.state.value
            over = close or one.uses == one.persons * USES
            assert one.state == ("COMPLETED" if over else "GRANTED")

    @rule(which=WHICH, uses=st.integers(1, 2), close=st.booleans())
    def go_on(self, which: int, uses: int, *, close: bool) -> None:
        """Grant and use at once, so that the end is reached often."""
        self.grant(which)
        self.complete(which, uses, close=close)

    @rule(which=WHICH)
    def roll_back(self, which: int) -> None:
        one = self._one(which, "HELD", "GRANTED")
        if one is None:
            return
        fits = not one.uses and (one.state == "GRANTED" or self.now < one.until)
        done = self._said(self._step(roll_back_redemption, one, reason="x"))
        assert (done is not None) is fits
        if done is not None:
            one.state = "ROLLED_BACK"

    @rule(minutes=st.sampled_from((2, 10, 2_000)))
    def wait(self, minutes: int) -> None:
        """Let time pass, and the platform end what is over."""
        self.now += timedelta(minutes=minutes)
        for one in self.known:
            if one.state in ("HELD", "GRANTED") and one.until <= self.now:
                self._run(self._over(one))
                one.state = "COMPLETED" if one.uses else "EXPIRED"

    async def _over(self, one: Modelled) -> None:
        tenant_id = self.programme.tenant_id
        async with self.small.city.database.transaction(SYSTEM, now=self.now) as session:
            if one.state == "HELD":
                for pending_id in filter(None, one.holds):
                    await expire_hold(session, book=tenant_id, pending_id=pending_id, now=self.now)
            await expire_redemption(
                session, tenant_id=tenant_id, redemption_id=one.id, now=self.now
            )

    def _step(self, command: Any, one: Modelled, **given: Any) -> Coroutine[Any, Any, Any]:
        return self.small.city.act(
            command, self.small.merchant, redemption_id=one.id, now=self.now, **given
        )

    @invariant()
    def nothing_is_oversold_and_nothing_is_lost(self) -> None:
        if not hasattr(self, "known"):
            return
        left = self._run(self._read_left())
        assert (left.stock, left.budget_fen) == self._left()
        assert min(left.stock, left.budget_fen) >= 0
        self.reached |= {one.state for one in self.known}

    async def _read_left(self) -> accounts.Left:
        merchant = self.small.merchant
        async with self.small.city.database.snapshot(merchant, now=self.now) as session:
            return await accounts.left_of(session, self.programme)


async def test_stock_and_budget_are_what_the_model_says_whatever_the_order(
    small_city: SmallCity, city: Any
) -> None:
    small = await build_perks(small_city)
    await asyncio.to_thread(_try, small, city)
    assert Redemptions.reached == {"HELD", "GRANTED", "COMPLETED", "ROLLED_BACK", "EXPIRED"}
    assert {"PERK_STOCK_EXHAUSTED", "PERK_BUDGET_EXHAUSTED", "PERK_USES_EXCEEDED"} & (
        Redemptions.refused
    )


def _try(small: SmallPerks, city: Any) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    Redemptions.small = replace(small, city=replace(small.city, database=database))
    Redemptions.loop = loop
    try:
        run_state_machine_as_test(
            Redemptions,
            settings=settings(
                max_examples=12,
                stateful_step_count=15,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
