"""Announcements: what a transaction tells those who listen at this moment, as it commits.

An announcement carries ids alone and travels by PostgreSQL's NOTIFY: it is delivered when its transaction commits, in the order
of the commits, and not at all when it rolls back. Whoever hears it reads the thing anew, under his own rights. It is kept
nowhere: what must not be missed is a row (the outbox, a notice), and whoever listened is told when he may have missed one.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "suxin_announcements"
STANDING: Final = "kernel.standing.changed"
"""The topic of ``announce_standing``, which every listener of the tenant hears."""

MAX_WAITING: Final = 64
"""How many announcements wait for one listener; whoever is behind by more is let go."""

CONNECT_TIMEOUT_S: Final = 5.0
LISTEN_CHECK_S: Final = 20.0
"""How often the listening connection is asked whether it still is one."""

log = structlog.get_logger("suxin.kernel")


class Lost(Enum):
    """Why a listener hears nothing more."""

    MISSED = "the connection that listened was lost, and announcements perhaps with it"
    SLOW = "too many announcements wait for it"
    STOPPING = "the process stops"


class ListenerLost(Exception):
    """A listener was let go; ``why`` says for what."""

    def __init__(self, why: Lost) -> None:
        super().__init__(why.value)
        self.why: Final = why


class Announcement(msgspec.Struct, frozen=True, array_like=True):
    """What is told: that something of a kind happened to a tenant's thing."""

    tenant_id: UUID
    topic: str
    object_id: UUID


async def announce(session: AsyncSession, *, tenant_id: UUID, topic: str, object_id: UUID) -> None:
    """Tell those who listen to a tenant's topic, once this transaction commits, what happened to which thing."""
    told = msgspec.json.encode(Announcement(tenant_id, topic, object_id)).decode()
    await session.execute(select(func.pg_notify(CHANNEL, told)))


async def announce_standing(session: AsyncSession, *, tenant_id: UUID) -> None:
    """Have every listener of a tenant look again, once this transaction commits, whether he still may listen."""
    await announce(session, tenant_id=tenant_id, topic=STANDING, object_id=tenant_id)


class Listener:
    """One who listens to some topics of one tenant."""

    def __init__(self, tenant_id: UUID, topics: Collection[str]) -> None:
        self.tenant_id: Final = tenant_id
        self._topics = frozenset(topics)
        self._waiting: deque[UUID] = deque()
        self._lost: Lost | None = None
        self._woken = asyncio.Event()

    async def next(self, *, within_s: float) -> UUID | None:
        """Return the thing of the next announcement; None where it is time to look again who listens.

        That is when ``within_s`` have passed without one, and when somebody's standing changed.

        :raises ListenerLost: when nothing more will be heard, once what was heard before is told
        """
        if not self._waiting and self._lost is None:
            try:
                async with asyncio.timeout(within_s):
                    await self._woken.wait()
            except TimeoutError:
                return None
        self._woken.clear()
        if self._lost is Lost.SLOW:
            self._waiting.clear()
        if self._waiting:
            return self._waiting.popleft()
        if self._lost is not None:
            raise ListenerLost(self._lost)
        return None

    def hear(self, told: Announcement) -> None:
        """Take an announcement of the tenant, if it is of a topic listened to."""
        if told.topic in self._topics:
            if len(self._waiting) >= MAX_WAITING:
                self.lose(Lost.SLOW)
                return
            self._waiting.append(told.object_id)
        elif told.topic != STANDING:
            return
        self._woken.set()

    def lose(self, why: Lost) -> None:
        """Let it go."""
        self._lost = self._lost or why
        self._woken.set()


@dataclass(frozen=True, slots=True)
class _Line:
    """The connection that listens, and the task that looks after it."""

    connection: asyncpg.Connection
    watch: "asyncio.Task[None]"


class Announcements:
    """What this process hears, over one connection that is opened for the first who listens."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._line: _Line | None = None
        self._opening = asyncio.Lock()
        self._stopping = False
        self._by_tenant: dict[UUID, set[Listener]] = {}
        self._none_left = asyncio.Event()
        self._none_left.set()

    async def open(self) -> None:
        """Have a connection that listens; what is announced from now on is heard.

        :raises ConnectionError: if the database does not answer
        """
        async with self._opening:
            if self._line is not None:
                return
            try:
                connection = await asyncpg.connect(self._url, timeout=CONNECT_TIMEOUT_S)
                await connection.add_listener(CHANNEL, self._heard)
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                raise ConnectionError(f"cannot listen: {type(error).__name__}") from error
            self._line = _Line(connection, asyncio.create_task(self._watch(connection)))

    @contextmanager
    def listening(self, tenant_id: UUID, topics: Collection[str]) -> Iterator[Listener]:
        """Listen to some topics of one tenant while the block runs; ``open`` comes first."""
        listener = Listener(tenant_id, topics)
        self._by_tenant.setdefault(tenant_id, set()).add(listener)
        self._none_left.clear()
        if self._stopping:
            listener.lose(Lost.STOPPING)
        elif self._line is None:
            listener.lose(Lost.MISSED)
        try:
            yield listener
        finally:
            self._forget(listener)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return sum(map(len, self._by_tenant.values()))

    async def stop(self, *, within_s: float) -> None:
        """Let every listener go, and wait until none is left, for at most so long."""
        self._stopping = True
        self._lose_all(Lost.STOPPING)
        try:
            async with asyncio.timeout(within_s):
                await self._none_left.wait()
        except TimeoutError:
            log.warning("listeners left", count=self.listeners)

    async def close(self) -> None:
        """Close the connection."""
        line, self._line = self._line, None
        if line is not None:
            line.watch.cancel()
            await asyncio.gather(line.watch, return_exceptions=True)
            line.connection.terminate()

    def _forget(self, listener: Listener) -> None:
        theirs = self._by_tenant[listener.tenant_id]
        theirs.discard(listener)
        if not theirs:
            del self._by_tenant[listener.tenant_id]
        if not self._by_tenant:
            self._none_left.set()

    def _heard(self, _connection: object, _pid: int, _channel: str, text: str) -> None:
        told = msgspec.json.decode(text, type=Announcement)
        for listener in self._by_tenant.get(told.tenant_id, ()):
            listener.hear(told)

    def _lose_all(self, why: Lost) -> None:
        for theirs in self._by_tenant.values():
            for listener in theirs:
                listener.lose(why)

    async def _watch(self, connection: asyncpg.Connection) -> None:
        """Find out that the connection is lost, and let go whoever may have missed something."""
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _: closed.set())
        try:
            while not connection.is_closed():
                await connection.execute("select 1", timeout=CONNECT_TIMEOUT_S)
                await _passed(closed, LISTEN_CHECK_S)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        log.warning("announcements lost")
        self._line = None
        self._lose_all(Lost.MISSED)


async def _passed(event: asyncio.Event, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return
