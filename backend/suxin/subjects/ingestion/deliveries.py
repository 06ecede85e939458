"""Deliveries: what a source sends, put down as a batch of its key until it is read."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.identifiers import holds_resident_id
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.subjects.commitments.outcomes import SOURCE as OF_COMMITMENTS
from suxin.subjects.declarations import SOURCE as DECLARED_BY_SUBJECT
from suxin.subjects.ingestion import limits, queries
from suxin.subjects.ingestion.models import BatchState, IngestionBatch
from suxin.subjects.ingestion.parts import keep_file
from suxin.subjects.ingestion.refusals import (
    BacklogFull,
    BatchKeyTaken,
    FileTooLarge,
    ResidentIdInText,
)
from suxin.subjects.ingestion.unpacking import MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a source sends: its own key for it, what the file is called, and its bytes as they are."""

    source: str
    batch_key: str
    file_name: str
    content: bytes


async def put_down(
    session: AsyncSession,
    *,
    delivery: Delivery,
    sealer: Sealer,
    staff_id: UUID | None,
    client_id: str | None,
    now: datetime,
) -> IngestionBatch:
    """Write a delivery down, sealed, as a batch of its source, without anybody reading it yet; return the one there is already.

    :raises Invalid: if source, key or file name is empty or too long, or the file is empty
    :raises ResidentIdInText: if one stands in its key or its file's name, which are kept and shown
    :raises FileTooLarge: if it exceeds ``limits.MAX_FILE_BYTES``
    :raises BatchKeyTaken: if the source sent something else under this key
    :raises BacklogFull: if ``limits.MAX_WAITING`` batches wait
    """
    _check(delivery, local_day(now))
    sha256 = hashlib.sha256(delivery.content).hexdigest()
    known = await queries.batch_of_key(session, delivery.source, delivery.batch_key)
    if known is not None:
        if known.sha256 != sha256:
            raise BatchKeyTaken(field="batchKey", key=delivery.batch_key)
        return known
    if await queries.batches_waiting(session) >= limits.MAX_WAITING:
        raise BacklogFull(limit=limits.MAX_WAITING)
    batch = IngestionBatch(
        id=new_id(now),
        source=delivery.source,
        batch_key=delivery.batch_key,
        sha256=sha256,
        file_name=delivery.file_name,
        file_bytes=len(delivery.content),
        state=BatchState.RECEIVED,
        staff_id=staff_id,
        client_id=client_id,
        received_at=now,
    )
    session.add(batch)
    keep_file(session, sealer, batch, delivery.content)
    append_act(
        session,
        action="subjects.ingestion.received",
        now=now,
        object_type="ingestion_batch",
        object_id=batch.id,
        detail={"source": batch.source, "batch_key": batch.batch_key, "sha256": sha256},
    )
    await session.flush()
    return batch


def _check(delivery: Delivery, today: date) -> None:
    for field, value, most in (
        ("source", delivery.source, limits.MAX_SOURCE_CHARACTERS),
        ("batchKey", delivery.batch_key, limits.MAX_KEY_CHARACTERS),
        ("fileName", delivery.file_name, limits.MAX_FILE_NAME_CHARACTERS),
    ):
        if not value.strip() or len(value) > most:
            raise Invalid(
                field=field,
                reason_zh=f"应为 1 至 {most} 字",
                reason_en=f"it has 1 to {most} characters",
            )
        if holds_resident_id(value, today=today):
            raise ResidentIdInText(field=field)
    if delivery.source in {DECLARED_BY_SUBJECT, OF_COMMITMENTS}:
        raise Invalid(
            field="source",
            reason_zh="该名称留给自主申报和信用承诺",
            reason_en="this name is kept for what subjects declare and promise",
        )
    if not delivery.content:
        raise Invalid(field="file", reason_zh="文件是空的", reason_en="the file is empty")
    if len(delivery.content) > limits.MAX_FILE_BYTES:
        raise FileTooLarge(field="file", limit_mib=limits.MAX_FILE_BYTES // MEBIBYTE)
