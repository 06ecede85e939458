"""Receiving batches: what is sent is put down with its key, and read by a job."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.subjects.ingestion import queries
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.ingestion.policies import RECORD_INGEST

RUN_TOPIC: Final = "subjects.ingestion.run"


async def receive_batch(
    session: AsyncSession, actor: Actor, *, delivery: Delivery, now: datetime
) -> IngestionBatch:
    """Put a delivery in the queue, to be read by the platform; the same one again is the same batch.

    :raises Forbidden: if the actor may not take records in
    :raises Invalid, FileTooLarge, BatchKeyTaken, BacklogFull: see ``put_down``
    """
    actor.require(RECORD_INGEST)
    before = await queries.batch_of_key(session, delivery.source, delivery.batch_key)
    batch = await put_down(
        session, delivery=delivery, staff_id=actor.staff_id, client_id=actor.client_id, now=now
    )
    if before is None:
        await outbox.post(session, RUN_TOPIC, {"batch_id": batch.id}, now=now, wake=True)
    return batch
