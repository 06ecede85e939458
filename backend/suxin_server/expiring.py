"""Records that are over are erased once a day, a chunk at a time, and before them what was delivered of them; so are old ratings and who left a village."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.retention import erase_deliveries_of
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.rural import keeping as ratings
from suxin.subjects.expiry import erase_expired, expired_records
from suxin.villages import keeping as members

CHUNK: Final = 500
PAUSE_S: Final = 0.05
FIRST_AFTER_S: Final = 75.0
EVERY_S: Final = 24 * 3600.0
_ERASER: Final = Actor.system("expiry")

log = structlog.get_logger("suxin.expiring")


async def erase_over(batch: Database, database: Database, *, now: datetime) -> int:
    """Erase every record that is over with each delivery that tells of it; return how many records.

    Deliveries go first: whoever is interrupted in between finds the record again.
    """
    total = 0
    while True:
        async with batch.snapshot(_ERASER, now=now) as session:
            records = await expired_records(session, limit=CHUNK, now=now)
        if not records:
            return total
        async with database.transaction(_ERASER, now=now) as session:
            for _, told in groupby(records, key=lambda record: record.subject_id):
                await erase_deliveries_of(session, list(told), now=now)
        async with batch.transaction(_ERASER, now=now) as session:
            total += await erase_expired(session, records, now=now)
        await asyncio.sleep(PAUSE_S)


async def forget_over(batch: Database, *, now: datetime) -> dict[str, int]:
    """Forget ratings and members of villages whose time of keeping is over; return how many of each."""
    return {
        "rural_entries": await _in_chunks(batch, ratings.forget_ratings, ratings.CHUNK, now=now),
        "household_members": await _in_chunks(
            batch, members.forget_members, members.CHUNK, now=now
        ),
    }


async def _in_chunks(
    batch: Database, work: Callable[..., Awaitable[int]], most: int, *, now: datetime
) -> int:
    async def step(session: AsyncSession) -> int:
        return await work(session, now=now)

    total, done = 0, most
    while done == most:
        done = await batch.run(_ERASER, step, now=now)
        total += done
    return total


async def erase_daily(batch: Database, database: Database) -> None:
    """Erase what is over a while after the start and then every day."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        erased = await erase_over(batch, database, now=datetime.now(UTC))
        forgotten = await forget_over(batch, now=datetime.now(UTC))
        log.info("expired records erased", records=erased, **forgotten)
        await asyncio.sleep(EVERY_S)
