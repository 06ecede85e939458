"""Every change of a set of rules' state that anyone could write: the credit office's alone, and none by who drafted it."""

import asyncpg
import pytest
from small_city import SmallCity
from small_scores import official
from small_warnings import rules_in_force
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.lending.warnings.models import RuleSetState
from suxin.lending.warnings.rule_sets import draft_rules
from suxin.lending.warnings.rules import packaged_rules

REFUSED = {"23514", "42501"}
IN_FORCE = "cast({to} as text) in ('ACTIVE', 'RETIRED')"
SET = (
    "state = cast({to} as text),"
    f" activated_by = case when {IN_FORCE} then cast({{by}} as uuid) end,"
    f" activated_at = case when {IN_FORCE} then drafted_at end,"
    " ended_at = case when cast({to} as text) in ('RETIRED', 'WITHDRAWN') then drafted_at end"
)
WRITE = text(
    f"update warning_rule_sets set {SET.format(to=':to', by=':by')} where id = :id returning state"  # noqa: S608 - our own words
)


@pytest.mark.parametrize("who", ["office", "drafter", "bank", "subject", "platform"])
async def test_the_database_takes_exactly_the_declared_steps(
    small_city: SmallCity, admin: asyncpg.Connection, who: str
) -> None:
    first = await rules_in_force(small_city)
    await admin.execute(
        "update warning_rule_sets set state = 'RETIRED', ended_at = drafted_at where id = $1",
        first.id,
    )
    drafted = await small_city.act(draft_rules, official(small_city, 0), document=packaged_rules())
    by = official(small_city, 0 if who == "drafter" else 1).own_staff
    actor = {
        "bank": small_city.banks[0].officer,
        "subject": small_city.applicant,
        "platform": Actor.system("test"),
    }.get(who, small_city.operator)
    found = set()
    for before in RuleSetState:
        begun = f"update warning_rule_sets set {SET.format(to='$1', by='$3')} where id = $2"  # noqa: S608 - our own words
        await admin.execute(begun, before.value, drafted.id, official(small_city, 1).own_staff)
        for to in RuleSetState:
            if to is not before and await written(small_city, actor, to.value, drafted.id, by):
                found.add((before.value, to.value))
    office = {("DRAFT", "ACTIVE"), ("DRAFT", "WITHDRAWN"), ("ACTIVE", "RETIRED")}
    # Who drafted them retires what is in force, and cannot be who put it there.
    drafters = {("DRAFT", "WITHDRAWN")}
    assert found == {"office": office, "drafter": drafters}.get(who, set())


async def written(city: SmallCity, actor: Actor, to: str, rule_set_id: object, by: object) -> bool:
    """Try a change and take it back; return whether it wrote the row."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            given = {"to": to, "id": rule_set_id, "by": by}
            rows = (await session.execute(WRITE, given)).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1


async def test_no_request_and_no_job_adds_a_warning(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Nor a figure, nor the grade that a fall is measured from: the pass over the city does, as the batch role."""
    may = {
        role: [
            await admin.fetchval("select has_table_privilege($1, $2, 'INSERT')", role, table)
            for table in ("loan_warnings", "warning_rule_figures", "watched_grades")
        ]
        for role in ("suxin_app", "suxin_doorway", "suxin_batch")
    }
    assert may == {
        "suxin_app": [False] * 3,
        "suxin_doorway": [False] * 3,
        "suxin_batch": [True] * 3,
    }
