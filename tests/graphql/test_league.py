"""League tables over GraphQL: a bank's own lines, everybody's where the operator says so, and the operator's sight."""

from datetime import UTC, datetime

import pytest
from league_facts import QUARTER, counted_at, load_quarter

from suxin.kernel.actor import Actor
from suxin.lending.league.closing import close_due_quarters
from suxin.lending.league.commands import name_banks
from suxin.lending.league.months import count_month
from suxin.lending.league.quarters import Quarter


@pytest.fixture
async def counted(small_city, admin):
    banks, system = [bank.tenant_id for bank in small_city.banks], Actor.system("test")
    await load_quarter(admin, banks, referrals=200, loans=200)
    for duty, now in (
        (count_month, datetime(2026, 12, 31, tzinfo=UTC)),
        (close_due_quarters, counted_at()),
    ):
        async with small_city.database.transaction(system, now=now) as session:
            await duty(session, now=now)


async def test_a_bank_reads_its_own_lines(bank_a, small_city, counted):
    async def read():
        return (await bank_a.run("league_tables", first=10))["edges"]

    latest, earlier = (edge["node"] for edge in await read())
    assert (latest["quarter"], earlier["quarter"]) == ("2026-10-01", "2026-07-01")
    assert (latest["version"], latest["definition"], latest["reason"]) == (1, 1, None)
    own = [edge["node"] for edge in latest["lines"]["edges"]]
    assert {line["bankId"] for line in own} == {str(small_city.banks[0].tenant_id)}
    assert {line["measure"] for line in own} == {
        "PICK_UP", "ON_TIME_CONTACT", "DECISION_DAYS", "FIRST_LOAN", "CREDIT_LOAN", "RATE", "OVERDUE",
    }  # fmt: skip
    await small_city.act(name_banks, small_city.operator, quarter=Quarter(QUARTER), named=True)
    named, _ = (edge["node"] for edge in await read())
    assert len(named["lines"]["edges"]) == 14
