"""How long a city's households take to be rated: votes joined with records, scored and graded, set-based, beside plain SQL over the same rows.

Run ``python tests/benchmarks/bench_rating.py``: twenty thousand households of a hundred villages; ``--households`` says another number
(200000 for a city's). Each household has ten records and seven votes. Prints the seconds of ``combine_cycles`` for all cycles at once, and
their ratio to two plain aggregates over the same records and votes; exits 1 above the limit.
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from measured import DATABASE, dsn, own_servers

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.rural.combining import combine_cycles
from suxin.scoring.packaged import packaged_model
from suxin_server.postgres import Postgres

LIMIT = 12.0
CYCLES, VOTES, RECORDS = 100, 7, 10
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MODEL_ID = UUID(int=1)
_ID = "('{}' || lpad(to_hex({}), 29, '0'))::uuid"


def _id(prefix: str, number: str) -> str:
    return _ID.format(prefix, number)


FILL = (
    f"""
    insert into subjects (id, kind, name, name_pinyin, uscc, county_code, created_at)
    select {_id("019", "n")}, 'household', '某户', 'mou', 'NH' || n, '321302', $1 from generate_series(1, $2::int) n
    """,  # noqa: S608 - names and numbers of this file
    f"""
    insert into credit_records (subject_id, id, item_code, category, channel, natural_person, source, source_ref, occurred_on,
      polarity, status, content, self_declared, loaded_at)
    select {_id("019", "n")}, gen_random_uuid(), i.item, 'honours', 'authorised_public', true, 'bench', r || '-' || n,
      date '2026-10-01' - (hashint4(n + r) & 127), 'positive', 'active', '{{}}', false, $1
    from generate_series(1, $2::int) n cross join generate_series(1, {RECORDS}) r
    join (values (1, 'FAMILY-HONOUR'), (2, 'VOLUNTEER-SERVICE'), (3, 'FARM-INSURED'), (4, 'FARM-TRAINING'), (5, 'SI-PAID'),
      (6, 'COMMITMENT-KEPT'), (7, 'CONTRACT-KEPT'), (8, 'UTILITY-PAID'), (9, 'GRID-SERVICE'), (10, 'POLICY-LOAN-REPAID'))
      i (place, item) on i.place = r
    """,  # noqa: S608 - names and numbers of this file
    f"""
    insert into rural_cycles (tenant_id, id, kind, year, village_code, model_id, state, opened_by, opened_at, as_of)
    select {_id("01a", "c")}, {_id("01b", "c")}, 'household', 2026, '321302150201', '{MODEL_ID}', 'COMBINING', '{MODEL_ID}', $1,
      date '2026-11-20' from generate_series(1, {CYCLES}) c where $2::int > 0
    """,  # noqa: S608 - names and numbers of this file
    f"""
    insert into rural_entries (tenant_id, id, cycle_id, subject_id, consent_id, label, publish_name, state, entered_at)
    select {_id("01a", f"n % {CYCLES} + 1")}, {_id("01c", "n")}, {_id("01b", f"n % {CYCLES} + 1")}, {_id("019", "n")},
      '{MODEL_ID}', '某户', false, 'ENTERED', $1 from generate_series(1, $2::int) n
    """,  # noqa: S608 - names and numbers of this file
    f"""
    insert into rural_votes (tenant_id, entry_id, voter, character, family, ability)
    select {_id("01a", f"n % {CYCLES} + 1")}, {_id("01c", "n")}, decode(lpad(to_hex(v), 4, '0'), 'hex'),
      1 + (hashint4(n + v) & 3), 1 + (hashint4(n * v) & 3), 3 + (hashint4(n - v) & 1)
    from generate_series(1, $2::int) n cross join generate_series(1, {VOTES}) v where $1::timestamptz is not null
    """,  # noqa: S608 - names and numbers of this file
)
BASES = f"""
    insert into access_bases (id, subject_id, tenant_id, kind, purpose, categories, source_id, starts_at, ends_at)
    select {_id("01d", "n")}, {_id("019", "n")}, {_id("01a", f"n % {CYCLES} + 1")}, 'consent', 'rural.rating',
      array['rural_rating'], '{MODEL_ID}', $1::timestamptz - interval '1 day', $1::timestamptz + interval '1 year'
    from generate_series(1, $2::int) n
"""  # noqa: S608 - numbers of this file
PLAIN = (
    "create temporary table plain_votes as select entry_id, count(*), avg(character + family + ability) from rural_votes group by 1",
    "create temporary table plain_records as select subject_id, item_code, count(*) from credit_records group by 1, 2",
)


async def fill(postgres: Postgres, households: int) -> asyncpg.Connection:
    """Load households, records, entries and votes; return a connection that no policy binds."""
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    await admin.execute(
        "insert into score_models (id, code, version, document, state, drafted_by, drafted_at, approved_by, activated_at)"
        " values ($1, 'rural_household', 1, $2, 'ACTIVE', $1, $3, '{a,b}', $3)",
        MODEL_ID,
        packaged_model("rural_household").decode(),
        NOW,
    )
    for statement in (*FILL, BASES):
        await admin.execute(statement, NOW, households, timeout=None)
    await admin.execute("vacuum analyze", timeout=None)
    return admin


async def measure(postgres: Postgres, households: int) -> float:
    """Load, aggregate plainly, rate; print both and return their ratio."""
    admin = await fill(postgres, households)
    began = time.perf_counter()
    for statement in PLAIN:
        await admin.execute(statement, timeout=None)
    plain = time.perf_counter() - began
    database = Database.connect(dsn(postgres, "suxin_batch"), pool_size=1)
    began = time.perf_counter()
    async with database.transaction(Actor.system("bench"), now=NOW) as session:
        cycles = await combine_cycles(session, now=NOW)
    took = time.perf_counter() - began
    rated = await admin.fetchval("select count(*) from rural_entries where state = 'RATED'")
    await database.close()
    await admin.close()
    assert (cycles, rated) == (CYCLES, households)
    ratio = took / plain
    print(
        f"{households:,} households in {cycles} cycles: rated in {took:.1f} s  plain aggregates {plain:.1f} s"
        f"  ratio {ratio:.1f}  limit {LIMIT:.1f}"
    )
    return ratio


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=20_000)
    given = parser.parse_args()
    with own_servers() as (postgres, _):
        return int(asyncio.run(measure(postgres, given.households)) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
