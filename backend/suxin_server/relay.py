"""The relay: hands due outbox rows to the queue, when a NOTIFY wakes it and at a sweep every two seconds.

A row is claimed and committed before it is queued: a worker that is faster than the commit would find it locked and put
it aside. A relay that dies in between loses nothing, because the row's lease ends.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import asyncpg

from suxin.kernel import outbox, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database

SWEEP_S: Final = 2.0
# While the queue is full there is nothing to claim; it is looked at again after this.
FULL_PAUSE_S: Final = 0.05
CONNECT_TIMEOUT_S: Final = 5.0
LISTEN_CHECK_S: Final = 20.0
_RELAY: Final = Actor.system("relay")


class Queue(Protocol):
    """Where claimed rows wait for a worker."""

    async def room(self) -> int:
        """Return how many rows it takes now; more would sit there until their lease ends."""

    async def hand_over(self, rows: Sequence[performing.Claimed]) -> None:
        """Queue the rows; a row and attempt that is queued already stays queued once."""


class Relay:
    """Moves rows from the outbox to the queue."""

    def __init__(self, database: Database, url: str, queue: Queue) -> None:
        self._database = database
        self._url = url
        self._queue = queue
        self._wake = asyncio.Event()

    async def listen(self) -> None:
        """Turn notifications into wake-ups until the connection is lost."""
        connection = await asyncpg.connect(self._url, timeout=CONNECT_TIMEOUT_S)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(outbox.WAKE_CHANNEL, lambda *_: self._wake.set())
            # What was posted while nobody listened.
            self._wake.set()
            while not lost.is_set():
                await connection.execute("select 1", timeout=CONNECT_TIMEOUT_S)
                await _passed(lost, LISTEN_CHECK_S)
        finally:
            connection.terminate()
        raise ConnectionResetError("the listening connection was closed")

    async def relay(self) -> None:
        """Drain the outbox at every wake-up and every sweep."""
        while True:
            self._wake.clear()
            await self.drain()
            await _passed(self._wake, SWEEP_S)

    async def drain(self) -> int:
        """Hand over everything that is due; return how many rows that was."""
        handed = 0
        while True:
            # Asked first: while the queue cannot be reached, no row is claimed and left lying.
            room = await self._queue.room()
            if room <= 0:
                await asyncio.sleep(FULL_PAUSE_S)
                continue
            limit = min(room, performing.CLAIM_LIMIT)
            now = datetime.now(UTC)
            async with self._database.transaction(_RELAY, now=now) as session:
                rows = await performing.claim(session, now=now, limit=limit)
            if rows:
                await self._queue.hand_over(rows)
            handed += len(rows)
            if len(rows) < limit:
                return handed


async def _passed(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            return await event.wait()
    except TimeoutError:
        return False
