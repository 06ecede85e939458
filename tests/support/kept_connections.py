"""Connections to a database that is given out again: a server's process that knows its tables and rules, and nothing of who had it.

To connect anew, and to learn of each table its columns, indexes and row policies, takes the server longer than most tests' own
statements. What a session was told is discarded when its connection is closed, and whoever connects next in the same way gets it
as a new one: with nothing prepared, set, locked, listened to or cached.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import asyncpg

CONNECT_ANEW: Final = asyncpg.connect
"""How who is to be no part of this connects."""
_CLOSE: Final = asyncpg.Connection.close


class KeptConnections:
    """Keeps the connections to some databases when they are closed, in the event loop that the tests share."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, dict[str, list[asyncpg.Connection]]] = {}
        self._opened: WeakKeyDictionary[asyncpg.Connection, tuple[str, str]] = WeakKeyDictionary()

    def keep(self, database: str) -> None:
        """Keep this database's connections from now on."""
        self._waiting.setdefault(database, defaultdict(list))

    async def give_up(self, database: str) -> None:
        """Close this database's connections, and keep no more of them."""
        for waiting in self._waiting.pop(database, {}).values():
            for connection in waiting:
                await _CLOSE(connection)

    def take_back(self, database: str) -> int:
        """Break off this database's connections that somebody has and never closed; return how many there were."""
        open_still = [
            connection
            for connection, (of, _) in self._opened.items()
            if of == database and not connection.is_closed()
        ]
        for connection in open_still:
            connection.terminate()
        return len(open_still)

    def waiting(self, database: str) -> list[int]:
        """Return the server's process ids of the connections that nobody has."""
        return [
            connection.get_server_pid()
            for waiting in self._waiting[database].values()
            for connection in waiting
            if not connection.is_closed()
        ]

    async def connect(self, dsn: str | None = None, **given: Any) -> asyncpg.Connection:
        """Return a connection that waits, or a new one."""
        database = given.get("database") or urlsplit(dsn or "").path.removeprefix("/")
        if database not in self._waiting or asyncio.get_running_loop() is not self._loop:
            return await CONNECT_ANEW(dsn, **given)
        way = repr((dsn, sorted(given.items(), key=lambda item: item[0])))
        waiting = self._waiting[database][way]
        while waiting:
            if not (connection := waiting.pop()).is_closed():
                break
        else:
            connection = await CONNECT_ANEW(dsn, **given)
        self._opened[connection] = database, way
        return connection

    async def close(self, connection: asyncpg.Connection, *, timeout: float | None = None) -> None:
        """Keep the connection for whoever connects in the same way, where it is whole and its database is kept; else close it."""
        database, way = self._opened.pop(connection, ("", ""))
        if database not in self._waiting or not self._is_whole(connection):
            await _CLOSE(connection, timeout=timeout)
            return
        try:
            await connection.execute("discard all", timeout=timeout)
        except (Exception, asyncio.CancelledError):
            await _CLOSE(connection, timeout=timeout)
            raise
        # Closed while it was asked to forget, or no longer kept: the statement above may have waited.
        if database in self._waiting and self._is_whole(connection):
            self._waiting[database][way].append(_as_new(connection))
        else:
            await _CLOSE(connection, timeout=timeout)

    def _is_whole(self, connection: asyncpg.Connection) -> bool:
        return not (
            connection.is_closed()
            or connection.is_in_transaction()
            or connection._listeners
            or connection._cancellations
            or asyncio.get_running_loop() is not self._loop
        )


def _as_new(connection: asyncpg.Connection) -> asyncpg.Connection:
    """Return another connection of the same transport; for whoever has this one it is closed."""
    protocol = connection._protocol
    new = type(connection)(
        protocol,
        connection._transport,
        connection._loop,
        connection._addr,
        connection._config,
        connection._params,
    )
    protocol.set_connection(new)
    connection._aborted = True
    connection._cleanup()
    return new


@contextmanager
def keeping_connections() -> Iterator[KeptConnections]:
    """Let every connection of this process be opened and closed here."""
    kept = KeptConnections()

    async def close(connection: asyncpg.Connection, *, timeout: float | None = None) -> None:
        await kept.close(connection, timeout=timeout)

    asyncpg.connect, asyncpg.Connection.close = kept.connect, close
    try:
        yield kept
    finally:
        asyncpg.connect, asyncpg.Connection.close = CONNECT_ANEW, _CLOSE
