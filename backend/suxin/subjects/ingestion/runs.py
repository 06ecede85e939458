"""Reading batches: chunk by chunk, each committed by itself with how far the batch has come.

While PostgreSQL writes a chunk, a thread makes the next one. Whoever is interrupted, by whatever, has lost the chunk that was
being written, and the next run goes on after the last one that was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.many_rows import put
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.subjects.doors import KeyringStale
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.chunks import Chunks
from suxin.subjects.ingestion.files import (
    Inspected,
    inspect,
    opened_rows,
    temporary_file,
)
from suxin.subjects.ingestion.models import (
    BatchState,
    IngestionBatch,
    IngestionReject,
)
from suxin.subjects.ingestion.parts import forget_file, put_together
from suxin.subjects.ingestion.quality import measure_source
from suxin.subjects.ingestion.refusals import Reject
from suxin.subjects.ingestion.rows import Expected, is_incomplete
from suxin.subjects.ingestion.staging import Chunk, take_over
from suxin.subjects.models import CatalogueItem

Clock = Callable[[], datetime]


class Follow(Protocol):
    """What another context does about the rows that a batch has written, in the transaction that wrote them.

    It is called after each chunk and finds them by their batch, so that nobody reads a row before it was followed.
    """

    def __call__(
        self, session: AsyncSession, *, batch_id: UUID, now: datetime
    ) -> Awaitable[object]:
        """Follow what the batch has written so far."""


class Overtaken(Exception):
    """Another worker took the batch further meanwhile; what this one made is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A batch as a run finds it."""

    id: UUID
    source: str
    last_line: int
    items: frozenset[str]
    follow: Follow | None
    now: datetime


async def run_batch(
    database: Database,
    batch_id: UUID,
    *,
    sealer: Sealer,
    clock: Clock,
    go_on: Callable[[], bool],
    follow: Follow | None = None,
) -> bool:
    """Read a batch for as long as ``go_on`` says, as the batch role; return whether rows are left.

    ``follow`` is what contexts above have to do about what was written; the server gives it (``suxin_server.ingesting``).

    A batch that has ended, or that another run has ended meanwhile, is left as it is.

    :raises KeyringStale: if a person is not found, and doors were made with a key that is not on the ring
    """
    with temporary_file() as file:
        begun = await _begin(database, batch_id, file, sealer=sealer, follow=follow, now=clock())
        if begun is None:
            return False
        try:
            return await _read(database, begun, file, sealer=sealer, clock=clock, go_on=go_on)
        except Refusal as refusal:
            await _fail(database, batch_id, refusal, now=clock())
            return False
        except Overtaken:
            return True
        except KeyringStale as stale:
            # A key that was added while the chunk was made: it is made again. One that is not on the ring needs the operator.
            if stale.version not in sealer.keyring.secrets:
                raise
            return True


async def _begin(
    database: Database,
    batch_id: UUID,
    file: IO[bytes],
    *,
    sealer: Sealer,
    follow: Follow | None,
    now: datetime,
) -> _Begun | None:
    async with database.transaction(_actor(batch_id), now=now) as session:
        batch = await _still_open(session, batch_id, now=now)
        if batch is None:
            return None
        if batch.state is BatchState.RECEIVED:
            batch.begin(now=now)
        await put_together(session, sealer, batch, file)
        items = await session.scalars(
            select(CatalogueItem.code).where(CatalogueItem.retired_in.is_(None))
        )
        return _Begun(
            id=batch_id,
            source=batch.source,
            last_line=batch.last_line,
            items=frozenset(items),
            follow=follow,
            now=now,
        )


async def _read(
    database: Database,
    begun: _Begun,
    file: IO[bytes],
    *,
    sealer: Sealer,
    clock: Clock,
    go_on: Callable[[], bool],
) -> bool:
    inspected = await asyncio.to_thread(inspect, file)
    with _chunks_of(file, inspected, begun, sealer) as chunks:
        after_line = begun.last_line
        chunk = await asyncio.to_thread(next, chunks, None)
        while chunk is not None:
            making = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            try:
                await _write(database, begun, inspected, chunk, after_line=after_line, now=clock())
            finally:
                # The thread cannot be stopped; the file must stay open until it is done with it.
                await asyncio.wait([making])
            after_line, chunk = chunk.last_line, await making
            if chunk is not None and not go_on():
                return True
    await _complete(database, begun, inspected, now=clock())
    return False


@contextmanager
def _chunks_of(
    file: IO[bytes], inspected: Inspected, begun: _Begun, sealer: Sealer
) -> Iterator[Iterator[Chunk]]:
    expected = Expected(source=begun.source, items=begun.items, today=local_day(begun.now))
    with opened_rows(file, inspected.encoding) as opened:
        yield iter(
            Chunks(
                opened.rows,
                opened.places,
                expected,
                sealer=sealer,
                after_line=begun.last_line,
                now=begun.now,
                position=opened.position,
            )
        )


async def _write(
    database: Database,
    begun: _Begun,
    inspected: Inspected,
    chunk: Chunk,
    *,
    after_line: int,
    now: datetime,
) -> None:
    async with database.transaction(_actor(begun.id), now=now) as session:
        batch = await _lock(session, begun.id)
        if batch is None or not batch.is_open or batch.last_line != after_line:
            raise Overtaken
        taken = await take_over(session, chunk, source=begun.source, batch_id=begun.id, now=now)
        if begun.follow is not None:
            await begun.follow(session, batch_id=begun.id, now=now)
        rejects = sorted((*chunk.rejects, *taken.rejects), key=lambda one: one.line)
        await _keep_rejects(session, batch, rejects)
        _say_what_it_is(batch, inspected)
        batch.last_line = chunk.last_line
        batch.bytes_read = min(chunk.bytes_read, inspected.bytes_total)
        batch.rows_read += chunk.read
        batch.rows_added += taken.added
        batch.rows_changed += taken.changed
        batch.rows_unchanged += taken.unchanged
        batch.rows_rejected += len(rejects)
        incomplete = sum(is_incomplete(one.refusal) for one in rejects)
        batch.rows_incomplete += incomplete
        batch.rows_inconsistent += len(rejects) - incomplete
        batch.rows_late += chunk.late


def _say_what_it_is(batch: IngestionBatch, inspected: Inspected) -> None:
    batch.format, batch.encoding = inspected.format, inspected.encoding.value
    batch.bytes_total = inspected.bytes_total


async def _keep_rejects(
    session: AsyncSession, batch: IngestionBatch, rejects: list[Reject]
) -> None:
    """Keep the first rejects of a batch, and of each line one."""
    room = limits.MAX_REJECTS_KEPT - batch.rows_rejected
    kept = {one.line: one.refusal for one in reversed(rejects[: max(room, 0)])}
    await put(
        session,
        IngestionReject,
        [
            {
                "batch_id": batch.id,
                "line": line,
                "code": refusal.code,
                "field": refusal.field,
                "zh": refusal.zh_message,
                "en": refusal.en_message,
            }
            for line, refusal in sorted(kept.items())
        ],
    )


async def _complete(
    database: Database, begun: _Begun, inspected: Inspected, *, now: datetime
) -> None:
    async with database.transaction(_actor(begun.id), now=now) as session:
        batch = await _still_open(session, begun.id, now=now)
        if batch is None:
            return
        _say_what_it_is(batch, inspected)
        batch.bytes_read = inspected.bytes_total
        batch.complete(now=now)
        await _end(session, batch, "subjects.ingestion.completed", now=now)


async def _fail(database: Database, batch_id: UUID, refusal: Refusal, *, now: datetime) -> None:
    async with database.transaction(_actor(batch_id), now=now) as session:
        batch = await _still_open(session, batch_id, now=now)
        if batch is None:
            return
        batch.fail(refusal, now=now)
        await _end(session, batch, "subjects.ingestion.failed", now=now)


async def _end(session: AsyncSession, batch: IngestionBatch, action: str, *, now: datetime) -> None:
    """Forget the file, measure the source anew, and put on record how the batch ended."""
    await _forget(session, batch, now=now)
    append_act(
        session,
        action=action,
        now=now,
        object_type="ingestion_batch",
        object_id=batch.id,
        detail={
            "source": batch.source,
            "rows": batch.rows_read,
            "rows_rejected": batch.rows_rejected,
            "reason": batch.failure_code,
        },
    )


async def _still_open(
    session: AsyncSession, batch_id: UUID, *, now: datetime
) -> IngestionBatch | None:
    """Return a batch that has not ended; of one that was cancelled meanwhile the file is forgotten."""
    batch = await _lock(session, batch_id)
    if batch is not None and batch.state is BatchState.CANCELLED:
        await _forget(session, batch, now=now)
    return batch if batch is not None and batch.is_open else None


async def _forget(session: AsyncSession, batch: IngestionBatch, *, now: datetime) -> None:
    await forget_file(session, batch)
    await measure_source(session, source=batch.source, now=now)


async def _lock(session: AsyncSession, batch_id: UUID) -> IngestionBatch | None:
    return await session.scalar(
        select(IngestionBatch).where(IngestionBatch.id == batch_id).with_for_update()
    )


def _actor(batch_id: UUID) -> Actor:
    return Actor.system(f"ingestion:{batch_id}")
