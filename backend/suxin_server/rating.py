"""Rural ratings in the worker: votes joined, notices ended, hearings opened, grades given and ended, areas counted, all of it told.

Set-based work is the batch role's, a transaction each; whoever took his consent back is taken out first, and telling is the platform's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.rural.combining import combine_cycles, reckon_again
from suxin.rural.counting import count_areas
from suxin.rural.effecting import (
    CHUNK,
    carry_out_hearings,
    end_notices,
    expire_grades,
    give_grades,
    open_hearings,
)
from suxin.rural.redating import redate_hearings
from suxin.rural.telling import TOLD_AT_ONCE, tell_of_ends, tell_of_entries
from suxin.rural.withdrawing import LIMIT, take_out_withdrawn

FIRST_AFTER_S: Final = 30.0
LOOK_S: Final = 10.0
COUNT_AGAIN: Final = timedelta(minutes=10)
"""How often areas are counted, besides when a rating changed (proposed default)."""

_RATER: Final = Actor.system("rural")
Work = Callable[..., Awaitable[int]]

log = structlog.get_logger("suxin.rating")


async def rate_all(batch: Database, database: Database, *, now: datetime) -> int:
    """Do what is due about ratings; return how many steps were taken."""
    done = await _until(database, take_out_withdrawn, LIMIT, now=now)
    for work in (combine_cycles, reckon_again, end_notices, redate_hearings, carry_out_hearings):
        done += await _once(batch, work, now=now)
    for work in (open_hearings, give_grades):
        done += await _until(batch, work, CHUNK, now=now)
    done += await _once(batch, expire_grades, now=now)
    for work in (tell_of_entries, tell_of_ends):
        await _until(database, work, TOLD_AT_ONCE, now=now)
    return done


async def count_all(batch: Database, *, now: datetime) -> None:
    """Count every area anew."""
    async with batch.transaction(_RATER, now=now) as session:
        await count_areas(session, now=now)


async def _once(database: Database, work: Work, *, now: datetime) -> int:
    async def step(session: AsyncSession) -> int:
        return await work(session, now=now)

    return await database.run(_RATER, step, now=now)


async def _until(database: Database, work: Work, most: int, *, now: datetime) -> int:
    """Go on in transactions of at most ``most`` until one has less to do."""
    total, done = 0, most
    while done == most:
        done = await _once(database, work, now=now)
        total += done
    return total


async def rate_forever(batch: Database, database: Database) -> None:
    """Look for ratings six times a minute."""
    await asyncio.sleep(FIRST_AFTER_S)
    counted: datetime | None = None
    while True:
        now = datetime.now(UTC)
        changed = await rate_all(batch, database, now=now)
        if changed or counted is None or now - counted > COUNT_AGAIN:
            await count_all(batch, now=now)
            counted = now
        if changed:
            log.info("ratings moved on", steps=changed)
        await asyncio.sleep(LOOK_S)
