"""A rating in any order of steps, by anybody of the village with every right: what it promises holds after each of them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

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
from small_rural import FAIR, GOOD, PANEL, SmallVillage, build_village
from small_scores import official
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.review.deciding import accept_case, check_case
from suxin.review.states import Outcome
from suxin.rights.answering import answer_case
from suxin.rights.kinds import RATING_APPEAL
from suxin.rights.rating_appeals import appeal_rating
from suxin.rural.cycles import begin_panel, call_off_cycle, check_results, close_panel, open_cycle
from suxin.rural.entering import leave_cycle
from suxin.rural.models import PanelBallot, RatingCycle, RatingEntry, RuralGrade
from suxin.rural.states import CycleState, EntryState, GradeState, RuralKind
from suxin.rural.voting import cast_vote
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

ENTERED = (0, 1)
WHO = st.integers(min_value=0, max_value=PANEL + 1)
"""Who tries: 0 manages and closes the panel, 1 to 7 are on it (1 lives in the first household), 8 is nothing but one of the village."""
STARTS = ("entered", "voted", "noticed", "appealed", "effective", "left")
"""How far a rating has come when anybody may do anything."""
YEAR = timedelta(days=366)
EVERY_ROLE = tuple(PROFILES[TenantKind.VILLAGE_GRID].roles)


class Ratings(RuleBasedStateMachine):
    """One cycle a year, with two households in it."""

    village: ClassVar[SmallVillage]
    loop: ClassVar[asyncio.AbstractEventLoop]
    start: ClassVar[str]
    years: ClassVar[int] = 0
    reached: ClassVar[set[CycleState | EntryState]] = set()
    refused: ClassVar[set[str]] = set()

    @initialize()
    def begin(self) -> None:
        cls = type(self)
        cls.years += 1
        self.now: datetime = self.village.city.now + YEAR * cls.years
        self.cases: dict[int, UUID] = {}
        self.cycle, self.entries = self._run(self._entered())
        if self.start != "entered":
            self.whole_panel()
        if self.start not in {"entered", "voted"}:
            self.close(0)
            # Whoever closed it and whoever is on the panel try to check it too.
            for who in (0, 1, PANEL + 1):
                self.check(who)
        if self.start == "appealed":
            self.appeal(1)
        if self.start == "left":
            self.leave(0)
        if self.start in {"effective", "left"}:
            self.time_passes(14)

    async def _entered(self) -> tuple[RatingCycle, list[RatingEntry]]:
        village, city = self.village, self.village.city
        cycle: RatingCycle = await city.act(
            open_cycle, village.manager, kind=RuralKind.HOUSEHOLD, now=self.now
        )
        entries = [await village.enter(cycle, one, now=self.now) for one in ENTERED]
        await village.name(cycle, now=self.now)
        await city.act(begin_panel, village.manager, cycle_id=cycle.id, now=self.now)
        return cycle, entries

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=60))

    def _try(self, command: Any, who: Actor, **arguments: Any) -> Any:
        try:
            return self._run(self.village.city.act(command, who, now=self.now, **arguments))
        except Refusal as refusal:
            self.refused.add(refusal.code)
            return None

    def _person(self, number: int) -> Actor:
        return self.village.person(number, *EVERY_ROLE)

    @rule(who=WHO, entry=st.sampled_from(ENTERED), marks=st.sampled_from((GOOD, FAIR)))
    def vote(self, who: int, entry: int, marks: Any) -> None:
        self._try(cast_vote, self._person(who), entry_id=self.entries[entry].id, marks=marks, sealer=self.village.city.sealer)  # fmt: skip

    @rule()
    def whole_panel(self) -> None:
        """Vote as it should be; whoever is not on the panel, and who lives there, try to vote too."""
        for who in range(PANEL + 2):
            for entry in ENTERED:
                self.vote(who, entry, GOOD)

    @rule(who=WHO)
    def close(self, who: int) -> None:
        self._try(close_panel, self._person(who), cycle_id=self.cycle.id)
        self._run(self.village.work(self.now))

    @rule(who=WHO)
    def check(self, who: int) -> None:
        self._try(check_results, self._person(who), cycle_id=self.cycle.id)
        self._run(self.village.work(self.now))

    @rule(entry=st.sampled_from(ENTERED))
    def appeal(self, entry: int) -> None:
        case = self._try(appeal_rating, self.village.head(entry), entry_id=self.entries[entry].id, reason="评议不公")  # fmt: skip
        if case is not None:
            self.cases[entry] = case.id

    @rule(entry=st.sampled_from(ENTERED), outcome=st.sampled_from((Outcome.GRANTED, Outcome.DECLINED)), alone=st.booleans())  # fmt: skip
    def settle(self, entry: int, outcome: Outcome, alone: bool) -> None:  # noqa: FBT001 - drawn
        """Let the office decide; whoever answered tries to check that himself."""
        if entry not in self.cases:
            return
        own = {"kind": RATING_APPEAL, "case_id": self.cases[entry]}
        first, second = official(self.village.city, 0), official(self.village.city, 1)
        self._try(accept_case, first, **own)
        self._try(answer_case, first, case_id=own["case_id"], outcome=outcome, reason="已核实")
        if alone:
            self._try(check_case, first, **own, upheld=True, reason="")
        elif self._try(check_case, second, **own, upheld=True, reason="") is not None:
            del self.cases[entry]
        self._run(self.village.work(self.now))

    @rule(entry=st.sampled_from(ENTERED))
    def leave(self, entry: int) -> None:
        left = self._try(leave_cycle, self.village.head(entry), entry_id=self.entries[entry].id)
        if left is not None:
            self.cases.pop(entry, None)

    @rule()
    def call_off(self) -> None:
        self._try(call_off_cycle, self.village.manager, cycle_id=self.cycle.id, reason="重来")
        self._run(self.village.work(self.now))

    @rule(days=st.sampled_from((1, 5, 14)))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._run(self.village.work(self.now))

    async def _read(self) -> tuple[RatingCycle, list[RatingEntry], set[UUID], list[PanelBallot]]:
        village, of = self.village, self.cycle.id
        async with village.city.batch.transaction(Actor.system("test"), now=self.now) as session:
            cycle = await session.get_one(RatingCycle, (village.tenant_id, of))
            entries = [
                await session.get_one(RatingEntry, (village.tenant_id, one.id))
                for one in self.entries
            ]
            grades = await session.scalars(
                select(RuralGrade.entry_id).where(
                    RuralGrade.state == GradeState.IN_FORCE,
                    RuralGrade.entry_id.in_([one.id for one in entries]),
                )
            )
            ballots = await session.scalars(select(PanelBallot).where(PanelBallot.cycle_id == of))
            return cycle, entries, set(grades), list(ballots)

    @invariant()
    def promises_hold(self) -> None:
        if not hasattr(self, "entries"):
            return
        cycle, entries, graded, ballots = self._run(self._read())
        self.reached |= {cycle.state, *(one.state for one in entries)}
        panel, first = self.village.staff[1 : PANEL + 1], entries[0].id
        assert {one.staff_id for one in ballots} <= set(panel)
        assert (panel[0], first) not in {(one.staff_id, one.entry_id) for one in ballots}
        if cycle.checked_by is not None:
            assert cycle.checked_by not in {cycle.closed_by, *panel}
        for number, entry in enumerate(entries):
            if entry.id in graded:
                assert cycle.state is CycleState.EFFECTIVE
                assert cycle.notice_ends_at <= self.now
                assert entry.state is EntryState.EFFECTIVE
            if number in self.cases:
                assert (entry.state, entry.id in graded) == (EntryState.FROZEN, False)


async def test_whatever_is_tried_a_rating_keeps_what_it_promises(
    small_city: SmallCity, admin: asyncpg.Connection, city: Any
) -> None:
    village = await build_village(small_city)
    await admin.execute("update mandates set ends_at = ends_at + interval '40 years'")
    await asyncio.to_thread(_try_all, village, city)
    assert {EntryState.EFFECTIVE, EntryState.FROZEN, EntryState.LEFT} <= Ratings.reached
    assert {CycleState.EFFECTIVE, CycleState.CALLED_OFF, CycleState.NOTICED} <= Ratings.reached
    assert "RATING_SECOND_PERSON" in Ratings.refused


def _try_all(village: SmallVillage, city: Any) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    batch = Database.connect(city.batch, pool_size=2)
    Ratings.village = replace(village, city=replace(village.city, database=database, batch=batch))
    Ratings.loop = loop
    try:
        for start in STARTS:
            Ratings.start = start
            run_state_machine_as_test(
                Ratings,
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
        loop.run_until_complete(batch.close())
        loop.close()
