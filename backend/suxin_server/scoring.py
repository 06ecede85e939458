"""Scoring, by the worker as the batch role: drafts are simulated, and every model in force is run once a month."""

import asyncio
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.scoring.runs import due_models, run_model
from suxin.scoring.simulation import drafts, simulate_model

FIRST_AFTER_S: Final = 20.0
PAST_AFTER_S: Final = 10.0
EVERY_S: Final = 15.0
"""How soon a draft is simulated, and a model put in force is run for the first time."""


class Past(Protocol):
    """Whoever makes up what a demo city's scores were before it was loaded."""

    async def __call__(self, *, now: datetime) -> bool:
        """Make it up unless that was done; return whether there was anything to do."""
        ...


_SCORER: Final = Actor.system("scoring")

log = structlog.get_logger("suxin.scoring")


async def score_all(database: Database, *, now: datetime) -> None:
    """Simulate what was drafted and run what is due, each in a transaction of its own."""
    async with database.transaction(_SCORER, now=now) as session:
        waiting = await drafts(session)
        due = await due_models(session, now=now)
    for model_id in waiting:
        async with database.transaction(_SCORER, now=now) as session:
            await simulate_model(session, model_id, now=now)
    for model_id in due:
        async with database.transaction(_SCORER, now=now) as session:
            report = await run_model(session, model_id, now=now)
        if report is not None:
            log.info("scored", subjects=report.subject_count, tiers=report.tiers)


async def score_forever(database: Database, past: Past | None = None) -> None:
    """Look soon after the start and then four times a minute; ``past`` is what a demo city's scores begin with."""
    await asyncio.sleep(FIRST_AFTER_S if past is None else PAST_AFTER_S)
    while True:
        if past is not None:
            await past(now=datetime.now(UTC))
        await score_all(database, now=datetime.now(UTC))
        await asyncio.sleep(EVERY_S)
