"""The context of one request: who asks, when, and through which snapshot he reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, forget_reading
from suxin_web.runtime import Runtime


class Snapshot:
    """The request's one read snapshot, opened when it is first needed and used in turns.

    One connection cannot answer two sibling fields at once, so each root field waits for its turn. When the snapshot
    closes, the receipts of what was read are committed; the answer is sent only after that.
    """

    def __init__(self, database: Database, actor: Actor, *, now: datetime) -> None:
        self._database = database
        self._actor = actor
        self._now = now
        self._turns = asyncio.Lock()
        self._opened = AsyncExitStack()
        self._session: AsyncSession | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncSession]:
        """Give the snapshot to one reader at a time."""
        async with self._turns:
            if self._session is None:
                opening = self._database.snapshot(self._actor, now=self._now)
                self._session = await self._opened.enter_async_context(opening)
            yield self._session

    async def forget(self) -> None:
        """End the snapshot as if nothing had been read from it: no receipts, and nothing used up."""
        async with self._turns:
            if self._session is not None:
                forget_reading(self._session)
                self._session = None
            await self._opened.aclose()

    async def close(self) -> None:
        """End the snapshot and commit its receipts; the next reader sees what was committed since."""
        async with self._turns:
            self._session = None
            await self._opened.aclose()


@dataclass(slots=True, kw_only=True)
class Context:
    """What every resolver works with."""

    runtime: Runtime
    actor: Actor
    now: datetime
    snapshot: Snapshot
    dossiers: int = field(default=0)
    """How many applicants' records this request has opened."""

    spent: int = field(default=0)
    """What was really read, in points; the formula is in ``suxin_graphql.prices``."""

    def spend(self, points: int) -> None:
        """Count what is read."""
        self.spent += points

    async def forget(self) -> None:
        """Go back to before anything was read."""
        self.dossiers = self.spent = 0
        await self.snapshot.forget()


Info = strawberry.Info[Context, None]
