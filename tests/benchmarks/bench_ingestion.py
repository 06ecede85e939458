"""How fast a source's file becomes records, against the database's own COPY of the same rows.

Starts a cluster of its own with organisations and makes a file of records of them, in no order. Reads it as a batch (unpacking,
encoding, checks, staging, take-over, progress), then copies the very rows, in the same order, into a table with the same columns
and indexes, undivided and unprotected. The bar is a ratio of 0.4. ``--rows`` says how many; a million by default.

``--persons`` measures records of natural persons, named by resident id and not known before: what is copied then are their subjects and
doors as well, as the batch made them. ``--rows-each`` says how many records each of them has.

Printed beside the clock's ratio is that of processor time: of the server and this process, which makes the chunks beside it.
"""

import argparse
import asyncio
import io
import json
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg
from measured import DATABASE, dsn, own_servers, server_cpu_seconds

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import BatchState
from suxin.subjects.ingestion.queries import ingestion_batch
from suxin.subjects.ingestion.runs import run_batch
from suxin_server.demo.numbers import resident_id
from suxin_server.postgres import Postgres

ROWS = 1_000_000
ROWS_A_SUBJECT = 20
FIRST_BORN = date(1950, 1, 1)
BAR = 0.4
NOW = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
SYSTEM = Actor.system("bench")
SEALER = Sealer(Keyring.generate())
SOURCE = "税务局"

SUBJECTS = """
    insert into subjects (id, kind, name, name_pinyin, uscc, county_code, created_at)
    select gen_random_uuid(), 'firm', '企业' || n, 'qi ye ' || n, '91321302MA' || lpad(n::text, 8, '0'), '321302', $1
    from generate_series(1, $2::bigint) n
"""
OF_ORGANISATIONS = ("credit_records",)
OF_PERSONS = ("subjects", "subject_doors", "credit_records")
HEADER = "uscc,item_code,source_ref,occurred_on,content\n"


