"""The worker process: the relay, the jobs, the postman, the audit sealer, scoring, the daily pruning and counting.

The only module that knows arq. PostgreSQL is the truth and arq merely the wake-up: a job carries nothing but the id of
its outbox row, results are not kept, and arq's own retries and schedules are not used, because the outbox has both and
loses neither with the queue.
"""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import DBAPIError

from suxin.kernel import outbox, performing
from suxin.kernel.database import Database, RoleUnsafe
from suxin.kernel.sealing import Sealer
from suxin_server.counting import count_daily
from suxin_server.demo.cautioned import CautionedCity
from suxin_server.demo.claimed import ClaimedCity
from suxin_server.demo.contested import ContestedCity
from suxin_server.demo.covered import CoveredCity
from suxin_server.demo.guaranteed import GuaranteedCity
from suxin_server.demo.lined import LinedCity
from suxin_server.demo.ordered import OrderedCity
from suxin_server.demo.perked import PerkedCity
from suxin_server.demo.pointed import PointedCity
from suxin_server.demo.pooled import PooledCity
from suxin_server.demo.rated import RatedCity
from suxin_server.demo.scored import ScoredCity
from suxin_server.demo.settled import SettledCity
from suxin_server.demo.stricken import StrickenCity
from suxin_server.demo.villaged import VillagedCity
from suxin_server.demo.watched import WatchedCity
from suxin_server.exchanging import open_exchange
from suxin_server.expiring import erase_daily
from suxin_server.faults import Fault
from suxin_server.jobs import open_handlers
from suxin_server.judging import judge_daily
from suxin_server.key_file import keyring_source
from suxin_server.lining import line_forever
from suxin_server.loops import keep
from suxin_server.paying import stand_in_orders
from suxin_server.postman import open_postman
from suxin_server.pruning import prune_daily
from suxin_server.rating import rate_forever
from suxin_server.relay import Relay
from suxin_server.relieving import relieve_forever
from suxin_server.scoring import open_scoring, score_forever
from suxin_server.sealer import seal_forever
from suxin_server.settings import Settings
from suxin_server.watching import watch_forever
from suxin_tenants import PROFILES

Loop = Callable[[], Awaitable[None]]
QUEUE: Final = "suxin:jobs"
PERFORM: Final = "perform"
MAX_JOBS: Final = 16
POLL_S: Final = 0.05
JOB_TIMEOUT_S: Final = 60
# What lies in the queue must be started before its lease ends, or it is handed out a second time for nothing.
BACKLOG: Final = 64
ENQUEUE_AT_ONCE: Final = 16
# A short outage is waited out inside a call; after a longer one the loop that made the call begins again.
REDIS_RETRIES: Final = 10
RETRY_S: Final = 0.5
# `suxin up` stops its children within 0.8 s: jobs may finish for the first part of it.
FINISH_S: Final = 0.4
CLOSE_S: Final = 0.2

log = structlog.get_logger("suxin.worker")


def run_worker(settings: Settings, *, handlers: Mapping[str, outbox.Handler] | None = None) -> None:
    """Run until SIGTERM or Ctrl-C. ``handlers`` stand in for the contexts' own.

    :raises NotAvailable: if a server's address is missing
    :raises Fault: if the database role could step around row-level security
    """
    asyncio.run(_run(settings, handlers))


def _of_demo(settings: Settings, database: Database, batch: Database) -> dict[str, Loop]:
    """Return the loops that a demo city has besides."""
    if not settings.demo:
        return {}
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    return {"contest": ContestedCity(database=database, batch=batch, sealer=sealer).contest_soon}


