"""The context of one request: who asks, when, and through which snapshot he reads."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, forget_reading
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.snapshots import OpenSnapshot
from suxin_web.runtime import Runtime


class Snapshot:
    """The request's one read snapshot, opened when it is first needed and used in turns, as of the clock where the caller is.

    One connection cannot answer two sibling fields at once, so each root field waits for its turn. When the snapshot
    closes, the receipts of what was read are committed; the answer is sent only after that.
    """

    def __init__(self, database: Database, actor: Actor, *, now: datetime) -> None:
        self._database = database
        self._actor = actor
        self._now = now + actor.ahead
        self._turns = asyncio.Lock()
        self._opened = AsyncExitStack()
        self._snapshot: OpenSnapshot | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[OpenSnapshot]:
        """Give the snapshot to one reader at a time."""
        async with self._turns:
            if self._snapshot is None:
                opening = self._database.reading(self._actor, now=self._now)
                self._snapshot = await self._opened.enter_async_context(opening)
            yield self._snapshot

    async def forget(self) -> None:
        """End the snapshot as if nothing had been read from it: no receipts, and nothing used up."""
        async with self._turns:
            read = None if self._snapshot is None else self._snapshot.opened_session
            if read is not None:
                forget_reading(read)
            self._snapshot = None
            await self._opened.aclose()

    async def close(self) -> None:
        """End the snapshot and commit its receipts; the next reader sees what was committed since."""
        async with self._turns:
            self._snapshot = None
            await self._opened.aclose()


class LoneReading:
    """What reads the one statement of an operation that needs no other, in place of a snapshot."""

    def __init__(self, database: Database, actor: Actor, *, now: datetime) -> None:
        self._database = database
        self._actor = actor
        self._now = now

    async def rows(self, statement: SingleStep, **given: object) -> Sequence[Any]:
        """Return what the statement finds; ``given`` are the values of its named parameters."""
        return await self._database.read_alone(self._actor, statement, given, now=self._now)

    def session(self) -> AsyncSession:
        """Tell that there is none: a session reads more than one statement, and perhaps leaves receipts."""
        message = "a lone reading has no session"
        raise RuntimeError(message)


Reader = OpenSnapshot | LoneReading


@dataclass(slots=True, kw_only=True)
class Context:
    """What every resolver works with. ``now`` is the machine's clock, as in everything that guards the platform."""

    runtime: Runtime
    actor: Actor
    now: datetime
    snapshot: Snapshot
    dossiers: int = field(default=0)
    """How many applicants' records this request has opened."""

    announced: UUID | None = None
    """The thing of the event that is being told, where this is one of a stream."""
    spent: int = field(default=0)
    """What was really read, in points; the formula is in ``suxin_graphql.prices``."""

    @property
    def world_now(self) -> datetime:
        """What the clock says where the caller is: in a sandbox its own, and the machine's everywhere else."""
        return self.now + self.actor.ahead

    def spend(self, points: int) -> None:
        """Count what is read."""
        self.spent += points

    def alone(self) -> LoneReading:
        """Return what reads a statement that nothing else is read with."""
        return LoneReading(self.runtime.database, self.actor, now=self.world_now)

    async def forget(self) -> None:
        """Go back to before anything was read."""
        self.dossiers = self.spent = 0
        await self.snapshot.forget()


Info = strawberry.Info[Context, None]
