"""Ingestion in the worker: batches are read one after the other, and releases of the catalogue put in force, as the batch role."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.database import Database
from suxin.kernel.outbox import Job
from suxin.kernel.sealing import Sealer
from suxin.repair.results import mark_told_anew
from suxin.subjects.catalogue_drafts import apply_release
from suxin.subjects.ingestion.commands import RUN_TOPIC
from suxin.subjects.ingestion.runs import run_batch

SLICE_S: Final = 20.0
"""How long a batch is read before it stands in the queue again; each chunk is committed by itself before."""

WAITS: Final = timedelta(seconds=1)


read_batch = partial(run_batch, follow=mark_told_anew)
"""Read a batch as ``run_batch`` does; what it tells anew of a repaired record counts no more, before anybody reads it."""


class IngestionRuns:
    """Reads batches, one at a time: chunks take turns in the staging anyway."""

    def __init__(self, batch_url: str, sealer: Sealer, *, slice_s: float = SLICE_S) -> None:
        self._database = Database.connect(batch_url, pool_size=1, max_overflow=1)
        self._sealer = sealer
        self._turn = asyncio.Lock()
        self._slice_s = slice_s

    async def run(self, session: AsyncSession, job: Job) -> None:
        """Read a batch for a while; what is left is posted as the next job."""
        if self._turn.locked():
            await outbox.post(
                session, RUN_TOPIC, job.payload, now=job.now, not_before=job.now + WAITS
            )
            return
        async with self._turn:
            began = time.monotonic()
            left = await read_batch(
                self._database,
                job.uuid("batch_id"),
                sealer=self._sealer,
                clock=lambda: datetime.now(UTC),
                go_on=lambda: time.monotonic() - began < self._slice_s,
            )
        if left:
            await outbox.post(session, RUN_TOPIC, job.payload, now=job.now, wake=True)

    async def apply_release(self, _session: AsyncSession, job: Job) -> None:
        """Put an activated release of the catalogue in force."""
        await apply_release(self._database, job.uuid("draft_id"), now=job.now)

    async def close(self) -> None:
        """Close its connections."""
        await self._database.close()