async def _run(settings: Settings, given: Mapping[str, outbox.Handler] | None) -> None:
    url, batch_url = settings.need("database_url"), settings.need("database_batch_url")
    redis_settings = _redis_settings(settings.need("redis_url"))
    # One line for each job says nothing that the outbox row does not.
    logging.getLogger("arq").setLevel(logging.WARNING)
    stop = _stop_requested()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_open(url, pool_size=MAX_JOBS))
        batch = await stack.enter_async_context(_open(batch_url, pool_size=2))
        await _require_safe_role(database, stop)
        handlers, own = given, dict[str, Loop]()
        if handlers is None:
            handlers = await stack.enter_async_context(open_handlers(settings))
            own = await _outside(stack, settings, database)
        scoring = await stack.enter_async_context(open_scoring(settings))
        queue = _JobQueue(redis_settings)
        stack.push_async_callback(queue.close)
        relay = Relay(database, url, queue)
        jobs = _Jobs(redis_settings, database, handlers)
        past = ScoredCity(database, batch).score_past if settings.demo else None
        warned = WatchedCity(database, batch).watch_past if settings.demo else None
        loops = {
            "listen": relay.listen,
            "relay": relay.relay,
            "jobs": jobs.serve,
            "sealer": lambda: seal_forever(batch),
            "prune": lambda: prune_daily(database, settings.exports_folder.absolute()),
            "count": lambda: count_daily(batch),
            "expire": lambda: erase_daily(batch, database),
            "judge": lambda: judge_daily(batch, database, _demo_pool(settings, database, batch)),
            "relieve": lambda: relieve_forever(batch, database),
            "rate": lambda: rate_forever(batch, database),
            "line": lambda: line_forever(database),
            "watch": lambda: watch_forever(batch, database, warned),
            "score": lambda: score_forever(scoring, batch, past),
            **_of_demo(settings, database, batch),
            **own,
        }
        tasks = [asyncio.create_task(keep(name, work), name=name) for name, work in loops.items()]
        log.info("worker started", topics=len(handlers))
        await stop.wait()
        await jobs.finish()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CLOSE_S)
    log.info("worker stopped")


async def _outside(
    stack: AsyncExitStack, settings: Settings, database: Database
) -> dict[str, Loop]:
    """Open what waits for answers from outside beside the jobs: the postman, and the exchange with the town's app where there is one."""
    postman = await stack.enter_async_context(open_postman(settings, database))
    exchange = await stack.enter_async_context(open_exchange(settings, database))
    loops: dict[str, Loop] = {"postman": postman.send_forever}
    return loops if exchange is None else {**loops, "exchange": exchange.forever}


def _demo_pool(
    settings: Settings, database: Database, batch: Database
) -> Callable[..., Awaitable[bool]] | None:
    """Return what fills the demo city's risk pool, has its guarantor asked, and lets a claim be made; nothing in any other city."""
    if not settings.demo:
        return None
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    pooled = PooledCity(database, sealer, PROFILES)
    guaranteed = GuaranteedCity(database, PROFILES)
    claimed = ClaimedCity(database=database, batch=batch, sealer=sealer, profiles=PROFILES)

    villaged = VillagedCity(database, sealer, PROFILES)
    rated = RatedCity(database, batch, sealer, PROFILES)
    lined = LinedCity(database, batch, sealer, PROFILES, settings.wechat_app_id)
    pointed = PointedCity(database, sealer, PROFILES)
    stricken, cautioned = StrickenCity(database, sealer), CautionedCity(database, sealer)
    perked, ordered = PerkedCity(database, PROFILES), OrderedCity(database, PROFILES)
    settled = SettledCity(database=database, batch=batch, profiles=PROFILES)
    covered = CoveredCity(database=database, sealer=sealer, profiles=PROFILES)

    async def fill(*, now: datetime) -> bool:
        await villaged.fill(now=now)
        await rated.fill(now=now)
        await lined.fill(now=now)
        await pointed.fill(now=now)
        await stricken.fill(now=now)
        await cautioned.fill(now=now)
        await perked.fill(now=now)
        async with stand_in_orders(settings) as provider:
            await ordered.fill(provider=provider, now=now)
        await settled.fill(now=now)
        await covered.fill(now=now)
        await pooled.fill(now=now)
        await guaranteed.guarantee(now=now)
        return await claimed.claim(now=now)

    return fill


def _stop_requested() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _open(url: str, *, pool_size: int) -> AsyncIterator[Database]:
    database = Database.connect(url, pool_size=pool_size, max_overflow=4)
    try:
        yield database
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await database.close()