def file_of(rows: int) -> bytes:
    """Return a file of tax grades and licences, each subject's spread over all of it."""
    dice = random.Random(7)  # noqa: S311 - a benchmark's rows
    subjects = max(rows // ROWS_A_SUBJECT, 1)
    text = io.StringIO()
    text.write(HEADER)
    numbers = list(range(rows))
    dice.shuffle(numbers)
    licence = {"authority": "宿迁市行政审批局", "title": "食品经营许可"}
    for number in numbers:
        uscc = f"91321302MA{number % subjects + 1:08}"
        if number % 2:
            item, content = "TAX-GRADE", {"grade": "A", "year": 2025}
        else:
            item, content = "LICENCE", {**licence, "number": f"JY13213{number:09}"}
        cell = json.dumps(content, ensure_ascii=False).replace('"', '""')
        text.write(f'{uscc},{item},SQ-2026-{number:09},2026-{number % 11 + 1:02}-10,"{cell}"\n')
    return text.getvalue().encode()


def file_of_persons(rows: int, rows_each: int) -> bytes:
    """Return a file of penalties of persons, each person's spread over all of it."""
    dice = random.Random(7)  # noqa: S311 - a benchmark's rows
    people = max(rows // rows_each, 1)
    ids = [resident_id(FIRST_BORN + timedelta(days=n // 1000), n % 1000) for n in range(people)]
    numbers = list(range(rows))
    dice.shuffle(numbers)
    text = io.StringIO()
    text.write(HEADER.replace("uscc", "resident_id"))
    for number in numbers:
        content = {"authority": "宿迁市公安局", "number": f"2026-{number}", "class": "一般"}
        cell = json.dumps(content, ensure_ascii=False).replace('"', '""')
        day = f"2026-{number % 11 + 1:02}-10"
        text.write(f'{ids[number % people]},PENALTY,GA-2026-{number:09},{day},"{cell}"\n')
    return text.getvalue().encode()


class Took(NamedTuple):
    """Seconds by the clock, and of the processors."""

    clock: float
    processor: float


class Watch:
    """Begins when it is made."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._clock, self._processor = time.perf_counter(), self._used()

    def _used(self) -> float:
        return server_cpu_seconds(self._postgres) + time.process_time()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._clock, self._used() - self._processor)


async def ingested(postgres: Postgres, url: str, content: bytes) -> Took:
    """Read the file as a batch; return what that took, without putting it down."""
    database = Database.connect(url, pool_size=2)
    delivery = Delivery(source=SOURCE, batch_key="bench", file_name="bench.csv", content=content)
    async with database.transaction(SYSTEM, now=NOW) as session:
        batch = await put_down(
            session, delivery=delivery, sealer=SEALER, staff_id=None, client_id=None, now=NOW
        )
    watch = Watch(postgres)
    assert not await run_batch(
        database, batch.id, sealer=SEALER, clock=lambda: NOW, go_on=lambda: True
    )
    took = watch.took()
    async with database.snapshot(SYSTEM, now=NOW) as session:
        done = await ingestion_batch(session, batch.id)
        assert (done.state, done.rows_rejected) == (BatchState.COMPLETED, 0), done.failure_en
    await database.close()
    return took


async def copied(
    postgres: Postgres, admin: asyncpg.Connection, folder: Path, tables: Sequence[str]
) -> Took:
    """Copy the very rows into plain tables with the same indexes; return what that took."""
    for table in tables:
        order = " order by batch_line" if table == "credit_records" else ""
        await admin.copy_from_query(
            f"select * from {table}{order}",  # noqa: S608 - names of our own tables
            output=folder / table,
            format="csv",
        )
        await admin.execute(f"create table raw_{table} (like {table} including indexes)")
    await admin.execute("checkpoint")
    watch = Watch(postgres)
    for table in tables:
        await admin.copy_to_table(f"raw_{table}", source=folder / table, format="csv")
    return watch.took()


async def measure(postgres: Postgres, rows: int, *, persons: bool, rows_each: int) -> None:
    batch_url = dsn(postgres, "suxin_batch")
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    database = Database.connect(batch_url, pool_size=1)
    async with database.transaction(SYSTEM, now=NOW) as session:
        await load_catalogue(session)
    await database.close()
    if persons:
        content, tables = await asyncio.to_thread(file_of_persons, rows, rows_each), OF_PERSONS
    else:
        await admin.execute(SUBJECTS, NOW, max(rows // ROWS_A_SUBJECT, 1))
        await admin.execute("vacuum analyze subjects")
        content, tables = await asyncio.to_thread(file_of, rows), OF_ORGANISATIONS
    await admin.execute("checkpoint")
    ours = await ingested(postgres, batch_url, content)
    assert await admin.fetchval("select count(*) from credit_records") == rows
    with tempfile.TemporaryDirectory(prefix="suxin-bench-") as folder:
        raw = await copied(postgres, admin, Path(folder), tables)
    await admin.close()
    print(f"file              {len(content) / 1024**2:8.1f} MiB, {rows} rows")
    for name, took in (("as a batch     ", ours), ("COPY, same rows", raw)):
        print(
            f"{name}   {took.clock:8.1f} s  {rows / took.clock:10.0f} rows/s"
            f"  {took.processor:8.1f} s of processors"
        )
    print(f"ratio             {raw.clock / ours.clock:8.2f}    (at least {BAR})")
    print(f"of processors     {raw.processor / ours.processor:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--persons", action="store_true")
    parser.add_argument("--rows-each", type=int, default=1)
    given = parser.parse_args()
    # A file of a million rows is sent in parts otherwise; what is measured is the reading.
    limits.MAX_FILE_BYTES = 1024**3  # type: ignore[misc] # for this run alone
    with own_servers() as (postgres, _):
        asyncio.run(measure(postgres, given.rows, persons=given.persons, rows_each=given.rows_each))


if __name__ == "__main__":
    main()
