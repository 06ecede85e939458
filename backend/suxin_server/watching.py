"""Early warning in the worker: loans that run are looked through soon after something came in, and every ten minutes anyhow."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.lending.warnings.ending import ENDED_AT_ONCE, end_watching
from suxin.lending.warnings.queries import latest_change
from suxin.lending.warnings.raising import watch_loans
from suxin.lending.warnings.telling import TOLD_AT_ONCE, tell_of_warnings
from suxin_server.scoring import Past

FIRST_AFTER_S: Final = 60.0
LOOK_S: Final = 15.0
AT_LATEST: Final = timedelta(minutes=10)
"""How long what is only taken back, disputed or permitted may wait for the next pass (proposed default)."""

_WATCHER: Final = Actor.system("warnings")

log = structlog.get_logger("suxin.watching")


async def watch_all(batch: Database, database: Database, *, now: datetime) -> int:
    """Look all loans through in one transaction, then tell of what changed and end what loans have outlived.

    Return how many warnings were raised.
    """
    async with batch.transaction(_WATCHER, now=now) as session:
        raised = await watch_loans(session, now=now)
    told = TOLD_AT_ONCE
    while told == TOLD_AT_ONCE:
        async with database.transaction(_WATCHER, now=now) as session:
            told = await tell_of_warnings(session, now=now)
    ended = ENDED_AT_ONCE
    while ended == ENDED_AT_ONCE:
        async with database.transaction(_WATCHER, now=now) as session:
            ended = await end_watching(session, now=now)
    return raised


async def watch_forever(batch: Database, database: Database, past: Past | None = None) -> None:
    """Look for new batches, score runs and rules four times a minute, and watch when there are any or it is time.

    ``past`` is what a demo city's early warning begins with.
    """
    await asyncio.sleep(FIRST_AFTER_S)
    if past is not None:
        await past(now=datetime.now(UTC))
    seen: datetime | None = None
    last = datetime.min.replace(tzinfo=UTC)
    while True:
        now = datetime.now(UTC)
        async with batch.transaction(_WATCHER, now=now) as session:
            latest = await latest_change(session)
        if latest != seen or now - last >= AT_LATEST:
            raised = await watch_all(batch, database, now=now)
            log.info("loans watched", raised=raised)
            seen, last = latest, now
        await asyncio.sleep(LOOK_S)
