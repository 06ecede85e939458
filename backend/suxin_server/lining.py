"""Whole-village credit in the worker: lines in force after their notice and ended after their year, leavers taken out, counts, telling and forgetting."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.village_credit.keeping import (
    LIMIT,
    count_rounds,
    end_lines_over,
    forget_ended,
    put_in_force,
    take_out_members,
)
from suxin.village_credit.telling import tell_of_members

FIRST_AFTER_S: Final = 35.0
LOOK_S: Final = 10.0

_LINER: Final = Actor.system("village_credit")
Work = Callable[..., Awaitable[int]]

log = structlog.get_logger("suxin.lining")


async def line_all(database: Database, *, now: datetime) -> int:
    """Do what is due about rounds; return how many households moved on."""
    moved = 0
    for work in (end_lines_over, take_out_members, put_in_force):
        moved += await _until(database, work, now=now)
    for work in (forget_ended, count_rounds, tell_of_members):
        await _until(database, work, now=now)
    return moved


async def _until(database: Database, work: Work, *, now: datetime) -> int:
    """Go on in transactions of at most ``LIMIT`` until one has less to do."""

    async def step(session: AsyncSession) -> int:
        return await work(session, now=now)

    total, done = 0, LIMIT
    while done == LIMIT:
        done = await database.run(_LINER, step, now=now)
        total += done
    return total


async def line_forever(database: Database) -> None:
    """Look for rounds six times a minute."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        moved = await line_all(database, now=datetime.now(UTC))
        if moved:
            log.info("rounds moved on", households=moved)
        await asyncio.sleep(LOOK_S)
