"""Receiving batches, and cancelling them: what is sent is put down with its key, and read by a job."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.sealing import Sealer
from suxin.kernel.texts import bounded_text
from suxin.subjects.ingestion import queries
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.ingestion.policies import RECORD_INGEST

RUN_TOPIC: Final = "subjects.ingestion.run"
MAX_REASON: Final = 200


async def receive_batch(
    session: AsyncSession, actor: Actor, *, delivery: Delivery, sealer: Sealer, now: datetime
) -> IngestionBatch:
    """Put a delivery in the queue, to be read by the platform; the same one again is the same batch.

    :raises Forbidden: if the actor may not take records in
    :raises Invalid, ResidentIdInText, FileTooLarge, BatchKeyTaken, BacklogFull: see ``put_down``
    """
    actor.require(RECORD_INGEST)
    before = await queries.batch_of_key(session, delivery.source, delivery.batch_key)
    batch = await put_down(
        session,
        delivery=delivery,
        sealer=sealer,
        staff_id=actor.staff_id,
        client_id=actor.client_id,
        now=now,
    )
    if before is None:
        await outbox.post(session, RUN_TOPIC, {"batch_id": batch.id}, now=now, wake=True)
    return batch


async def cancel_batch(
    session: AsyncSession, actor: Actor, *, batch_id: UUID, reason: str, now: datetime
) -> IngestionBatch:
    """Have a batch read no further; what was taken of it stays, and the job that reads it forgets the file.

    :raises Forbidden: if the actor may not take records in, or is a source's system
    :raises NotFound: if the caller sees none of that id
    :raises Invalid: if the reason is empty or too long
    :raises BatchEnded: if it has ended
    """
    actor.require(RECORD_INGEST)
    staff_id = actor.own_staff
    said = bounded_text(reason, "reason", most=MAX_REASON)
    batch = await queries.lock_batch(session, batch_id)
    batch.cancel(said, now=now)
    append_act(
        session,
        action="subjects.ingestion.cancelled",
        now=now,
        object_type="ingestion_batch",
        object_id=batch.id,
        detail={"source": batch.source, "rows": batch.rows_read, "staff_id": str(staff_id)},
    )
    await session.flush()
    return batch