async def _require_safe_role(database: Database, stop: asyncio.Event) -> None:
    """Check the role once the database answers; until then nothing may run."""
    while not stop.is_set():
        try:
            await database.require_safe_role()
        except RoleUnsafe as unsafe:
            raise Fault(
                zh=f"拒绝启动：数据库角色可绕过行级安全（{unsafe}）",
                en=f"refusing to start: {unsafe}",
            ) from None
        except (OSError, DBAPIError) as error:
            log.warning("waiting for the database", why=str(error)[:500])
            await asyncio.sleep(RETRY_S)
        else:
            return


def _redis_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 0
    settings.retry = Retry(ExponentialBackoff(cap=1, base=0.1), REDIS_RETRIES)
    settings.retry_on_error = [RedisConnectionError, RedisTimeoutError, OSError]
    settings.retry_on_timeout = True
    return settings


def _to_bytes(value: object) -> bytes:
    return json.dumps(value, default=str).encode()


def _from_bytes(data: bytes) -> Any:  # noqa: ANN401 - arq reads its own fields out of it
    return json.loads(data)


async def _connect(settings: RedisSettings) -> ArqRedis:
    # JSON and not arq's pickle: whoever can write to the queue must not be able to run code here.
    return await create_pool(
        settings,
        job_serializer=_to_bytes,
        job_deserializer=_from_bytes,
        default_queue_name=QUEUE,
    )


class _JobQueue:
    """The queue as the relay sees it."""

    def __init__(self, settings: RedisSettings) -> None:
        self._settings = settings
        self._redis: ArqRedis | None = None

    async def room(self) -> int:
        redis = await self._connected()
        return BACKLOG - int(await redis.zcard(QUEUE))

    async def hand_over(self, rows: Sequence[performing.Claimed]) -> None:
        redis = await self._connected()
        for start in range(0, len(rows), ENQUEUE_AT_ONCE):
            await asyncio.gather(
                *(
                    redis.enqueue_job(
                        PERFORM, str(row.id), _job_id=f"outbox:{row.id}:{row.attempts}"
                    )
                    for row in rows[start : start + ENQUEUE_AT_ONCE]
                )
            )

    async def close(self) -> None:
        if self._redis is not None:
            await _close(self._redis)

    async def _connected(self) -> ArqRedis:
        if self._redis is None:
            self._redis = await _connect(self._settings)
        return self._redis


class _Jobs:
    """Takes jobs off the queue and carries their rows out."""

    def __init__(
        self,
        settings: RedisSettings,
        database: Database,
        handlers: Mapping[str, outbox.Handler],
    ) -> None:
        self._settings = settings
        self._database = database
        self._handlers = handlers
        self._worker: Worker | None = None

    async def serve(self) -> None:
        """Work until the queue is lost."""
        redis = await _connect(self._settings)
        self._worker = worker = Worker(
            [func(cast("WorkerCoroutine", self._carry_out), name=PERFORM)],
            queue_name=QUEUE,
            redis_pool=redis,
            handle_signals=False,
            max_jobs=MAX_JOBS,
            poll_delay=POLL_S,
            job_timeout=JOB_TIMEOUT_S,
            keep_result=0,
            log_results=False,
            job_serializer=_to_bytes,
            job_deserializer=_from_bytes,
        )
        try:
            await worker.async_run()
        finally:
            await self._release(worker, redis)

    async def finish(self) -> None:
        """Take no more jobs and let those that run come to their end, for a moment."""
        worker = self._worker
        if worker is None:
            return
        worker.allow_pick_jobs = False
        running = list(worker.tasks.values())
        if running:
            await asyncio.wait(running, timeout=FINISH_S)

    async def _carry_out(self, _context: dict[str, Any], row_id: str) -> None:
        try:
            await performing.perform(
                self._database, UUID(row_id), self._handlers, now=datetime.now(UTC)
            )
        except Exception:
            # It is recorded on the row, which is tried again; arq must neither retry nor log it a second time.
            log.exception("job failed", row_id=row_id)

    async def _release(self, worker: Worker, redis: ArqRedis) -> None:
        self._worker = None
        for task in worker.tasks.values():
            task.cancel()
        if worker.tasks:
            await asyncio.wait(worker.tasks.values(), timeout=CLOSE_S)
        await _close(redis)


async def _close(redis: ArqRedis) -> None:
    with suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await redis.aclose(close_connection_pool=True)
