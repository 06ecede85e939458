"""Databases of the tests' own: copies of one that is built, made and dropped over one connection that stays open."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import asyncpg
from kept_connections import CONNECT_ANEW, KeptConnections, keeping_connections
from restoring import NEXT_TRANSACTION, Held, Keeper, held

from suxin_server.postgres import Postgres

MOST_LEFT: Final = 8
"""So many databases may wait to be dropped: some twenty megabytes each."""
PATIENCE: Final = 20
PAUSE_S: Final = 0.005
CONNECTED: Final = (
    "select exists (select from pg_stat_activity where datname = $1 and pid <> all($2::int[]))"
)


@dataclass(slots=True)
class _Copy:
    """A copy that was given out."""

    name: str
    template: str
    since: str = ""
    """The first transaction that may have written in it since it was as new."""
    keeper: Keeper | None = None


class DatabaseCopies:
    """Makes databases, gives them out again when what was written in them is undone, and drops the others a few at a time.

    A server waits a tenth of a second for whoever still leaves a database before it drops it; a test later everybody has left.
    """

    def __init__(
        self, server: Postgres, administrator: asyncpg.Connection, connections: KeptConnections
    ) -> None:
        self._address = server.admin_dsn.rsplit("/", 1)[0]
        self._administrator = administrator
        self._connections = connections
        self._held: dict[str, Held] = {}
        self._given: dict[str, _Copy] = {}
        self._free: dict[str, list[_Copy]] = defaultdict(list)
        self._left: list[str] = []

    async def make(self, template: str, *, name: str | None = None) -> str:
        """Copy a database that nobody is connected to; return the copy's name."""
        copy = None if name else await self._as_new(template)
        if copy is None:
            copy = _Copy(name or f"suxin_{uuid4().hex}", template)
            await self._administrator.execute(
                f"create database {copy.name} owner suxin_owner template {template} strategy file_copy"
            )
            if name is None:
                self._connections.keep(copy.name)
        copy.since = await self._administrator.fetchval(NEXT_TRANSACTION)
        self._given[copy.name] = copy
        return copy.name

    async def leave(self, name: str) -> None:
        """Say that a database is no longer wanted."""
        copy = self._given.pop(name)
        if self._connections.take_back(name):
            await self._until_left(copy)
        unwritten = copy.since == await self._administrator.fetchval(NEXT_TRANSACTION)
        if unwritten or await self._restored(copy):
            self._free[copy.template].append(copy)
        else:
            await self._drop_soon(copy)

    async def drop_left(self) -> None:
        """Drop every database that was left."""
        while self._left:
            await self._administrator.execute(f"drop database {self._left.pop()} with (force)")

    async def close(self) -> None:
        """Close every connection to a copy; the copies themselves go with the server."""
        for copy in (
            *self._given.values(),
            *(copy for free in self._free.values() for copy in free),
        ):
            await self._part_with(copy)

    async def _as_new(self, template: str) -> _Copy | None:
        """Return a copy of this template that nobody has and nothing was written in."""
        while free := self._free[template]:
            copy = free.pop()
            if not await self._somebody_has(copy):
                return copy
            await self._drop_soon(copy)
        return None

    async def _until_left(self, copy: _Copy) -> None:
        """Wait a moment for the server to see that connections were broken off."""
        for _ in range(PATIENCE):
            if not await self._somebody_has(copy):
                return
            await asyncio.sleep(PAUSE_S)

    async def _somebody_has(self, copy: _Copy) -> bool:
        known = self._connections.waiting(copy.name)
        if copy.keeper is not None:
            known.append(copy.keeper.connection.get_server_pid())
        return await self._administrator.fetchval(CONNECTED, copy.name, known)

    async def _restored(self, copy: _Copy) -> bool:
        if await self._somebody_has(copy):
            return False
        try:
            if copy.keeper is None:
                copy.keeper = await self._keeper_of(copy)
            return await copy.keeper.restore(copy.since)
        except asyncpg.UndefinedTableError:
            # One is gone, or has another name.
            return False

    async def _keeper_of(self, copy: _Copy) -> Keeper:
        if copy.template not in self._held:
            self._held[copy.template] = await self._read(copy.template)
        connection = await CONNECT_ANEW(f"{self._address}/{copy.name}")
        try:
            return await Keeper.of(connection, self._held[copy.template])
        except asyncpg.PostgresError:
            await connection.close()
            raise

    async def _read(self, template: str) -> Held:
        connection = await asyncpg.connect(f"{self._address}/{template}")
        try:
            return await held(connection)
        finally:
            await connection.close()

    async def _drop_soon(self, copy: _Copy) -> None:
        await self._part_with(copy)
        self._left.append(copy.name)
        if len(self._left) >= MOST_LEFT:
            await self.drop_left()

    async def _part_with(self, copy: _Copy) -> None:
        await self._connections.give_up(copy.name)
        if copy.keeper is not None:
            await copy.keeper.connection.close()


@asynccontextmanager
async def copying(server: Postgres) -> AsyncIterator[DatabaseCopies]:
    """Connect as the superuser, for as long as copies are made."""
    administrator = await asyncpg.connect(server.admin_dsn)
    try:
        with keeping_connections() as connections:
            copies = DatabaseCopies(server, administrator, connections)
            try:
                yield copies
            finally:
                await copies.close()
    finally:
        await administrator.close()
