"""Reports are written down: what a web process counted of its clients goes to the database now and then, and at its end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.deprecated_uses import add_uses
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.sandboxes.conduct import add_conduct
from suxin_graphql.conduct import SEEN
from suxin_graphql.usage import NOTED
from suxin_server.loops import keep

EVERY_S: Final = 30.0
_WRITER: Final = Actor.system("deprecated uses")
Counted = TypeVar("Counted")


async def write_conduct(database: Database, *, now: datetime) -> int:
    """Write down what clients of sandboxes were seen to do since the last time; return of how many different kinds."""
    counted = dict(SEEN)
    if not counted:
        return 0

    async def work(session: AsyncSession) -> None:
        await add_conduct(session, counted)

    await database.run(_WRITER, work, now=now)
    _written(SEEN, counted)
    return len(counted)


async def write_uses(database: Database, *, now: datetime) -> int:
    """Write down what was counted since the last time; return of how many different uses. What fails is kept."""
    counted = dict(NOTED)
    if not counted:
        return 0

    async def work(session: AsyncSession) -> None:
        await add_uses(session, counted)

    await database.run(_WRITER, work, now=now)
    _written(NOTED, counted)
    return len(counted)


def _written(kept: Counter[Counted], counted: Mapping[Counted, int]) -> None:
    """Forget what was written down: only once it was, so that a database that is away loses none, and what came meanwhile stays."""
    kept.subtract(counted)
    for one in counted:
        if kept[one] <= 0:
            del kept[one]


@asynccontextmanager
async def written_down(database: Database) -> AsyncIterator[None]:
    """Write every half minute for as long as the block lasts, and once more at its end."""
    writer = asyncio.create_task(keep("deprecated uses", lambda: _write_often(database)))
    try:
        yield
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
        # Whoever stops the server does not wait for a report that cannot be written.
        with suppress(OSError, DBAPIError):
            await write_uses(database, now=datetime.now(UTC))
            await write_conduct(database, now=datetime.now(UTC))


async def _write_often(database: Database) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        await write_uses(database, now=datetime.now(UTC))
        await write_conduct(database, now=datetime.now(UTC))
