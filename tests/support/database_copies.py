"""Databases of the tests' own: copies of one that is built, made and dropped over one connection that stays open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import asyncpg

from suxin_server.postgres import Postgres

MOST_LEFT: Final = 8
"""So many databases may wait to be dropped: some twenty megabytes each."""


class DatabaseCopies:
    """Makes databases, and drops them a few at a time.

    A server waits a tenth of a second for whoever still leaves a database before it drops it; a test later everybody has left.
    """

    def __init__(self, administrator: asyncpg.Connection) -> None:
        self._administrator = administrator
        self._left: list[str] = []

    async def make(self, template: str, *, name: str | None = None) -> str:
        """Copy a database that nobody is connected to; return the copy's name."""
        made = name or f"suxin_{uuid4().hex}"
        await self._administrator.execute(
            f"create database {made} owner suxin_owner template {template} strategy file_copy"
        )
        return made

    async def leave(self, name: str) -> None:
        """Say that a database is no longer wanted."""
        self._left.append(name)
        if len(self._left) >= MOST_LEFT:
            await self.drop_left()

    async def drop_left(self) -> None:
        """Drop every database that was left."""
        while self._left:
            await self._administrator.execute(f"drop database {self._left.pop()} with (force)")


@asynccontextmanager
async def copying(server: Postgres) -> AsyncIterator[DatabaseCopies]:
    """Connect as the superuser, for as long as copies are made."""
    administrator = await asyncpg.connect(server.admin_dsn)
    try:
        yield DatabaseCopies(administrator)
    finally:
        await administrator.close()
