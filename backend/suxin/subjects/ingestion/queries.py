"""Batches, their rejects and the quality of sources, as the city's operator sees them."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.subjects.ingestion.models import (
    OPEN_STATES,
    BatchEnded,
    IngestionBatch,
    IngestionReject,
    SourceQuality,
)


def ingestion_batches() -> Select[IngestionBatch]:
    """Return the batches of every source, the latest first."""
    return select(IngestionBatch).order_by(IngestionBatch.id.desc())


async def ingestion_batch(session: AsyncSession, batch_id: UUID) -> IngestionBatch:
    """Return one batch.

    :raises NotFound: if the caller sees none of that id
    """
    batch = await session.get(IngestionBatch, batch_id)
    if batch is None:
        raise NotFound(thing_zh="批次", thing_en="batch")
    return batch


async def lock_batch(session: AsyncSession, batch_id: UUID) -> IngestionBatch:
    """Return one batch, which is read no further until the transaction ends.

    :raises NotFound: if the caller may not change one of that id
    """
    await ingestion_batch(session, batch_id)
    batch = await session.scalar(
        select(IngestionBatch)
        .where(IngestionBatch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise BatchEnded
    return batch


async def batch_of_key(session: AsyncSession, source: str, batch_key: str) -> IngestionBatch | None:
    """Return the batch that a source sent under a key, if it has sent one."""
    return await session.scalar(
        select(IngestionBatch).where(
            IngestionBatch.source == source, IngestionBatch.batch_key == batch_key
        )
    )


async def batches_waiting(session: AsyncSession) -> int:
    """Return how many batches wait or run."""
    counted = select(func.count()).where(IngestionBatch.state.in_(OPEN_STATES))
    return await session.scalar(counted) or 0


def ingestion_rejects(batch_id: UUID, *, from_line: int = 0) -> Select[IngestionReject]:
    """Return the kept rejects of a batch from a line on, by line."""
    return (
        select(IngestionReject)
        .where(IngestionReject.batch_id == batch_id, IngestionReject.line >= from_line)
        .order_by(IngestionReject.line)
    )


def source_qualities() -> Select[SourceQuality]:
    """Return how good each source is, by its name."""
    return select(SourceQuality).order_by(SourceQuality.source)
