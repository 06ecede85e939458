"""Databases of the tests' own: copies of one that is built, made and dropped over one connection that stays open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import asyncpg

from suxin_server.postgres import Postgres

MOST_LEFT: Final = 8
"""So many databases may wait to be dropped: some twenty megabytes each."""
NEXT_TRANSACTION: Final = "select pg_snapshot_xmax(pg_current_snapshot())::text"
"""Whatever writes to any database of the server takes this number, also when it is undone."""
CONNECTED: Final = "select exists (select from pg_stat_activity where datname = $1)"


class DatabaseCopies:
    """Makes databases, and drops them a few at a time.

    A server waits a tenth of a second for whoever still leaves a database before it drops it; a test later everybody has left.
    A copy in which nothing was written is as good as new: it is given out once more.
    """

    def __init__(self, administrator: asyncpg.Connection) -> None:
        self._administrator = administrator
        self._left: list[str] = []
        self._made: dict[str, tuple[str, str]] = {}
        self._unwritten: dict[str, str] = {}

    async def make(self, template: str, *, name: str | None = None) -> str:
        """Copy a database that nobody is connected to; return the copy's name."""
        if name is None and (kept := self._unwritten.pop(template, None)):
            if not await self._administrator.fetchval(CONNECTED, kept):
                return await self._made_of(template, kept)
            self._left.append(kept)
        made = name or f"suxin_{uuid4().hex}"
        await self._administrator.execute(
            f"create database {made} owner suxin_owner template {template} strategy file_copy"
        )
        return await self._made_of(template, made)

    async def leave(self, name: str) -> None:
        """Say that a database is no longer wanted."""
        template, since = self._made.pop(name)
        if template not in self._unwritten and since == await self._administrator.fetchval(
            NEXT_TRANSACTION
        ):
            self._unwritten[template] = name
            return
        self._left.append(name)
        if len(self._left) >= MOST_LEFT:
            await self.drop_left()

    async def drop_left(self) -> None:
        """Drop every database that was left."""
        while self._left:
            await self._administrator.execute(f"drop database {self._left.pop()} with (force)")

    async def _made_of(self, template: str, made: str) -> str:
        """Note what the copy is of, and as of when nothing was written in it."""
        self._made[made] = template, await self._administrator.fetchval(NEXT_TRANSACTION)
        return made


@asynccontextmanager
async def copying(server: Postgres) -> AsyncIterator[DatabaseCopies]:
    """Connect as the superuser, for as long as copies are made."""
    administrator = await asyncpg.connect(server.admin_dsn)
    try:
        yield DatabaseCopies(administrator)
    finally:
        await administrator.close()
