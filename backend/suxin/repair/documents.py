"""Documents that go with an application: put down before it, taken by it, and erased as soon as it has ended.

The window has them then. What is taken and how it is kept is in ``suxin.kernel.sealed_documents``.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealed_documents import checked_name, media_type_of, sealed_content
from suxin.kernel.sealing import Sealer
from suxin.repair.models import DOCUMENT, DOCUMENT_KEY, DocumentKind, RepairDocument

MAX_LOOSE: Final = 10
"""How many documents a subject may have put down that no application has taken yet."""

LOOSE_LIFE: Final = timedelta(days=1)
FORGET_LOOSE_TOPIC: Final = "repair.document.forget"


class TooManyLoose(Refusal):
    """Many documents were put down that no application has taken."""

    code = "REPAIR_TOO_MANY_DOCUMENTS"
    kind = RefusalKind.LIMITED
    zh = "已上传 {limit} 个尚未提交的文件，请先提交申请"
    en = "{limit} documents wait for an application already; send one first"


async def put_down_document(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: DocumentKind,
    name: str,
    content: bytes,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Keep a document for an application that the acting subject is about to send; return its id.

    :raises Forbidden: if the actor acts for no subject
    :raises Invalid: if its name is missing or too long
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    :raises TooManyLoose: if ``MAX_LOOSE`` wait for an application
    """
    subject_id = actor.own_subject
    called = checked_name(name)
    media_type = media_type_of(content)
    await _require_room(session, subject_id)
    document_id = new_id(now)
    secret, sealed = sealed_content(sealer, document_id, content, purpose=DOCUMENT)
    session.add(
        RepairDocument(
            subject_id=subject_id,
            id=document_id,
            application_id=None,
            kind=kind,
            name=called,
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            key_sealed=sealer.seal(secret, purpose=DOCUMENT_KEY, row=document_id),
            content=sealed,
            uploaded_at=now,
        )
    )
    await outbox.post(
        session,
        FORGET_LOOSE_TOPIC,
        {"subject_id": subject_id, "document_id": document_id},
        now=now,
        not_before=now + LOOSE_LIFE,
    )
    append_act(
        session,
        action="repair.document.put_down",
        now=now,
        subject_id=subject_id,
        object_type="repair_document",
        object_id=document_id,
        detail={"kind": kind.value, "media_type": media_type, "size_bytes": len(content)},
    )
    await session.flush()
    return document_id


async def _require_room(session: AsyncSession, subject_id: UUID) -> None:
    # Two uploads at once would both find room.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"repair:{subject_id}", 0)))
    )
    loose = await session.scalar(
        select(func.count())
        .select_from(RepairDocument)
        .where(RepairDocument.subject_id == subject_id, RepairDocument.application_id.is_(None))
    )
    if (loose or 0) >= MAX_LOOSE:
        raise TooManyLoose(limit=MAX_LOOSE)


async def forget_loose(
    session: AsyncSession, *, subject_id: UUID, document_id: UUID, now: datetime
) -> bool:
    """Erase a document that no application took in time; return whether there was one."""
    gone = await session.scalar(
        delete(RepairDocument)
        .where(
            RepairDocument.subject_id == subject_id,
            RepairDocument.id == document_id,
            RepairDocument.application_id.is_(None),
            RepairDocument.uploaded_at <= now - LOOSE_LIFE,
        )
        .returning(RepairDocument.id)
        .execution_options(synchronize_session=False)
    )
    return gone is not None


async def erase_contents(session: AsyncSession, *, subject_id: UUID, application_id: UUID) -> None:
    """Erase what the documents of an ended application hold; their names and digests stay with it."""
    await session.execute(
        update(RepairDocument)
        .where(
            RepairDocument.subject_id == subject_id,
            RepairDocument.application_id == application_id,
        )
        .values(key_sealed=None, content=None)
        .execution_options(synchronize_session=False)
    )
