"""How long the whole city takes to score: persons × 20 records, beside the plainest SQL aggregate over the same rows.

Run ``python tests/benchmarks/bench_scoring.py``: half a million persons, a tenth of the city's five million; ``--persons`` says
another number (5000000 for all of it, which wants some 60 GB of disk). Prints the minutes of a run by the packaged 西楚分, and its
ratio to ``create table as select subject_id, count(*), sum(amount_fen) … group by subject_id`` in the same database; exits 1 above the
limit. A run's time is all of it: working out, writing scores and tiers (each with its index), and the commit. The peer reads the same
rows, may use the same parallel workers, and writes a row a subject, logged and without an index.

Printed beside it is the ratio of processor time (of all of the server's processes), which others' load on the machine distorts less.
It says nothing about what waits for what, so that the limit is of the clock's.
"""

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from measured import DATABASE, dsn, own_servers, server_cpu_seconds

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.scoring.documents import read_document
from suxin.scoring.packaged import XICHU, packaged_model
from suxin.scoring.runs import run_model
from suxin_server.postgres import Postgres

LIMIT = 3.0
RECORDS_EACH = 20
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ROUNDS = 4
WORKERS_END_S = 0.3

# As ``kernel.ids`` makes them (UUIDv7): the moment in milliseconds, here one in 18 seconds, and a tail as if by chance.
_ID = """(lpad(to_hex(1700000000000 + n * 18000::bigint), 12, '0') || '7' || left(md5(n::text), 3)
        || 'a' || right(md5(n::text), 15))::uuid"""
_SUBJECTS = f"""
    insert into subjects (id, kind, name, name_pinyin, county_code, created_at)
    select {_ID}, 'person', '某**', 'mou', '321302', $1
    from generate_series(1, $2::int) n
"""  # noqa: S608 - our own words
# As departments deliver: item by item over everybody, so that no subject's records lie side by side. Every record falls on some
# indicator of the model; a tenth count for nobody.
_RECORDS = f"""
    insert into credit_records (subject_id, id, item_code, category, channel, natural_person, source, source_ref, occurred_on,
        polarity, status, amount_fen, content, self_declared, loaded_at)
    select {_ID}, gen_random_uuid(), i.item, 'honours', 'publicly_disclosed', true, 'bench',
        $2::int || '-' || n, date '2026-11-20' - (hashint4(n + 7 * $2::int) & 1023), i.polarity,
        case when (hashint4(n + $2::int) & 15) = 0 then 'repaired' else 'active' end,
        1000 + (hashint4(n) & 1048575), i.content, false, $1
    from generate_series(1, $3::int) n
    join items i on i.place = (hashint4(n + 31 * $2::int) & 2147483647) % $4::int
"""  # noqa: S608 - our own words
_PLAIN = """
    create table plain as
    select subject_id, count(*) as records, sum(amount_fen) as amount_fen from credit_records group by subject_id
"""


async def fill(batch_dsn: str, persons: int) -> None:
    """Load the persons and their records as the batch role."""
    indicators = read_document(packaged_model(XICHU)).indicators
    items = [
        (
            place,
            one.items[0],
            one.polarity.value,
            json.dumps({one.where.key: one.where.values[0]} if one.where else {}),
        )
        for place, one in enumerate(indicators)
    ]
    connection = await asyncpg.connect(batch_dsn)
    await connection.execute(
        "create temporary table items (place int, item text, polarity text, content jsonb)"
    )
    await connection.executemany("insert into items values ($1, $2, $3, $4)", items)
    await connection.execute("analyze items")
    await connection.execute(_SUBJECTS, NOW, persons, timeout=None)
    for number in range(RECORDS_EACH):
        await connection.execute(_RECORDS, NOW, number, persons, len(items), timeout=None)
    await connection.close()


async def put_in_force(admin: asyncpg.Connection) -> UUID:
    """Write the packaged model as one in force; return its id."""
    model_id = UUID(int=1)
    await admin.execute(
        "insert into score_models (id, code, version, document, state, drafted_by, drafted_at, approved_by, activated_at)"
        " values ($1, $2, 1, $3, 'ACTIVE', $1, $4, '{a,b}', $4)",
        model_id,
        XICHU,
        packaged_model(XICHU).decode(),
        NOW,
    )
    return model_id


async def settled(postgres: Postgres) -> float:
    """Return the processor time of the server once the workers of the last statement have ended."""
    await asyncio.sleep(WORKERS_END_S)
    return server_cpu_seconds(postgres)


async def measure(postgres: Postgres, persons: int) -> float:
    """Load, aggregate plainly, run; print both and return their ratio."""
    began = time.perf_counter()
    await fill(dsn(postgres, "suxin_batch"), persons)
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    model_id = await put_in_force(admin)
    await admin.execute("vacuum analyze credit_records, subjects", timeout=None)
    print(f"loaded {persons:,} × {RECORDS_EACH} records in {time.perf_counter() - began:.0f} s")
    plain, runs, plain_cpu, run_cpu = [], [], [], []
    database = Database.connect(dsn(postgres, "suxin_batch"), pool_size=1)
    for _ in range(ROUNDS):
        await admin.execute("drop table if exists plain")
        began, used = time.perf_counter(), server_cpu_seconds(postgres)
        await admin.execute(_PLAIN, timeout=None)
        plain.append(time.perf_counter() - began)
        plain_cpu.append(await settled(postgres) - used)
        await admin.execute("truncate scores, score_tiers, score_runs")
        began, used = time.perf_counter(), server_cpu_seconds(postgres)
        async with database.transaction(Actor.system("bench"), now=NOW) as session:
            report = await run_model(session, model_id, now=NOW)
        runs.append(time.perf_counter() - began)
        run_cpu.append(await settled(postgres) - used)
        assert report is not None
        assert report.subject_count == persons
    await database.close()
    await admin.close()
    ratio = min(runs) / min(plain)
    print(f"tiers {report.tiers}")
    print(
        f"run {min(runs) / 60:.2f} minutes ({min(runs):.1f} s)  plain aggregate {min(plain):.1f} s"
        f"  ratio {ratio:.2f}  limit {LIMIT:.1f}"
    )
    print(
        f"processor time: run {min(run_cpu):.1f} s  plain aggregate {min(plain_cpu):.1f} s"
        f"  ratio {min(run_cpu) / min(plain_cpu):.2f}"
    )
    return ratio


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=500_000)
    given = parser.parse_args()
    with own_servers() as (postgres, _):
        return int(asyncio.run(measure(postgres, given.persons)) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
