"""Readiness as it is with real servers that are well, stopped, behind or unsafe; metrics as a scrape shows them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from suxin.kernel import audit, outbox, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.outbox import Job
from suxin_graphql.execution.tally import FELL_BACK, QUERIES
from suxin_server.audit_admin import verify
from suxin_server.health import CHECK_TIMEOUT_S, liveness, readiness
from suxin_server.metrics import Metrics
from suxin_server.migration import newest_revisions
from suxin_server.processes import free_port
from suxin_server.sealer import seal_all
from suxin_server.settings import Settings
from suxin_web.budgets import OPERATIONS, UNCOUNTED

SYSTEM = Actor.system("test")


@pytest.fixture
async def broker(valkey):
    client = Redis.from_url(valkey.url)
    yield client
    await client.aclose()


async def problems(database, broker, now) -> dict[str, str]:
    report = await readiness(database, broker, heads=newest_revisions(), now=now)
    assert [check.name for check in report.checks] == ["database", "role", "migrations", "valkey"]
    assert report.well == (not any(check.problem for check in report.checks))
    return {check.name: check.problem for check in report.checks if not check.well}


def test_a_process_that_answers_is_alive():
    assert liveness().well
    assert liveness().as_json() == {
        "status": "ok",
        "checks": {"process": {"status": "ok", "tookMs": 0}},
    }


async def test_ready(database, broker, now):
    assert await problems(database, broker, now) == {}


async def test_not_ready_without_valkey(database, now):
    nobody = Redis(host="127.0.0.1", port=free_port())
    assert await problems(database, nobody, now) == {"valkey": "not reachable"}
    await nobody.aclose()


async def test_not_ready_when_valkey_hangs(database, now):
    """A server that takes the connection and never answers must not hang the page."""
    released = asyncio.Event()

    async def silent(_reader, writer):
        await released.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    hanging = Redis(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    began = asyncio.get_running_loop().time()
    assert await problems(database, hanging, now) == {"valkey": "no answer in time"}
    assert asyncio.get_running_loop().time() - began < CHECK_TIMEOUT_S + 1
    released.set()
    server.close()
    await server.wait_closed()
    await hanging.aclose()


async def test_not_ready_without_postgresql(broker, now):
    gone = Database.connect(f"postgresql://suxin_app:secret@127.0.0.1:{free_port()}/suxin")
    report = await readiness(gone, broker, heads=frozenset({"0001"}), now=now)
    await gone.close()
    assert not report.well
    assert [check.problem for check in report.checks] == ["not reachable"] * 3 + [""]
    assert "secret" not in str(report.as_json())
    assert report.as_json()["status"] == "unavailable"


async def test_not_ready_behind_the_migrations(database, broker, city, now):
    owner = await asyncpg.connect(city.owner)
    await owner.execute("update alembic_version set version_num = '0000'")
    await owner.close()
    (head,) = newest_revisions()
    assert await problems(database, broker, now) == {
        "migrations": f"the database is at revision 0000, not {head}"
    }


async def test_not_ready_under_an_unsafe_role(city, broker, now):
    owner = Database.connect(city.owner)
    found = await problems(owner, broker, now)
    await owner.close()
    assert found == {"role": "the database role could step around row-level security"}


def figure(page: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found, f"{name} is not on the page:\n{page}"
    return float(found[1])


async def test_a_scrape_shows_queue_jobs_sealer_requests_and_pool(database, batch):
    # Outbox rows are dated by their id, which the machine's clock makes.
    now = datetime.now(UTC)

    async def quick(session, _job: Job) -> None:
        await session.execute(text("select pg_sleep(0.02)"))

    async with database.transaction(SYSTEM, now=now) as session:
        done = await outbox.post(session, "test.quick", {}, now=now)
        await outbox.post(session, "test.quick", {}, now=now)
        await outbox.post(session, "test.later", {}, now=now, not_before=now + timedelta(days=1))
        audit.append_act(session, action="test.one", now=now - timedelta(seconds=7))
        audit.append_act(session, action="test.two", now=now)
    assert await performing.perform(database, done, {"test.quick": quick}, now=now)
    metrics = Metrics()
    metrics.observe_request(method="GET", route="/mp/v1/products", status=200, seconds=0.02)
    page = (await metrics.scrape(database, now=now)).decode()
    assert figure(page, "suxin_outbox_waiting") == 1
    assert figure(page, "suxin_outbox_failed") == 0
    assert figure(page, "suxin_audit_unsealed") == 2
    assert figure(page, "suxin_audit_seal_lag_seconds") == 7
    assert figure(page, "suxin_database_connections_in_use") == 0
    assert figure(page, 'suxin_jobs_done{topic="test.quick"}') == 1
    assert 0.02 <= figure(page, 'suxin_job_seconds{quantile="0.95",topic="test.quick"}') < 2
    assert figure(page, 'suxin_graphql_queries{by="fell_back"}') == QUERIES[FELL_BACK]
    assert figure(page, 'suxin_graphql_budget_answers{answer="uncounted"}') == OPERATIONS[UNCOUNTED]
    labels = '{method="GET",route="/mp/v1/products",status="200"}'
    assert figure(page, f"suxin_request_seconds_count{labels}") == 1
    assert await seal_all(batch) == 2
    page = (await metrics.scrape(database, now=now)).decode()
    assert figure(page, "suxin_audit_unsealed") == 0
    assert figure(page, "suxin_audit_seal_lag_seconds") == 0


async def test_audit_verify_says_whole_or_where_it_broke(database, city, admin, now, capsys):
    batch = Database.connect(city.batch)
    settings = Settings(database_batch_url=city.batch)
    async with database.transaction(SYSTEM, now=now) as session:
        for _ in range(3):
            audit.append_act(session, action="test.done", now=now)
    await seal_all(batch)
    async with database.transaction(SYSTEM, now=now) as session:
        audit.append_act(session, action="test.tail", now=now)
    assert await asyncio.to_thread(verify, settings) == 0
    shown = capsys.readouterr().out
    assert "sealed entries: 3\n" in shown
    assert "unsealed tail: 1\n" in shown
    assert "the chain is whole\n" in shown
    await batch.close()
    await admin.execute("update audit_entries set action = 'test.other' where seq = 2")
    assert await asyncio.to_thread(verify, settings) == 1
    assert "broken at entry 2: " in capsys.readouterr().out
