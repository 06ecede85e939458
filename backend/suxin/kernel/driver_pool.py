"""Connections of the driver itself, for statements that each stand alone: one round trip, and the connection is free again.

They pass over SQLAlchemy's pool and session, whose share of so short a statement is several times the database's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, TypeVar

import asyncpg
import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

WAIT_S: Final = 10
"""How long a statement waits for a connection to be free, or to be opened."""

ROWS_IN_ROWS: Final = "select array(select row(1))"
"""What a connection that may read rows within rows prepares once: so the driver learns what an array of rows is."""

Kind = TypeVar("Kind", bound=asyncpg.Connection)
Given = TypeVar("Given")


class DriverPool(Generic[Kind]):
    """Connections of one kind, opened as they are needed, ``most`` of them at once, and kept."""

    def __init__(
        self, url: str, kind: type[Kind], settings: Mapping[str, str], *, most: int
    ) -> None:
        self._url = url
        self._kind = kind
        self._settings = {"application_name": "suxin", "jit": "off", **settings}
        self._turns = asyncio.Semaphore(most)
        self._free: list[Kind] = []
        self._in_use = 0
        self._closed = False

    @property
    def in_use(self) -> int:
        """How many connections carry out something now."""
        return self._in_use

    async def use(self, sql: str, work: Callable[[Kind], Awaitable[Given]]) -> Given:
        """Carry out ``work``, which sends the statement ``sql``, on a connection of its own.

        :raises DBAPIError: if the statement fails, as every other statement's error
        """
        await self._take_turn()
        connection: Kind | None = None
        try:
            connection = self._kept() or await self._opened()
            return await work(connection)
        except BaseException as error:
            # Whoever leaves in the middle leaves an answer behind that nobody may take for his own.
            if connection is not None and not _of_server(error):
                connection.terminate()
            if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
                # What was given is people's data and stays out of its text.
                raise DBAPIError(sql, None, error, hide_parameters=True) from error
            raise
        finally:
            self._give_back(connection)

    async def close(self) -> None:
        """Close the connections; one that is in use is closed when its statement is done."""
        self._closed = True
        free, self._free = self._free, []
        for connection in free:
            await connection.close()

    async def _take_turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
        else:
            try:
                async with asyncio.timeout(WAIT_S):
                    await self._turns.acquire()
            except TimeoutError:
                message = f"no connection was free within {WAIT_S} s"
                raise PoolTimeout(message) from None
        self._in_use += 1

    def _kept(self) -> Kind | None:
        """Return a free connection that the server has not closed meanwhile."""
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
        return None

    def _give_back(self, connection: Kind | None) -> None:
        # Nothing is left behind by statements that stand alone, so there is nothing to reset.
        self._in_use -= 1
        self._turns.release()
        if connection is None or connection.is_closed():
            return
        if self._closed:
            connection.terminate()
        else:
            self._free.append(connection)

    async def _opened(self) -> Kind:
        try:
            connection: Kind = await asyncpg.connect(
                self._url,
                timeout=WAIT_S,
                server_settings=self._settings,
                connection_class=self._kind,
            )
        except TimeoutError:
            message = f"no connection was opened within {WAIT_S} s"
            raise PoolTimeout(message) from None
        try:
            # JSON is read as the sessions' connections read it, also within a row; its first byte tells its version.
            await connection.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                encoder=lambda text: b"\1" + text.encode(),
                decoder=lambda found: msgspec.json.decode(found[1:]),
                format="binary",
            )
        except BaseException:
            connection.terminate()
            raise
        return connection


def _of_server(error: BaseException) -> bool:
    """Tell whether the server said it, and so has done with the statement; the driver has errors of its own."""
    return isinstance(error, asyncpg.PostgresError) and error.severity is not None
