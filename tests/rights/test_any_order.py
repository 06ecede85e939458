"""Steps of a dispute in any order, by anybody, by command and by plain SQL: nothing takes effect without two different people.

And while it is open its record counts against nobody.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from city_rows import GIVEN
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
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal
from suxin.review.deciding import accept_case, check_case, extend_case, return_case
from suxin.review.filing import appeal_case, supplement_case, withdraw_case
from suxin.review.jobs import end_of_time
from suxin.review.models import ReviewCase
from suxin.review.states import CaseState, Outcome
from suxin.rights.answering import answer_case
from suxin.rights.corrections import request_correction
from suxin.rights.kinds import DISPUTE, KINDS
from suxin.rights.remedies import CorrectionAbout

PEOPLE = st.integers(0, 2)
SHOWN = text(
    "select c.state, c.filed_by, c.decided_by, c.checked_by, c.outcome, c.round, c.due_at, c.noticed_at,"
    " c.ended_at, r.status, d.decided_by, d.upheld_by from review_cases c"
    " left join credit_records r on r.subject_id = c.subject_id and r.id = c.object_id"
    " left join review_decisions d on d.subject_id = c.subject_id and d.case_id = c.id"
    " and d.number = c.decision_number where c.id = :id"
)
RECORD = text(
    f"insert into credit_records ({GIVEN}) select {GIVEN} from (select (jsonb_populate_record(r, jsonb_build_object("  # noqa: S608 - names
    "'id', cast(:id as text), 'source_ref', cast(:id as text)))).* from credit_records r where id = :like) made"
)
# What somebody might write past every command: whatever passes must still be true of two people.
ROGUE = text(
    "update review_cases set state = :state, decided_by = :decided, checked_by = :checked,"
    " outcome = :outcome, decision_number = 1, answer = 'x', noticed_at = filed_at,"
    " ended_at = case when :state = 'EFFECTIVE' then filed_at end where id = :id"
)
ROGUE_CHECK = text(
    "update review_decisions set checked_by = :checked, upheld_by = :checked, checked_at = decided_at"
    " where case_id = :id and checked_by is null"
)


class AnyOrder(RuleBasedStateMachine):
    """One dispute after another about the same record, by three people of the office and whoever filed it."""

    city: ClassVar[SmallCity]
    loop: ClassVar[asyncio.AbstractEventLoop]
    pattern: ClassVar[UUID]
    reached: ClassVar[set[CaseState]] = set()

    @initialize()
    def begin(self) -> None:
        self.now: datetime = self.city.now
        self.case_id: UUID | None = None
        self.record_id: UUID = new_id()
        self._run(self._record())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=20))

    def _office(self, number: int) -> Actor:
        return replace(self.city.operator, staff_id=UUID(int=700 + number))

    def _take(self, command: Any, actor: Actor, **given: Any) -> None:
        """Take a step if it is possible; a refusal is as good, and whatever else is a defect."""
        if self.case_id is None:
            return
        try:
            taken = self._run(
                self.city.act(command, actor, now=self.now, case_id=self.case_id, **given)
            )
        except Refusal:
            return
        self.reached.add(taken.state if isinstance(taken, ReviewCase) else CaseState.DECIDED)

    @rule()
    def file(self) -> None:
        try:
            case = self._run(
                self.city.act(
                    request_correction,
                    self.city.applicant,
                    now=self.now,
                    about=CorrectionAbout.RECORD,
                    record_id=self.record_id,
                    wanted="应为 A 级",
                    reason="已复核",
                )
            )
        except Refusal:
            return
        self.case_id = case.id

    @rule(who=PEOPLE, outcome=st.sampled_from(Outcome))
    def go_on(self, who: int, outcome: Outcome) -> None:
        """Take the step that comes next, by two people, so that the end is reached often."""
        self.accept(who)
        self.decide(who, outcome)
        self.check((who + 1) % 3, upheld=True)

    @rule(who=PEOPLE)
    def accept(self, who: int) -> None:
        self._take(accept_case, self._office(who), kind=DISPUTE)

    @rule(who=PEOPLE)
    def give_back(self, who: int) -> None:
        self._take(return_case, self._office(who), kind=DISPUTE, missing="x")

    @rule(who=PEOPLE, outcome=st.sampled_from(Outcome))
    def decide(self, who: int, outcome: Outcome) -> None:
        self._take(answer_case, self._office(who), outcome=outcome, reason="x")

    @rule(who=PEOPLE, upheld=st.booleans())
    def check(self, who: int, *, upheld: bool) -> None:
        self._take(check_case, self._office(who), kind=DISPUTE, upheld=upheld, reason="x")

    @rule(who=PEOPLE)
    def extend(self, who: int) -> None:
        self._take(extend_case, self._office(who), kind=DISPUTE, reason="x")

    @rule()
    def hand_in(self) -> None:
        self._take(supplement_case, self.city.applicant, kind=DISPUTE, reason="x")

    @rule()
    def appeal(self) -> None:
        self._take(appeal_case, self.city.applicant, kind=DISPUTE, reason="x")

    @rule(who=PEOPLE)
    def be_declined_and_appeal(self, who: int) -> None:
        self.go_on(who, Outcome.DECLINED)
        self.appeal()

    @rule()
    def withdraw(self) -> None:
        self._take(withdraw_case, self.city.applicant, kind=DISPUTE)

    @rule(days=st.integers(1, 20))
    def wait(self, *, days: int) -> None:
        self.now += timedelta(days=days)
        shown = self._shown()
        if shown is None or shown.due_at > self.now:
            return

        async def over() -> None:
            system = Actor.system("test")
            async with self.city.database.transaction(system, now=self.now) as session:
                await end_of_time(
                    session,
                    KINDS,
                    subject_id=self.city.firm_id,
                    case_id=self.case_id,
                    due_at=shown.due_at,
                    now=self.now,
                )

        self._run(over())

    @rule(
        who=PEOPLE,
        first=PEOPLE,
        second=PEOPLE,
        state=st.sampled_from(("NOTICED", "EFFECTIVE", "DECIDED")),
        outcome=st.sampled_from(Outcome),
    )
    def write_past_every_command(
        self, who: int, first: int, second: int, state: str, outcome: Outcome
    ) -> None:
        people = {
            "decided": self._office(first).staff_id,
            "checked": self._office(second).staff_id,
        }
        given = {"id": self.case_id, "state": state, "outcome": outcome.value, **people}
        self._write(self._office(who), ROGUE, given)
        self._write(
            self._office(who), ROGUE_CHECK, {"id": self.case_id, "checked": people["checked"]}
        )

    def _write(self, actor: Actor, statement: Any, given: dict[str, Any]) -> None:
        async def write() -> None:
            async with self.city.database.transaction(actor, now=self.now) as session:
                await session.execute(statement, given)
                found = (await session.execute(SHOWN, {"id": self.case_id})).first()
                if found is not None:
                    self._two_people(found)
                await session.rollback()

        try:
            self._run(write())
        except DBAPIError:
            return

    def _shown(self) -> Any:
        if getattr(self, "case_id", None) is None:
            return None

        async def read() -> Any:
            async with self.city.database.snapshot(self.city.applicant, now=self.now) as session:
                return (await session.execute(SHOWN, {"id": self.case_id})).first()

        return self._run(read())

    def _two_people(self, shown: Any) -> None:
        state, filed, decided, checked, outcome, round_, due, _, ended = shown[:9]
        if state not in ("NOTICED", "EFFECTIVE"):
            return
        assert len({filed, decided, checked}) == 3
        # What the case says is what these very people wrote down.
        assert tuple(shown[10:12]) == (decided, checked)
        if state == "EFFECTIVE" and outcome != "GRANTED" and round_ == 1:
            assert ended >= due

    @invariant()
    def nothing_is_in_force_without_two_people_and_an_open_dispute_counts_for_nobody(self) -> None:
        shown = self._shown()
        if shown is None:
            return
        self._two_people(shown)
        if shown.state in ("WITHDRAWN", "LAPSED"):
            assert shown.status == "active"
        elif shown.state == "EFFECTIVE":
            assert shown.status == ("withdrawn" if shown.outcome == "GRANTED" else "active")
        else:
            assert shown.status == "disputed"

    async def _record(self) -> None:
        """Give each example a record of its own."""
        system = Actor.system("test")
        async with self.city.batch.transaction(system, now=self.now) as session:
            await session.execute(RECORD, {"id": str(self.record_id), "like": self.pattern})
            append_act(session, action="test.record", now=self.now)

    def teardown(self) -> None:
        """Let the case end, so that the next example has room for its own."""
        self._take(withdraw_case, self.city.applicant, kind=DISPUTE)
        shown = self._shown()
        if shown is not None and shown.state == "NOTICED":
            self.wait(days=(shown.due_at - self.now).days + 1)


async def test_nothing_takes_effect_without_two_people_whatever_the_order(
    small_city: SmallCity, city: Any, record_id: UUID
) -> None:
    await asyncio.to_thread(_try, small_city, city, record_id)
    assert {CaseState.EFFECTIVE, CaseState.NOTICED, CaseState.APPEALED} <= AnyOrder.reached


def _try(small_city: SmallCity, city: Any, record_id: UUID) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    batch = Database.connect(city.batch, pool_size=1)
    AnyOrder.city = replace(small_city, database=database, batch=batch)
    AnyOrder.loop, AnyOrder.pattern = loop, record_id
    try:
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=20,
                stateful_step_count=12,
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
