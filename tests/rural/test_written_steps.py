"""Every change of state in ratings that anyone could write: the declared steps of his, and no other."""

from uuid import uuid4

import asyncpg
import pytest
from filled_rural import CYCLE_ID, ENTRY_ID, STATEMENT_ID, TITLE_ID, fill_rural
from small_city import SmallCity
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.kernel.steps import Party
from suxin.rural import models as rural
from suxin.rural.states import CycleState, EntryState, GradeState, StatementState, TitleState

WORD = "cast({to} as text)"
CYCLE = (
    f"state = {WORD}, checked_by = id, noticed_at = opened_at, notice_ends_at = opened_at + interval '1 day',"
    f" ended_at = case when {WORD} = 'CALLED_OFF' then opened_at end"
)
RATED = f"{WORD} in ('RATED', 'FROZEN', 'REOPENED', 'HEARING', 'EFFECTIVE')"
ENTRY = (
    f"state = {WORD}, tier = case when {RATED} then 'A' end, place = case when {RATED} then 1 end"
)
STATEMENT = (
    f"state = {WORD}, verified_by = id,"
    f" verified_at = case when {WORD} <> 'STATED' then stated_at end"
)
TITLE = (
    f"state = {WORD}, decided_by = id,"
    f" decided_at = case when {WORD} <> 'PROPOSED' then filed_at end,"
    f" revoked_at = case when {WORD} = 'REVOKED' then filed_at end"
)
GRADE = f"state = {WORD}, ended_at = case when {WORD} <> 'IN_FORCE' then now() end"
PLATFORM = Actor.system("test")
TRIED = [
    (rural.RatingCycle, CycleState, CYCLE_ID, CYCLE, {"village": Party.TENANT, "platform": Party.PLATFORM}),
    (rural.RatingEntry, EntryState, ENTRY_ID, ENTRY, {"village": Party.TENANT, "subject": Party.SUBJECT, "platform": Party.PLATFORM}),
    (rural.RuralStatement, StatementState, STATEMENT_ID, STATEMENT, {"village": Party.TENANT}),
    (rural.RuralTitle, TitleState, TITLE_ID, TITLE, {"operator": Party.OPERATOR}),
    (rural.RuralGrade, GradeState, None, GRADE, {"platform": Party.PLATFORM}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "states", "row_id", "assignment", "parties"),
    TRIED,
    ids=[one[0].__tablename__ for one in TRIED],
)
async def test_the_declared_steps_are_taken_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection, model, states, row_id, assignment, parties
) -> None:
    await admin.execute("set session_replication_role = replica")
    await fill_rural(small_city, admin, uuid4())
    row_id = row_id or await admin.fetchval(f"select id from {model.__tablename__}")  # noqa: S608 - our own table
    callers = {
        "village": small_city.banks[0].officer,
        "another village": small_city.banks[1].officer,
        "subject": small_city.applicant,
        "stranger": small_city.stranger,
        "operator": small_city.operator,
        "platform": PLATFORM,
    }
    for name, actor in callers.items():
        found = await steps(
            small_city,
            admin,
            model.__tablename__,
            states,
            row_id,
            actor=actor,
            assignment=assignment,
        )
        party = parties.get(name)
        declared = {
            (before.value, step.to.value)
            for step in model.__machine__.steps
            if party in step.by
            for before in step.leaves
        }
        assert found == declared, name
