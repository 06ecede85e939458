"""An export goes on where it was, whatever happens to its worker: real processes, killed in the middle."""

import asyncio
import hashlib
import json
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
from bank_app import add_officer
from export_runs import PRODUCTS, many_products
from leases import let_leases_end
from patience import PATIENCE_S
from redis.asyncio import Redis
from small_city import SmallCity
from web_process import settings_for, started_web
from worker_process import started_worker, worker_started_anew

from suxin.exports.commands import ExportOrder, start_export
from suxin.exports.links import link_to
from suxin.exports.models import Export
from suxin.exports.progress import opened_file
from suxin.exports.queries import export_linked
from suxin.kernel.actor import Actor
from suxin_graphql.trusted import OPERATIONS
from suxin_server.settings import Settings
from suxin_web.export_paths import EXPORT_FILES

pytestmark = pytest.mark.processes

ROWS = 12_001
MID_WAY = 1_000
ORDER = ExportOrder(
    document=OPERATIONS["export_products.graphql"],
    document_id=PRODUCTS,
    variables={},
    needs="lending.product.read",
)


@pytest.fixture
def settings(small_city: SmallCity, city, valkey, tmp_path: Path) -> Settings:
    return settings_for(
        small_city,
        database_url=city.app,
        redis_url=valkey.url,
        database_batch_url=city.batch,
        exports_dir=tmp_path / "exports",
    )


@pytest.fixture
async def export_id(
    small_city: SmallCity, admin: asyncpg.Connection, valkey, settings: Settings
) -> UUID:
    """An export in the queue, of a bank with many products."""
    broker = Redis.from_url(valkey.url)
    await broker.flushall()
    await broker.aclose()
    bank = small_city.banks[0]
    await many_products(admin, bank.tenant_id, ROWS - 1)
    officer = replace(bank.officer, staff_id=await add_officer(small_city))
    now = datetime.now(UTC)
    async with small_city.database.transaction(officer, now=now) as session:
        export = await start_export(session, officer, order=ORDER, now=now)
    return export.id


async def until(admin: asyncpg.Connection, condition: str) -> float:
    """Wait until the export meets the condition; return for how long that was."""
    began = time.monotonic()
    while not await admin.fetchval(f"select {condition} from exports"):  # noqa: S608 - of this test's own
        assert time.monotonic() - began < PATIENCE_S, dict(
            await admin.fetchrow("select state, row_count, failure_code from exports")
        )
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def lines_of(city: SmallCity, export_id: UUID, folder: Path) -> tuple[Export, list[str]]:
    """The export, and the id of each line of its file."""
    async with city.database.snapshot(Actor.system("test"), now=city.now) as session:
        export = await export_linked(session, export_id=export_id)
    assert export is not None
    file = opened_file(export, folder=folder, sealer=city.sealer)
    assert file is not None
    text = b"".join(file.text(until=export.position))
    assert len(text) == export.byte_count
    return export, [json.loads(line)["id"] for line in text.splitlines()]


async def test_a_killed_worker_loses_and_repeats_no_line(
    small_city: SmallCity, admin: asyncpg.Connection, export_id: UUID, settings: Settings
) -> None:
    with started_worker(settings) as first:
        await until(admin, f"row_count >= {MID_WAY}")
        first.kill()
        killed = time.monotonic()
        first.wait()
    at_kill = await admin.fetchval("select row_count from exports")
    assert at_kill < ROWS, "the kill came too late to prove anything"
    with worker_started_anew(settings):
        await until(admin, f"row_count > {at_kill}")
        resumed = time.monotonic() - killed
        await until(admin, "state = 'COMPLETED'")
    export, ids = await lines_of(small_city, export_id, settings.exports_folder)
    assert len(ids) == len(set(ids)) == export.row_count == ROWS
    print(f"kill -9 after {at_kill} rows; going on {resumed:.1f} s later")
    assert resumed < 15


async def test_a_worker_asked_to_end_leaves_the_rest_to_the_next_and_the_web_sends_it(
    small_city: SmallCity, admin: asyncpg.Connection, export_id: UUID, settings: Settings
) -> None:
    with started_worker(settings) as first:
        await until(admin, f"row_count >= {MID_WAY}")
        first.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(first.wait, PATIENCE_S) == 0
    assert await admin.fetchval("select state from exports") == "RUNNING"
    await let_leases_end(admin)
    with started_worker(settings):
        await until(admin, "state = 'COMPLETED'")
    export, ids = await lines_of(small_city, export_id, settings.exports_folder)
    assert len(ids) == len(set(ids)) == ROWS
    link = link_to(export, sealer=small_city.sealer, now=datetime.now(UTC))
    assert link is not None
    with started_web(settings):
        response = httpx.get(
            f"{settings.url}{EXPORT_FILES}/{export_id}",
            params={"expires": link.expires, "signature": link.signature},
            trust_env=False,
        )
    assert response.status_code == 200, response.text
    assert hashlib.sha256(response.content).hexdigest() == export.sha256
