"""The deprecation report is written down: what a web process counted goes to the database now and then, and at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.deprecated_uses import add_uses
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_graphql.usage import NOTED
from suxin_server.loops import keep

EVERY_S: Final = 30.0
_WRITER: Final = Actor.system("deprecated uses")


async def write_uses(database: Database, *, now: datetime) -> int:
    """Write down what was counted since the last time; return of how many different uses. What fails is kept."""
    counted = dict(NOTED)
    if not counted:
        return 0

    async def work(session: AsyncSession) -> None:
        await add_uses(session, counted)

    await database.run(_WRITER, work, now=now)
    # Only now, so that a database that is away loses none; what came meanwhile stays.
    NOTED.subtract(counted)
    for use in counted:
        if NOTED[use] <= 0:
            del NOTED[use]
    return len(counted)


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


async def _write_often(database: Database) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        await write_uses(database, now=datetime.now(UTC))
