"""A batch goes on where it was, whatever happens to its worker: real processes, killed in the middle."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from patience import PATIENCE_S
from redis.asyncio import Redis
from small_city import SmallCity
from web_process import settings_for
from worker_process import started_worker, worker_started_anew

from suxin.kernel.actor import Actor
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.commands import receive_batch
from suxin.subjects.ingestion.deliveries import Delivery
from suxin_server.settings import Settings

pytestmark = pytest.mark.processes

ROWS = 4 * limits.CHUNK_ROWS
HEADER = "uscc,item_code,source_ref,occurred_on,content\n"


@pytest.fixture
async def settings(small_city: SmallCity, city, valkey, tmp_path: Path) -> Settings:
    """A city with a batch of many rows in the queue."""
    broker = Redis.from_url(valkey.url)
    await broker.flushall()
    await broker.aclose()
    now = datetime.now(UTC)
    async with small_city.batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)
    lines = (
        f'91321302MATE5T017A,TAX-GRADE,T-{number},2026-01-10,"{{""grade"": ""A"", ""year"": 2025}}"\n'
        for number in range(ROWS)
    )
    delivery = Delivery(
        source="市税务局",
        batch_key="1",
        file_name="a.csv",
        content=(HEADER + "".join(lines)).encode(),
    )
    async with small_city.database.transaction(small_city.operator, now=now) as session:
        await receive_batch(
            session, small_city.operator, delivery=delivery, sealer=small_city.sealer, now=now
        )
    return settings_for(
        small_city,
        database_url=city.app,
        redis_url=valkey.url,
        database_batch_url=city.batch,
        exports_dir=tmp_path / "exports",
    )


async def until(admin: asyncpg.Connection, condition: str) -> float:
    """Wait until the batch meets the condition; return for how long that was."""
    began = time.monotonic()
    while not await admin.fetchval(f"select {condition} from ingestion_batches"):  # noqa: S608 - of this test's own
        assert time.monotonic() - began < 2 * PATIENCE_S, dict(
            await admin.fetchrow("select state, rows_read, failure_code from ingestion_batches")
        )
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_a_killed_worker_loses_and_repeats_no_row(
    admin: asyncpg.Connection, settings: Settings
) -> None:
    with started_worker(settings) as first:
        await until(admin, "rows_read > 0")
        first.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        first.wait()
    at_kill = await admin.fetchval("select rows_added from ingestion_batches")
    assert 0 < at_kill < ROWS, "the kill came too late to prove anything"
    assert (
        await admin.fetchval("select count(*) from credit_records where batch_id is not null")
        == at_kill
    )
    with worker_started_anew(settings):
        await until(admin, f"rows_added > {at_kill}")
        resumed = time.monotonic() - killed
        await until(admin, "state = 'COMPLETED'")
    row = await admin.fetchrow(
        "select count(*) as records, count(distinct batch_line) as lines, min(batch_line) as first,"
        " max(batch_line) as last from credit_records where batch_id is not null"
    )
    assert tuple(row) == (ROWS, ROWS, 2, ROWS + 1)
    assert await admin.fetchval("select rows_added from ingestion_batches") == ROWS
    print(f"kill -9 after {at_kill} rows; going on {resumed:.1f} s later")
    # 15 s on a quiet machine.
    assert resumed < 30
