"""The worker's parts one by one: relay, loops, sealer, pruning, and the table of handlers."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from patience import PATIENCE_S
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import PushedRequest
from suxin.kernel import audit, audit_chain, idempotency, outbox, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Job, OutboxRow
from suxin.kernel.tables import Table
from suxin.tenancy.models import DeskSession, LogInFailure
from suxin_server import loops, pruning
from suxin_server import relay as relays
from suxin_server.faults import Fault, NotAvailable
from suxin_server.jobs import TopicTaken, merged
from suxin_server.loops import keep
from suxin_server.relay import FULL_PAUSE_S, Relay
from suxin_server.sealer import SEAL_EVERY_S, seal_all, seal_forever
from suxin_server.settings import Settings
from suxin_server.worker import run_worker

SYSTEM = Actor.system("test")


class Shelf:
    """A queue that keeps what it is given."""

    def __init__(self, room: int = 1_000) -> None:
        self.size = room
        self.rows: list[performing.Claimed] = []

    async def room(self) -> int:
        return self.size - len(self.rows)

    async def hand_over(self, rows: Sequence[performing.Claimed]) -> None:
        self.rows += rows


async def post(database: Database, count: int, *, wake: bool = False) -> set:
    now = datetime.now(UTC)
    async with database.transaction(SYSTEM, now=now) as session:
        return {
            await outbox.post(session, "test.thing", {"n": n}, now=now, wake=wake)
            for n in range(count)
        }


async def test_the_relay_hands_over_all_that_is_due_once(database, city):
    posted = await post(database, performing.CLAIM_LIMIT + 5)
    queue = Shelf()
    relay = Relay(database, city.app, queue)
    assert await relay.drain() == performing.CLAIM_LIMIT + 5
    assert {row.id for row in queue.rows} == posted
    assert [row.attempts for row in queue.rows] == [1] * len(posted)
    assert await relay.drain() == 0
    assert len(queue.rows) == len(posted)


async def test_two_relays_at_once_hand_nothing_over_twice(database, city):
    posted = await post(database, 150)
    one, two = Shelf(), Shelf()
    counts = await asyncio.gather(
        Relay(database, city.app, one).drain(), Relay(database, city.app, two).drain()
    )
    assert sum(counts) == 150
    handed = [row.id for row in one.rows + two.rows]
    assert len(handed) == len(set(handed)) == 150
    assert set(handed) == posted


async def test_a_full_queue_is_given_no_more_than_it_takes(database, city):
    await post(database, 30)
    queue = Shelf(room=10)
    task = asyncio.create_task(Relay(database, city.app, queue).drain())
    async with asyncio.timeout(PATIENCE_S):
        while len(queue.rows) < 10:
            await asyncio.sleep(0.01)
    # Several more tries, none of which finds room.
    await asyncio.sleep(3 * FULL_PAUSE_S)
    assert len(queue.rows) == 10
    assert await attempts(database) == 10
    queue.size = 40
    assert await asyncio.wait_for(task, PATIENCE_S) == 30


async def attempts(database: Database) -> int:
    async with database.snapshot(SYSTEM, now=datetime.now(UTC)) as session, doorway(session):
        return int(await session.scalar(select(func.sum(OutboxRow.attempts))) or 0)


async def test_an_unreachable_queue_leaves_the_rows_unclaimed(database, city):
    await post(database, 3)

    class Gone(Shelf):
        async def room(self) -> int:
            raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await Relay(database, city.app, Gone()).drain()
    assert await attempts(database) == 0


async def until_listening(cluster, city) -> None:
    """Wait until the relay has said that it listens, and has looked for what was posted before."""
    admin = await asyncpg.connect(cluster.admin_dsn)
    async with asyncio.timeout(PATIENCE_S):
        while not await admin.fetchval(
            "select count(*) from pg_stat_activity"
            " where datname = $1 and query = 'select 1' and state = 'idle'",
            city.app.rsplit("/", 1)[1],
        ):
            await asyncio.sleep(0.01)
    await admin.close()
    await asyncio.sleep(0.2)


async def test_a_notification_wakes_the_relay(database, city, cluster, monkeypatch):
    # Without a notification it would look again when the test has given up.
    monkeypatch.setattr(relays, "SWEEP_S", 10 * PATIENCE_S)
    queue = Shelf()
    relay = Relay(database, city.app, queue)
    listening = asyncio.create_task(relay.listen())
    relaying = asyncio.create_task(relay.relay())
    await until_listening(cluster, city)
    await post(database, 1, wake=True)
    async with asyncio.timeout(PATIENCE_S):
        while not queue.rows:
            await asyncio.sleep(0.01)
    for task in (listening, relaying):
        task.cancel()
    await asyncio.wait([listening, relaying])
    assert len(queue.rows) == 1


async def test_a_lost_listening_connection_ends_listening(database, city, cluster):
    listening = asyncio.create_task(Relay(database, city.app, Shelf()).listen())
    await until_listening(cluster, city)
    admin = await asyncpg.connect(cluster.admin_dsn)
    ended = await admin.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = $1 and query = 'select 1'",
        city.app.rsplit("/", 1)[1],
    )
    await admin.close()
    assert len(ended) == 1
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(listening, PATIENCE_S)


async def test_an_idle_sweep_writes_nothing(database, city):
    owner = await asyncpg.connect(city.owner)
    relay = Relay(database, city.app, Shelf())
    await relay.drain()
    used = []
    for _ in range(5):
        before = await owner.fetchval(
            "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        for _ in range(20):
            assert await relay.drain() == 0
        now = await owner.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        used.append(now - before)
    # No transaction id was used: nothing was written and no other backend had to look at it. The server's own vacuum may
    # have come between once.
    assert min(used) == 0, used
    plan = "\n".join(
        row[0]
        for row in await owner.fetch(
            "explain select id from outbox where done_at is null and failed_at is null"
            " and not_before <= now() order by not_before, id limit 200"
        )
    )
    await owner.close()
    assert "ix_outbox_waiting" in plan


async def test_a_loop_goes_on_after_an_outage_and_after_a_defect(monkeypatch, caplog):
    monkeypatch.setattr(loops, "FIRST_PAUSE_S", 0.001)
    turns: list[Exception] = [ConnectionResetError("gone"), ZeroDivisionError("defect")]
    done = asyncio.Event()

    async def work() -> None:
        if turns:
            raise turns.pop(0)
        done.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(keep("test", work))
    await asyncio.wait_for(done.wait(), PATIENCE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert turns == []


async def verified(batch: Database) -> audit_chain.Verification:
    async with batch.snapshot(SYSTEM, now=datetime.now(UTC)) as session:
        return await audit_chain.verify(session)


async def test_what_is_appended_is_sealed_at_the_next_half_second(database, batch):
    now = datetime.now(UTC)
    sealing = asyncio.create_task(seal_forever(batch))
    await asyncio.sleep(0.1)
    async with database.transaction(SYSTEM, now=now) as session:
        audit.append_act(session, action="test.done", now=now)
    assert SEAL_EVERY_S <= 0.5
    async with asyncio.timeout(PATIENCE_S):
        while (found := await verified(batch)).unsealed:
            await asyncio.sleep(0.05)
    sealing.cancel()
    await asyncio.wait([sealing])
    assert (found.sealed, found.unsealed) == (1, 0)


async def test_sealing_goes_on_until_nothing_is_left(database, batch, now, monkeypatch):
    monkeypatch.setattr(audit_chain, "SEAL_BATCH", 4)
    async with database.transaction(SYSTEM, now=now) as session:
        for _ in range(10):
            audit.append_act(session, action="test.done", now=now)
    assert await seal_all(batch) == 10
    assert await seal_all(batch) == 0


def expiring(begun: datetime, ends: datetime) -> list[Table]:
    """One row of some of the tables whose rows are over at a moment."""
    return [
        DeskSession(
            token_hash=uuid4().bytes,
            tenant_id=uuid4(),
            staff_id=uuid4(),
            grant_id=uuid4(),
            created_at=begun,
            seen_at=begun,
            expires_at=ends,
        ),
        PushedRequest(
            reference_hash=uuid4().bytes,
            client_id="suxin-desk",
            parameters={},
            pushed_at=begun,
            expires_at=ends,
        ),
        LogInFailure(name_index=uuid4().bytes, key_version=1, failures=1, expires_at=ends),
    ]


async def test_pruning_deletes_what_is_old_and_done_in_chunks(database, now, monkeypatch):
    monkeypatch.setattr(pruning, "CHUNK", 3)
    old, recent = now - timedelta(days=31), now - timedelta(days=29)

    def row(made: datetime, done: datetime | None) -> OutboxRow:
        return OutboxRow(
            id=new_id(made),
            topic="test.thing",
            payload={},
            created_at=made,
            not_before=made,
            attempts=1,
            done_at=done,
        )

    def key(name: str, made: datetime) -> idempotency.IdempotencyKey:
        return idempotency.IdempotencyKey(
            scope="s", key=name, operation="o", request_hash=b"", result={}, created_at=made
        )

    async with database.transaction(SYSTEM, now=now) as session, doorway(session):
        session.add_all([row(old, old) for _ in range(7)])
        # Posted long ago but not done, done just now, or recent: all stay.
        session.add_all([row(old, None), row(old, recent), row(recent, recent)])
        session.add_all([key(f"old-{n}", old) for n in range(4)])
        session.add(key("recent", recent))
        for days in (2, 0):
            session.add_all(expiring(old, now - timedelta(days=days)))
    gone = await pruning.prune(database, now=now)
    assert {table: count for table, count in gone.items() if count} == {
        "outbox": 7,
        "idempotency_keys": 4,
        "desk_sessions": 1,
        "log_in_failures": 1,
        "pushed_requests": 1,
    }
    async with database.snapshot(SYSTEM, now=now) as session, doorway(session):
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (
                OutboxRow,
                idempotency.IdempotencyKey,
                DeskSession,
                LogInFailure,
                PushedRequest,
            )
        ]
    assert counts == [3, 1, 1, 1, 1]


async def nothing(_session: AsyncSession, _job: Job) -> None:
    """Handle a row by doing nothing."""


def test_one_topic_has_one_handler():
    assert merged({"a.b": nothing}, {"c.d": nothing}) == {"a.b": nothing, "c.d": nothing}
    with pytest.raises(TopicTaken, match=r"the topic a\.b has two handlers"):
        merged({"a.b": nothing}, {"a.b": nothing})


@pytest.mark.parametrize("missing", ["database_url", "database_batch_url", "redis_url"])
def test_a_worker_without_an_address_says_which(missing):
    addresses = {
        "database_url": "postgresql://a/b",
        "database_batch_url": "postgresql://a/b",
        "redis_url": "redis://a",
    }
    settings = Settings(**{name: url for name, url in addresses.items() if name != missing})
    with pytest.raises(NotAvailable, match=missing.upper()):
        run_worker(settings, handlers={})


def test_a_worker_refuses_to_start_under_a_role_that_sees_everything(city, valkey):
    settings = Settings(
        database_url=city.owner, database_batch_url=city.batch, redis_url=valkey.url
    )
    with pytest.raises(Fault, match="refusing to start"):
        run_worker(settings, handlers={})
