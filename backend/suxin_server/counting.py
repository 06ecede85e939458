"""The city's figures, counted anew once a day by the worker as the batch role."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.lending.statistics import count_population, measure_speeds

FIRST_AFTER_S: Final = 30.0
EVERY_S: Final = 24 * 3600.0
_COUNTER: Final = Actor.system("statistics")


async def count_all(database: Database, *, now: datetime) -> None:
    """Count the population and measure the banks, each in a transaction of its own."""
    async with database.transaction(_COUNTER, now=now) as session:
        await count_population(session)
    async with database.transaction(_COUNTER, now=now) as session:
        await measure_speeds(session, now=now)


async def count_daily(database: Database) -> None:
    """Count half a minute after the start and then every day."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        await count_all(database, now=datetime.now(UTC))
        await asyncio.sleep(EVERY_S)
