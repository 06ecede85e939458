"""The machine of an application as the database holds it: who takes which step, and that nobody of the office takes any."""

from dataclasses import replace

import pytest
from repairs import fill_repair
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.repair.models import RepairState

SUBJECT, PLATFORM = "subject", "system"
# Written down here once more, so that a change of the declaration is seen.
DECLARED = {
    ("FILED", "RELAYED"): PLATFORM,
    ("FILED", "NOT_ACCEPTED"): PLATFORM,
    ("FILED", "WITHDRAWN"): SUBJECT,
    ("RELAYED", "ACCEPTED"): PLATFORM,
    ("RELAYED", "RETURNED"): PLATFORM,
    ("RELAYED", "NOT_ACCEPTED"): PLATFORM,
    ("RELAYED", "REPAIRED"): PLATFORM,
    ("RELAYED", "REFUSED"): PLATFORM,
    ("ACCEPTED", "RETURNED"): PLATFORM,
    ("ACCEPTED", "REPAIRED"): PLATFORM,
    ("ACCEPTED", "REFUSED"): PLATFORM,
    ("RETURNED", "FILED"): SUBJECT,
    ("RETURNED", "WITHDRAWN"): SUBJECT,
}
RUNNING = "('FILED', 'RELAYED', 'ACCEPTED')"
SET = (
    "state = {to},"
    f" clock = case when {{to}} in {RUNNING} then 'RELAY' end,"
    f" clock_from = case when {{to}} in {RUNNING} then filed_at end,"
    f" due_at = case when {{to}} in {RUNNING} then filed_at end,"
    f" ended_at = case when {{to}} not in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED') then filed_at end,"
    " applied_at = case when {to} = 'REPAIRED' then filed_at end,"
    " copies = case when {to} = 'REPAIRED' then 1 end"
)


@pytest.fixture
def writers(small_city):
    """Whoever may come: each in the firm's own rows, so that the triggers and the row policies alone are in question."""
    of_the_firm = {"subject_id": small_city.firm_id}
    bank = small_city.banks[0].officer
    return {
        "staff": replace(bank, **of_the_firm),
        "operator": replace(small_city.operator, **of_the_firm),
        SUBJECT: small_city.applicant,
        PLATFORM: replace(Actor.system("test"), **of_the_firm),
    }


async def test_the_window_decides_and_the_office_takes_no_step_at_all(small_city, admin, writers):
    application_id = await fill_repair(small_city, admin)
    found = {}
    for before in RepairState:
        await admin.execute(
            f"update repair_applications set {SET.format(to='cast($1 as text)')} where id = $2",  # noqa: S608 - declared here
            before.value,
            application_id,
        )
        for name, actor in writers.items():
            for to in RepairState:
                if await written(small_city, actor, application_id, to.value):
                    found.setdefault((before.value, to.value), set()).add(name)
    changes = {pair: who for pair, who in found.items() if pair[0] != pair[1]}
    assert changes == {pair: {who} for pair, who in DECLARED.items()}


async def written(city, actor, application_id, to) -> bool:
    statement = text(
        f"update repair_applications set {SET.format(to='cast(:to as text)')} where id = :id"  # noqa: S608 - declared here
    )
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            result = await session.execute(statement, {"to": to, "id": application_id})
            await session.rollback()
    except DBAPIError as error:
        if "no step of this caller leads there" not in str(error):
            raise
        return False
    return result.rowcount == 1
