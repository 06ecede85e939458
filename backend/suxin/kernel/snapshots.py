"""An open snapshot: one read-only transaction of one actor, read by compiled statements or through a session.

The reading path sends its statements to the driver itself: SQLAlchemy's share of a short statement is several times the
database's. What asks for a session gets one over the same connection, and so sees the very same rows.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final, cast

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util.concurrency import greenlet_spawn

from suxin.kernel.single_steps import SingleStep

END_S: Final = 5
"""How long the end of a snapshot may take; its connection is thrown away after that."""


class OpenSnapshot:
    """One connection inside a REPEATABLE READ, READ ONLY transaction that carries its actor's row context."""

    def __init__(
        self, engine: AsyncEngine, pooled: PoolProxiedConnection, info: Mapping[str, object]
    ) -> None:
        self._engine = engine
        self._pooled = pooled
        self._info = info
        self._driver: asyncpg.Connection = pooled.driver_connection
        self._session: AsyncSession | None = None

    @property
    def opened_session(self) -> AsyncSession | None:
        """The session, where anything has asked for it."""
        return self._session

    async def rows(self, statement: SingleStep, **given: object) -> Sequence[asyncpg.Record]:
        """Return what a statement finds, as the driver reads it; ``given`` are the values of its named parameters."""
        with _told(statement.sql):
            found: Sequence[asyncpg.Record] = await self._driver.fetch(
                statement.sql, *statement.arguments(given)
            )
        return found

    async def begin(self, message: str) -> None:
        """Begin the transaction under its row context, by one message of several statements."""
        with _told("BEGIN"):
            await self._driver.execute(message)

    def session(self) -> AsyncSession:
        """Return a session that reads in this snapshot."""
        if self._session is None:
            # The transaction is begun already; the adapter must not begin one of its own.
            _adapter(self._pooled).autocommit = True
            connection = Connection(self._engine.sync_engine, self._pooled)
            self._session = AsyncSession(
                AsyncConnection(self._engine, connection), expire_on_commit=False
            )
            self._session.info.update(self._info)
        return self._session

    async def end(self) -> None:
        """End the transaction and give the connection back."""
        try:
            async with asyncio.timeout(END_S):
                if self._session is not None:
                    await self._session.close()
                # A statement of the session that was cut off has taken the connection with it.
                if self._pooled.is_valid:
                    _adapter(self._pooled).autocommit = False
                    await self._driver.execute("ROLLBACK")
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # What was read was read; whatever state the connection is in, nobody else may come to have it.
            self._pooled.invalidate(error)
        finally:
            await greenlet_spawn(self._pooled.close)


@contextmanager
def _told(sql: str) -> Iterator[None]:
    """Tell of the driver's errors as of those of every other statement."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, EmulatedDBAPIException) as error:
        # What was given is people's data and stays out of its text.
        raise DBAPIError(sql, None, error, hide_parameters=True) from error


@asynccontextmanager
async def open_snapshot(
    engine: AsyncEngine, begin: str, info: Mapping[str, object]
) -> AsyncIterator[OpenSnapshot]:
    """Open a snapshot by the message that begins it; ``info`` goes to its session, if it comes to have one."""
    with _told("connect"):
        pooled = await greenlet_spawn(engine.sync_engine.raw_connection)
    snapshot = OpenSnapshot(engine, pooled, info)
    try:
        await snapshot.begin(begin)
        yield snapshot
    finally:
        # A request that is cancelled still gives back what it holds, and only when that is clean.
        await asyncio.shield(asyncio.ensure_future(snapshot.end()))


def _adapter(pooled: PoolProxiedConnection) -> AsyncAdapt_asyncpg_connection:
    return cast("AsyncAdapt_asyncpg_connection", pooled.dbapi_connection)
