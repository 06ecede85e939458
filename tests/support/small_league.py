"""A league table, a bank's line in it, a month's figures and an incentive, so that none of their tables is empty."""

from datetime import date
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.ids import new_id
from suxin.lending.league.models import LeagueLine, LeagueTable, LoanMonth
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives.models import IncentiveAward, IncentiveRuleSet, IncentiveRun

QUARTER = Quarter(date(2026, 7, 1))


async def fill_league(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the third quarter be counted, with one line of the first bank; return the table's id."""
    table_id, counted = new_id(), {"quarter": QUARTER.first, "version": 1}
    table = counted | {"id": table_id, "counted_at": city.now, "ranked": "{}", "worked_on": []}
    await insert(admin, LeagueTable, sample(LeagueTable, city.now, **table))
    line = counted | {"table_id": table_id, "tenant_id": city.banks[0].tenant_id, "value": 10_000}
    await insert(admin, LeagueLine, sample(LeagueLine, city.now, **line))
    month = {"month": date(2026, 11, 1), "key": ""}
    await insert(admin, LoanMonth, sample(LoanMonth, city.now, **month))
    return table_id


async def fill_incentives(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the operator have posted what the first bank earned in that quarter; return the run's id."""
    run_id, book = new_id(), {"tenant_id": city.operator.own_tenant, "quarter": QUARTER.first}
    run = book | {
        "id": run_id,
        "version": 1,
        "state": "POSTED",
        "checked_by": new_id(),
        "checked_at": city.now,
    }
    await insert(admin, IncentiveRun, sample(IncentiveRun, city.now, **run))
    award = book | {
        "run_id": run_id,
        "bank_id": city.banks[0].tenant_id,
        "places": "[]",
        "posted_at": city.now,
    }
    await insert(admin, IncentiveAward, sample(IncentiveAward, city.now, **award))
    return run_id


async def fill_rules(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the operator have drafted rules from that quarter on; return their id."""
    given = {"tenant_id": city.operator.own_tenant, "quarter": QUARTER.first, "state": "DRAFT"}
    row = sample(IncentiveRuleSet, city.now, **given)
    await insert(admin, IncentiveRuleSet, row)
    rules_id: UUID = row["id"]
    return rules_id


async def fill_quarter(city: SmallCity, admin: asyncpg.Connection) -> dict[str, UUID]:
    """Fill both; return their ids by what the world calls them."""
    return {
        "league_table": await fill_league(city, admin),
        "incentive_run": await fill_incentives(city, admin),
        "incentive_rules": await fill_rules(city, admin),
    }
