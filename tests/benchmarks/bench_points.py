"""How long a month's points of a city take to be posted: what notices let through goes into each village's book, beside plain SQL that writes the same rows.

Run ``python tests/benchmarks/bench_points.py``: 150 villages with a notice of 100 claims each, of 50 households with one person each who is told;
``--villages 1500`` for a whole city's. Prints the seconds of ``notice_over`` for all of them, one village after the other by one worker, the processor
time of both sides, and the ratio to ``points_plain``; exits 1 above the limit, or where what is kept is not what was noticed.
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
from measured import DATABASE, dsn, own_servers, server_cpu_seconds
from points_plain import write_plainly

from suxin.grid.noticing import notice_over
from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import RuleTopic
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_server.postgres import Postgres

LIMIT = 30.0
HOUSEHOLDS, CLAIMS = 50, 100
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ENDS = NOW + timedelta(days=7)
SOMEBODY = UUID(int=1)
BOOK = RuleBook(
    name="x",
    rules=(Rule(code="hour", name="x", topic=RuleTopic.VOLUNTEER, points=2, max_times=100),),
)
_ID = "('{}' || lpad(to_hex({}), 29, '0'))::uuid"


def _id(prefix: str, number: str) -> str:
    return _ID.format(prefix, number)


VILLAGE = _id("01a", "v")
FILL = (
    f"""
    insert into grid_rule_sets (tenant_id, id, number, state, book, drafted_by, drafted_at, edited_at, meeting, met_on, entitled, present,
      in_favour, minutes, adopted_by, adopted_at, confirmed_by, confirmed_at, starts_on)
    select {VILLAGE}, {_id("01b", "v")}, 1, 'CONFIRMED', $2, '{UUID(int=2)}', $1, $1, 'households', date '2026-10-01', 1, 1, 1, 'x',
      '{UUID(int=2)}', $1, '{SOMEBODY}', $1, date '2026-10-02' from generate_series(1, $3::int) v
    """,  # noqa: S608 - names and numbers of this file
    f"""
    insert into households (tenant_id, id, number, group_name, address, state, registered_at, updated_at)
    select {VILLAGE}, {_id("01c", f"v * {HOUSEHOLDS} + h")}, h::text, 'x', 'x', 'ACTIVE', $1, $1
    from generate_series(1, $3::int) v cross join generate_series(0, {HOUSEHOLDS - 1}) h where $2::jsonb is not null
    """,  # noqa: S608 - as above
    f"""
    insert into household_members (tenant_id, id, household_id, name_masked, name_pinyin, relation, subject_id, joined_at, updated_at)
    select {VILLAGE}, {_id("01f", f"v * {HOUSEHOLDS} + h")}, {_id("01c", f"v * {HOUSEHOLDS} + h")}, 'x', '', 'head',
      {_id("020", f"v * {HOUSEHOLDS} + h")}, $1, $1
    from generate_series(1, $3::int) v cross join generate_series(0, {HOUSEHOLDS - 1}) h where $2::jsonb is not null
    """,  # noqa: S608 - as above
    f"""
    insert into grid_notices (tenant_id, id, number, claims, days, lines, village_name, published_by, published_at, ends_at, ends_provisional)
    select {VILLAGE}, {_id("01d", "v")}, 1, {CLAIMS}, 5, '[]', 'x', '{SOMEBODY}', $1, $1::timestamptz + interval '7 days', false
    from generate_series(1, $3::int) v where $2::jsonb is not null
    """,  # noqa: S608 - as above
    f"""
    insert into grid_claims (tenant_id, id, content_hash, household_id, rule_set_id, rule_code, rule_name, times, points, happened_on, note,
      claimed_as, claimed_by, claimed_at, state, due_provisional, notice_id, notice_line, notice_ends_at)
    select {VILLAGE}, {_id("01e", f"v * {CLAIMS} + c")}, repeat('0', 64), {_id("01c", f"v * {HOUSEHOLDS} + c % {HOUSEHOLDS}")},
      {_id("01b", "v")}, 'hour', 'x', 1, 2, date '2026-11-01', 'x', 'worker', '{SOMEBODY}', $1, 'NOTICED', false, {_id("01d", "v")},
      c + 1, $1::timestamptz + interval '7 days'
    from generate_series(1, $3::int) v cross join generate_series(0, {CLAIMS - 1}) c where $2::jsonb is not null
    """,  # noqa: S608 - as above
)

KEPT = (
    "select sum(posted_credits) from ledger_accounts where code like 'grid.household.%'",
    "select count(*) from grid_claims where state = 'POSTED' and posted_points = 2",
    "select count(*) from ledger_transfers",
    "select count(*) from audit_entries where action = 'grid.claim.posted'",
    "select count(*) from tenant_events where type = 'grid.claim.posted'",
    "select count(*) from notices where template = 'point_claim'",
    "select count(*) from outbox where topic = 'kernel.notice.deliver'",
)
"""What is there once all is posted: two points for each claim, and of all else one row for each."""


async def fill(postgres: Postgres, villages: int) -> asyncpg.Connection:
    """Load rules, households, notices and claims without what triggers would say to rows that appear from nowhere; return a connection that no policy binds."""
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    await admin.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")
    await admin.execute("set session_replication_role = replica")
    for statement in FILL:
        await admin.execute(
            statement, NOW, msgspec.json.encode(BOOK).decode(), villages, timeout=None
        )
    await admin.execute("set session_replication_role = origin")
    await admin.execute("analyze", timeout=None)
    return admin


async def ours(url: str, villages: int) -> float:
    """Return the seconds in which one worker posts what every village's notice let through."""
    database = Database.connect(url)
    began = time.perf_counter()
    try:
        for number in range(1, villages + 1):
            tenant_id, notice_id = (UUID(f"{prefix}{number:029x}") for prefix in ("01a", "01d"))
            async with database.transaction(Actor.system("bench"), now=ENDS) as session:
                await notice_over(session, tenant_id=tenant_id, notice_id=notice_id, now=ENDS)
    finally:
        await database.close()
    return time.perf_counter() - began


async def measure(postgres: Postgres, villages: int) -> bool:
    """Measure both ways, and compare what the books have with what was noticed."""
    admin = await fill(postgres, villages)
    try:
        used = server_cpu_seconds(postgres)
        plain = await write_plainly(admin, ENDS)
        server_plain = server_cpu_seconds(postgres) - used
        own, used = time.process_time(), server_cpu_seconds(postgres)
        seconds = await ours(dsn(postgres, "suxin_app"), villages)
        own, server = time.process_time() - own, server_cpu_seconds(postgres) - used
        kept = [await admin.fetchval(statement) for statement in KEPT]
    finally:
        await admin.close()
    claims, ratio = villages * CLAIMS, seconds / plain
    print(
        f"{villages:,} villages, {claims:,} claims: {seconds:.1f} s, {claims / seconds:,.0f} claims/s"
    )
    print(f"processor time: {own:.1f} s of the worker, {server:.1f} s of the database")
    print(
        f"plain SQL: {plain:.2f} s, {server_plain:.2f} s of processor time; ratio {ratio:.1f}, limit {LIMIT:.0f}"
    )
    right = kept == [2 * claims, *[claims] * (len(KEPT) - 1)]
    if not right:
        print(f"kept are {kept}, of {claims:,} claims")
    return right and ratio <= LIMIT


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--villages", type=int, default=150)
    given = parser.parse_args()
    with own_servers() as (postgres, _):
        return int(not asyncio.run(measure(postgres, given.villages)))


if __name__ == "__main__":
    sys.exit(main())
