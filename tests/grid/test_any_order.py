"""Claims in any order of steps, by anybody with every right: what a chain promises holds after each of them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import asyncpg
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
from small_points import PLATFORM, SmallPoints, build_points
from sqlalchemy import select

from suxin.grid.appealing import answer_appeal, decide_for_town, object_to_claim, take_to_town
from suxin.grid.chain import Said, check_claims, vote_on_claims
from suxin.grid.ending import end_of_time
from suxin.grid.models import ClaimSeat, PointClaim
from suxin.grid.noticing import notice_over, publish_notice
from suxin.grid.posting import balance_of
from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import ClaimState, RuleTopic, Verdict
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin_tenants import PROFILES

BOOK = RuleBook(
    name="细则",
    rules=(Rule(code="help", name="帮助邻里", topic=RuleTopic.COURTESY, points=5),),
)
WHO = st.sampled_from(
    ("grid_worker", "grid_worker2", "committee1", "committee2", "committee3", "supervisor")
)
VERDICTS = st.sampled_from((Verdict.FOR, Verdict.FOR, Verdict.AGAINST))
STARTS = ("recorded", "noticed", "answered", "posted")
"""How far a claim has come when anybody may do anything."""
FROZEN = (ClaimState.APPEALED, ClaimState.ANSWERED, ClaimState.AT_TOWN)


class Chains(RuleBasedStateMachine):
    """One claim at a time, with what its household had before it."""

    small: ClassVar[SmallPoints]
    loop: ClassVar[asyncio.AbstractEventLoop]
    start: ClassVar[str]
    reached: ClassVar[set[ClaimState]] = set()
    refused: ClassVar[set[str]] = set()

    @initialize()
    def begin(self) -> None:
        self.now: datetime = self.small.city.now
        self.id = self._run(self.small.record(rule_code="help", times=1)).id
        self.before = self._run(self._balance())
        if self.start != "recorded":
            self.whole_committee()
            self.publish()
        if self.start == "answered":
            self.dispute(Verdict.FOR)
        if self.start == "posted":
            self.time_passes(12)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=20))

    def _try(self, command: Any, who: Actor, **arguments: Any) -> None:
        try:
            self._run(self.small.city.act(command, who, now=self.now, **arguments))
        except Refusal as refusal:
            self.refused.add(refusal.code)

    def _staff(self, name: str) -> Actor:
        profile = PROFILES[next(kind for kind in PROFILES if kind.value == "village_grid")]
        every = profile.permissions_of(frozenset(profile.roles))
        return self.small.person(name).with_permissions(every)

    async def _balance(self) -> int:
        async with self.small.city.database.transaction(PLATFORM, now=self.now) as session:
            return await balance_of(session, self.small.tenant_id, self.small.households[0])

    async def _read(self) -> tuple[PointClaim, list[ClaimSeat]]:
        async with self.small.city.database.transaction(PLATFORM, now=self.now) as session:
            claim = await session.get_one(PointClaim, (self.small.tenant_id, self.id))
            seats = await session.scalars(select(ClaimSeat).where(ClaimSeat.claim_id == self.id))
            return claim, list(seats)

    async def _jobs(self) -> None:
        claim, _ = await self._read()
        which = {"tenant_id": self.small.tenant_id, "now": self.now}
        async with self.small.city.database.transaction(PLATFORM, now=self.now) as session:
            if claim.notice_id is not None:
                await notice_over(session, notice_id=claim.notice_id, **which)
            if claim.due_at is not None:
                await end_of_time(session, claim_id=self.id, due_at=claim.due_at, **which)

    def _said(self, verdict: Verdict) -> list[Said]:
        return [Said(claim_id=self.id, verdict=verdict, reason="核实过")]

    @rule(who=WHO, verdict=VERDICTS)
    def check(self, who: str, verdict: Verdict) -> None:
        self._try(check_claims, self._staff(who), said=self._said(verdict))

    @rule(who=WHO, verdict=VERDICTS)
    def vote(self, who: str, verdict: Verdict) -> None:
        self._try(vote_on_claims, self._staff(who), said=self._said(verdict))

    @rule()
    def whole_committee(self) -> None:
        """Check and vote as it should be; who recorded it and who checked it try to sit on it too."""
        self.check("grid_worker", Verdict.FOR)
        self.check("grid_worker2", Verdict.FOR)
        for name in ("grid_worker2", "committee1", "committee2", "committee3"):
            self.vote(name, Verdict.FOR)

    @rule()
    def publish(self) -> None:
        self._try(publish_notice, self._staff("village_admin"))

    @rule(by_neighbour=st.booleans())
    def object(self, by_neighbour: bool) -> None:  # noqa: FBT001 - drawn
        who = self.small.neighbour if by_neighbour else self.small.resident
        self._try(object_to_claim, who, tenant_id=self.small.tenant_id, claim_id=self.id, reason="不实")  # fmt: skip

    @rule(who=WHO, verdict=VERDICTS)
    def answer(self, who: str, verdict: Verdict) -> None:
        self._try(answer_appeal, self._staff(who), claim_id=self.id, verdict=verdict, answer="查过")

    @rule(verdict=VERDICTS)
    def dispute(self, verdict: Verdict) -> None:
        self.object(by_neighbour=True)
        self.promises_hold()
        self.answer("supervisor2", verdict)

    @rule()
    def further(self) -> None:
        self._try(take_to_town, self.small.resident, tenant_id=self.small.tenant_id, claim_id=self.id, reason="不服")  # fmt: skip

    @rule(verdict=VERDICTS)
    def town(self, verdict: Verdict) -> None:
        who = self.small.town
        self._try(decide_for_town, who, claim_id=self.id, verdict=verdict, answer="查过")

    @rule(days=st.sampled_from((1, 4, 12)))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._run(self._jobs())

    @invariant()
    def promises_hold(self) -> None:
        if not hasattr(self, "before"):
            return
        claim, seats = self._run(self._read())
        self.reached.add(claim.state)
        sat = [seat.staff_id for seat in seats]
        assert len(set(sat)) == len(sat)
        assert claim.claimed_by not in sat
        gained = self._run(self._balance()) - self.before
        assert gained == (claim.posted_points or 0)
        if claim.state is ClaimState.POSTED:
            assert claim.posted_at >= claim.notice_ends_at
        if claim.state in FROZEN:
            assert gained == 0


async def test_whatever_is_tried_a_chain_keeps_what_it_promises(
    small_city: SmallCity, admin: asyncpg.Connection, city: Any
) -> None:
    small = await build_points(small_city, admin, book=BOOK)
    await asyncio.to_thread(_try, small, city)
    assert {ClaimState.POSTED, ClaimState.APPEALED, ClaimState.ANSWERED} <= Chains.reached
    assert {"REVIEW_SAT_BEFORE", "REVIEW_OWN_MATTER", "STEP_NOT_POSSIBLE"} <= Chains.refused


def _try(small: SmallPoints, city: Any) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    Chains.small = replace(small, city=replace(small.city, database=database))
    Chains.loop = loop
    try:
        for start in STARTS:
            Chains.start = start
            run_state_machine_as_test(
                Chains,
                settings=settings(
                    max_examples=3,
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
