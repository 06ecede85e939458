"""What nobody needs any more is deleted once a day, in chunks that hold no lock for long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import idempotency, outbox
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.subjects.models import MiniSession, PhoneCode
from suxin.tenancy.models import DeskSession, LogInFailure

CHUNK: Final = 1_000
PAUSE_S: Final = 0.05
FIRST_AFTER_S: Final = 60.0
EVERY_S: Final = 24 * 3600.0
OUTBOX_KEPT_FOR: Final = timedelta(days=30)
# An ended session is kept for a day, so that a page can still say that it has ended.
SESSIONS_KEPT_FOR: Final = timedelta(days=1)
_EXPIRING: Final = (DeskSession, LogInFailure, MiniSession, PhoneCode)
_PRUNER: Final = Actor.system("prune")

Chunk = Callable[[AsyncSession], Awaitable[int]]


async def prune(database: Database, *, now: datetime) -> dict[str, int]:
    """Delete finished outbox rows, forgotten idempotency keys, and expired sessions and counts; return how many of each."""
    before = now - OUTBOX_KEPT_FOR
    kept_since = now - idempotency.KEPT_FOR
    gone = {
        "outbox": await _in_chunks(
            database, lambda session: outbox.prune(session, before=before, limit=CHUNK), now
        ),
        "idempotency_keys": await _in_chunks(
            database,
            lambda session: idempotency.prune(session, before=kept_since, limit=CHUNK),
            now,
        ),
    }
    for model in _EXPIRING:
        gone[model.__tablename__] = await _in_chunks(database, _expired(model, now), now)
    return gone


async def prune_daily(database: Database) -> None:
    """Prune a minute after the start and then every day."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        await prune(database, now=datetime.now(UTC))
        await asyncio.sleep(EVERY_S)


def _expired(
    model: type[DeskSession | LogInFailure | MiniSession | PhoneCode], now: datetime
) -> Chunk:
    # Each of these tables is found by what it hashes or counts, its only key column.
    key = list(model.__table__.primary_key)

    async def work(session: AsyncSession) -> int:
        old = select(*key).where(model.expires_at < now - SESSIONS_KEPT_FOR).limit(CHUNK)
        async with doorway(session):
            gone = await session.execute(
                delete(model)
                .where(tuple_(*key).in_(old))
                .returning(*key)
                .execution_options(synchronize_session=False)
            )
            return len(gone.all())

    return work


async def _in_chunks(database: Database, chunk: Chunk, now: datetime) -> int:
    total = 0
    while True:
        async with database.transaction(_PRUNER, now=now) as session:
            gone = await chunk(session)
        total += gone
        if gone < CHUNK:
            return total
        await asyncio.sleep(PAUSE_S)
