"""Transactions of several actors that are one: all of them stand, or none does.

Only where people are made up (a demo city): what they did one after another is there as a whole, whenever its writing is stopped.
A request has one actor from its beginning to its end, and never comes here; an architecture test lists who does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, enter, settle


class Together:
    """One transaction, in which actors take their turns."""

    def __init__(self, session: AsyncSession) -> None:
        self._session: Final = session

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, now: datetime) -> AsyncIterator[AsyncSession]:
        """Let an actor take his turn; whatever he refuses undoes everything."""
        session = self._session
        await enter(session, actor, now)
        yield session
        await settle(session)
        # Who comes next reads for himself.
        session.expunge_all()


@asynccontextmanager
async def together(database: Database, *, now: datetime) -> AsyncIterator[Together]:
    """Open a transaction for several actors, and commit it at the end."""
    async with database.transaction(Actor.system("together"), now=now) as session:
        yield Together(session)
