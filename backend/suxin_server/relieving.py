"""Notices of exemption in the worker: counted, applied and ended as the batch role, and told of by the platform; and what became of proposed renewals."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters.counting import count_disasters
from suxin.disasters.proposing import lapse_renewals
from suxin.disasters.telling import tell_of_renewals
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.relief.applying import (
    CHUNK,
    end_chunk,
    exempt_chunk,
    notices_to_apply,
    notices_to_end,
)
from suxin.relief.counting import count_notices
from suxin.relief.lapsing import end_over
from suxin.relief.models import DisasterNotice
from suxin.relief.telling import TOLD_AT_ONCE, tell_of_exemptions

FIRST_AFTER_S: Final = 25.0
LOOK_S: Final = 10.0
AGAIN: Final = timedelta(minutes=10)
"""How soon what came in late, or is disputed no longer, falls within a notice in force (proposed default)."""

_RELIEVER: Final = Actor.system("relief")
_Chunk = Callable[..., Awaitable[int]]

log = structlog.get_logger("suxin.relieving")


async def relieve_all(batch: Database, database: Database, *, now: datetime) -> int:
    """Count, end, apply and tell of notices, whatever is due; return how many records changed."""
    async with database.transaction(_RELIEVER, now=now) as session:
        await end_over(session, now=now)
    async with batch.transaction(_RELIEVER, now=now) as session:
        await count_notices(session, now=now)
        due = await notices_to_apply(session, since=now - AGAIN)
        over = await notices_to_end(session)
    changed = 0
    for notices, chunk in ((due, exempt_chunk), (over, end_chunk)):
        for notice in notices:
            changed += await _in_chunks(batch, notice, chunk, now=now)
    told = TOLD_AT_ONCE
    while told == TOLD_AT_ONCE:
        told = await database.run(
            _RELIEVER, lambda work: tell_of_exemptions(work, now=now), now=now
        )
    return changed


async def follow_renewals(database: Database, *, now: datetime) -> int:
    """Let proposed renewals lapse whose loans have ended, tell borrowers where theirs stand, and count; return how many were told."""
    async with database.transaction(_RELIEVER, now=now) as session:
        await lapse_renewals(session, now=now)
    told, last = 0, TOLD_AT_ONCE
    while last == TOLD_AT_ONCE:
        last = await database.run(
            _RELIEVER, lambda work: tell_of_renewals(work, now=now, limit=TOLD_AT_ONCE), now=now
        )
        told += last
    async with database.transaction(_RELIEVER, now=now) as session:
        await count_disasters(session, now=now)
    return told


async def _in_chunks(
    batch: Database, notice: DisasterNotice, chunk: _Chunk, *, now: datetime
) -> int:
    async def work(session: AsyncSession) -> int:
        return await chunk(session, notice, now=now)

    total, done = 0, CHUNK
    while done == CHUNK:
        done = await batch.run(_RELIEVER, work, now=now)
        total += done
    return total


async def relieve_forever(batch: Database, database: Database) -> None:
    """Look for notices and proposed renewals six times a minute."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        changed = await relieve_all(batch, database, now=datetime.now(UTC))
        if changed:
            log.info("notices applied", records=changed)
        told = await follow_renewals(database, now=datetime.now(UTC))
        if told:
            log.info("borrowers told of renewals", renewals=told)
        await asyncio.sleep(LOOK_S)
