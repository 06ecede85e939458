"""How long a quarter's league table takes to count beside the plainest sums over the same rows.

Run ``python3 run.py bench league``: 100,000 loans and as many referrals of fifty banks in one quarter; ``--loans`` says another number. Prints the
seconds of the month's figures, of counting the table, of closing it (which stores its lines), and of a plain count and sum by bank
of the same referrals, offers and loans, the ratio of counting to that; exits 1 above the limit.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from measured import DATABASE, dsn, own_servers
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.lending.league.closing import close_due_quarters
from suxin.lending.league.counting import count_lines
from suxin.lending.league.models import LeagueTable
from suxin.lending.league.months import count_month
from suxin.lending.league.quarters import Quarter
from suxin_server.postgres import Postgres

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from league_facts import QUARTER, counted_at, load_quarter

LIMIT_S = 10.0
BANKS = 50
PLATFORM = Actor.system("bench")
PLAINEST = (
    """select tenant_id, count(*) from referrals where dispatched_at >= :begins and dispatched_at < :ends group by 1""",
    """select o.tenant_id, count(*) from offers o join referrals r on r.tenant_id = o.tenant_id and r.id = o.referral_id
        where r.dispatched_at >= :begins and r.dispatched_at < :ends group by 1""",
    """select l.tenant_id, count(*), sum(l.principal_fen) from loans l
        join loan_requests q on q.subject_id = l.subject_id and q.id = l.request_id
        where l.signed_at >= :begins and l.signed_at < :ends group by 1""",
)
"""The same rows, counted and summed by bank and nothing else."""


async def timed(
    database: Database, now: datetime, work: Callable[[AsyncSession], Awaitable[object]]
) -> float:
    """Return how long some work takes in a transaction of the platform's."""
    began = time.perf_counter()
    async with database.transaction(PLATFORM, now=now) as session:
        await work(session)
    return time.perf_counter() - began


async def recount(session: AsyncSession) -> None:
    """Count the quarter's table once more, as it was counted."""
    table = await session.get_one(LeagueTable, (QUARTER, 1))
    lines = await count_lines(session, table)
    print(f"{len(lines)} lines")


async def plainest(session: AsyncSession) -> None:
    """Count the quarter's referrals and offers, count and sum its loans."""
    quarter = Quarter(QUARTER)
    given = {"begins": quarter.begins_at, "ends": quarter.ends_at}
    for statement in PLAINEST:
        (await session.execute(text(statement), given)).all()


async def measure(postgres: Postgres, loans: int) -> float:
    """Load, count; print the times and return the longest."""
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    began, banks = time.perf_counter(), [new_id() for _ in range(BANKS)]
    await admin.executemany(
        "insert into tenants (id, kind, name, short_name, uscc, contact, area_code, status, credit_licensed, sandbox, created_at)"
        " values ($1, 'bank', $2, $2, $2, 'x', '321300', 'ACTIVE', false, false, now())",
        [(bank, f"银行{number}") for number, bank in enumerate(banks)],
    )
    await load_quarter(admin, banks, referrals=loans, loans=loans)
    await admin.close()
    print(f"loaded {loans:,} loans and {loans:,} referrals in {time.perf_counter() - began:.0f} s")
    database = Database.connect(dsn(postgres, "suxin_app"), pool_size=1)
    month, now = datetime(2026, 12, 31, 1, 0, tzinfo=UTC), counted_at()
    times = {
        "month's figures": await timed(database, month, lambda one: count_month(one, now=month)),
        "closing": await timed(database, now, lambda one: close_due_quarters(one, now=now)),
        "counting": await timed(database, now, recount),
        "plainest sum": await timed(database, now, plainest),
    }
    await database.close()
    for name, took in times.items():
        print(f"{name:16}  {took:6.2f} s")
    print(f"counting : plainest sum = {times['counting'] / times['plainest sum']:.1f}")
    return max(times.values())


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=100_000)
    given = parser.parse_args()
    with own_servers() as (postgres, _):
        return int(asyncio.run(measure(postgres, given.loans)) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
