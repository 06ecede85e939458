"""Scoring, by the worker as the batch role: drafts are simulated, and what every model in force says is renewed.

The platform's engine runs a model once a month. A model that the settings name is the city's own system's instead, which is asked once a
day, and after an outage again a little later.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.scoring.runs import due_models
from suxin.scoring.simulation import drafts, simulate_model
from suxin.scoring.sources import CitySystem, Engine, TierProviderUnavailable, TierSource
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.tier_provider import TierProviderClient
from suxin_server.key_file import keyring_source
from suxin_server.settings import Settings

FIRST_AFTER_S: Final = 20.0
PAST_AFTER_S: Final = 10.0
EVERY_S: Final = 2.0
"""How soon a draft is simulated, and a model put in force is run for the first time."""

PAUSE: Final = timedelta(minutes=10)
"""How long the city's system is left alone after it gave no answer (proposed default)."""


class Past(Protocol):
    """Whoever makes up what a demo city's scores were before it was loaded."""

    async def __call__(self, *, now: datetime) -> bool:
        """Make it up unless that was done; return whether there was anything to do."""
        ...


_SCORER: Final = Actor.system("scoring")

log = structlog.get_logger("suxin.scoring")


class Scoring:
    """Simulates drafts and renews tiers; ``outside`` holds the sources of models that the engine does not run, by code."""

    def __init__(self, outside: Mapping[str, TierSource] | None = None) -> None:
        self._outside = outside or {}
        self._engine = Engine()
        self._paused: dict[UUID, datetime] = {}

    async def all_due(self, database: Database, *, now: datetime) -> None:
        """Simulate what was drafted and renew what is due, each in transactions of its own."""
        async with database.transaction(_SCORER, now=now) as session:
            waiting = await drafts(session)
        for model_id in waiting:
            async with database.transaction(_SCORER, now=now) as session:
                await simulate_model(session, model_id, now=now)
        for model_id, source in await self._due(database, now=now):
            await self._renew(database, model_id, source, now=now)

    async def _due(self, database: Database, *, now: datetime) -> list[tuple[UUID, TierSource]]:
        found = []
        for source in {self._engine, *self._outside.values()}:
            async with database.transaction(_SCORER, now=now) as session:
                due = await due_models(session, since=source.due_since(now))
            found += [
                (model_id, source)
                for model_id, code in due
                if self._outside.get(code, self._engine) is source
                and self._paused.get(model_id, now) <= now
            ]
        return found

    async def _renew(
        self, database: Database, model_id: UUID, source: TierSource, *, now: datetime
    ) -> None:
        try:
            report = await source.renew(database, model_id, now=now)
        except TierProviderUnavailable as refusal:
            self._paused[model_id] = now + PAUSE
            log.warning("tiers not renewed", why=refusal.code, model=str(model_id))
        else:
            if report is not None:
                log.info("scored", subjects=report.subject_count, tiers=report.tiers)


@asynccontextmanager
async def open_scoring(settings: Settings) -> AsyncIterator[Scoring]:
    """Open what the settings say tiers come from.

    :raises NotAvailable: if models are the city's system's and its address is missing
    """
    codes = settings.models_from_outside
    if not codes:
        yield Scoring()
        return
    guarded = GuardedClient.to_trusted()
    client = TierProviderClient(
        base_url=settings.need("tiers_base_url"),
        app_id=settings.tiers_app_id,
        secret=settings.tiers_secret.get_secret_value(),
        guarded=guarded,
    )
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    try:
        yield Scoring(dict.fromkeys(codes, CitySystem(client, sealer)))
    finally:
        await guarded.close()


async def score_all(database: Database, *, now: datetime) -> None:
    """Simulate and run what is due by the engine alone."""
    await Scoring().all_due(database, now=now)


async def score_forever(scoring: Scoring, database: Database, past: Past | None = None) -> None:
    """Look soon after the start and then every two seconds; ``past`` is what a demo city's scores begin with."""
    await asyncio.sleep(FIRST_AFTER_S if past is None else PAST_AFTER_S)
    while True:
        if past is not None:
            await past(now=datetime.now(UTC))
        await scoring.all_due(database, now=datetime.now(UTC))
        await asyncio.sleep(EVERY_S)
