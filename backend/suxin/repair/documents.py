"""Documents that go with an application: what is taken, how it is kept, and when it goes.

PDF, JPEG and PNG by their first bytes, whatever a name says; two megabytes each, so that a photograph of a receipt fits.
Each is sealed under a random key of its own, in pieces bound to their place, and is erased as soon as its application has
ended: the window has it then.
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
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.sealed_files import FilePurposes, opened_file, sealed_file
from suxin.kernel.sealed_files import media_type_of as sniffed
from suxin.kernel.sealing import Sealer
from suxin.repair.models import DOCUMENT_KEY, DocumentKind, RepairDocument

MAX_DOCUMENT_BYTES: Final = 2 * 1024 * 1024
MAX_NAME: Final = 100
MAX_LOOSE: Final = 10
"""How many documents a subject may have put down that no application has taken yet."""

LOOSE_LIFE: Final = timedelta(days=1)
FORGET_LOOSE_TOPIC: Final = "repair.document.forget"
PIECE: Final = "repair.document"
"""The purpose for which pieces are sealed, under the document's own key."""

_PURPOSES: Final = FilePurposes(key=DOCUMENT_KEY, piece=PIECE)


class DocumentTooLarge(Refusal):
    """The document is larger than is taken, or empty."""

    code = "REPAIR_DOCUMENT_TOO_LARGE"
    kind = RefusalKind.INVALID
    zh = "文件应在 {limit_mb} MB 以内且不为空"
    en = "A document has at most {limit_mb} MB, and is not empty"


class DocumentTypeRefused(Refusal):
    """The document is none of the types that the window takes."""

    code = "REPAIR_DOCUMENT_TYPE"
    kind = RefusalKind.INVALID
    zh = "只接受 PDF、JPG、PNG 文件"
    en = "Only PDF, JPEG and PNG documents are taken"


class TooManyLoose(Refusal):
    """Many documents were put down that no application has taken."""

    code = "REPAIR_TOO_MANY_DOCUMENTS"
    kind = RefusalKind.LIMITED
    zh = "已上传 {limit} 个尚未提交的文件，请先提交申请"
    en = "{limit} documents wait for an application already; send one first"


def media_type_of(content: bytes) -> str:
    """Return a document's type by its first bytes.

    :raises DocumentTooLarge: if it is larger than ``MAX_DOCUMENT_BYTES``, or empty
    :raises DocumentTypeRefused: if it is none that is taken
    """
    if not 1 <= len(content) <= MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(field="content", limit_mb=MAX_DOCUMENT_BYTES // 1024**2)
    media_type = sniffed(content)
    if media_type is None:
        raise DocumentTypeRefused(field="content")
    return media_type


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
    :raises DocumentTooLarge, DocumentTypeRefused: see ``media_type_of``
    :raises TooManyLoose: if ``MAX_LOOSE`` wait for an application
    """
    subject_id = actor.own_subject
    called = name.strip()
    if not 1 <= len(called) <= MAX_NAME:
        raise Invalid(
            field="name",
            reason_zh=f"应为 1 至 {MAX_NAME} 字",
            reason_en=f"it has 1 to {MAX_NAME} characters",
        )
    media_type = media_type_of(content)
    await _require_room(session, subject_id)
    document_id = new_id(now)
    key_sealed, sealed = sealed_content(sealer, document_id, content)
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
            key_sealed=key_sealed,
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


def sealed_content(sealer: Sealer, document_id: UUID, content: bytes) -> tuple[bytes, bytes]:
    """Return a new key, sealed, and the content sealed under it."""
    return sealed_file(sealer, document_id, content, _PURPOSES)


def opened_content(sealer: Sealer, document: RepairDocument) -> bytes:
    """Return what a document holds.

    :raises SealBroken: if it was erased, or is not what was put down
    """
    return opened_file(
        sealer,
        document.id,
        key_sealed=document.key_sealed,
        content=document.content,
        sha256=document.sha256,
        purposes=_PURPOSES,
    )
