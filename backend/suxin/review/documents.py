"""Documents that go with a case: put down before it is filed or supplemented, taken by it, and erased with it.

What is taken and how it is kept is in ``suxin.kernel.sealed_documents``. A case that nobody decided on, because it was taken
back or lapsed, proves nothing: what its documents hold is erased as it ends.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.sealed_documents import checked_name, media_type_of, sealed_content
from suxin.kernel.sealing import Sealer
from suxin.review import queries
from suxin.review.models import DOCUMENT, DOCUMENT_KEY, CaseDocument, ReviewCase

MAX_DOCUMENTS: Final = 10
"""How many documents one case may have, all rounds together."""

MAX_LOOSE: Final = 10
"""How many documents a subject may have put down that no case has taken yet."""

LOOSE_LIFE: Final = timedelta(days=1)
FORGET_LOOSE_TOPIC: Final = "review.document.forget"


class TooManyLooseDocuments(Refusal):
    """Many documents were put down that no case has taken."""

    code = "CASE_TOO_MANY_DOCUMENTS"
    kind = RefusalKind.LIMITED
    zh = "已上传 {limit} 个尚未提交的文件，请先提交申请"
    en = "{limit} documents wait for a case already; file one first"


async def put_down_evidence(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    content: bytes,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Keep a document for a case that the acting subject is about to file or supplement; return its id.

    :raises Forbidden: if the actor acts for no subject
    :raises Invalid: if its name is missing or too long
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    :raises TooManyLooseDocuments: if ``MAX_LOOSE`` wait for a case
    """
    subject_id = actor.own_subject
    called, media_type = checked_name(name), media_type_of(content)
    await _require_room(session, subject_id)
    document_id = new_id(now)
    secret, pieces = sealed_content(sealer, document_id, content, purpose=DOCUMENT)
    session.add(
        CaseDocument(
            subject_id=subject_id,
            id=document_id,
            case_id=None,
            office_id=None,
            name=called,
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            key_sealed=sealer.seal(secret, purpose=DOCUMENT_KEY, row=document_id),
            content=pieces,
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
        action="review.document.put_down",
        now=now,
        subject_id=subject_id,
        object_type="case_document",
        object_id=document_id,
        detail={"media_type": media_type, "size_bytes": len(content)},
    )
    await session.flush()
    return document_id


async def _require_room(session: AsyncSession, subject_id: UUID) -> None:
    # Two uploads at once would both find room.
    key = func.hashtextextended(f"evidence:{subject_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    loose = await session.scalar(
        select(func.count())
        .select_from(CaseDocument)
        .where(CaseDocument.subject_id == subject_id, CaseDocument.case_id.is_(None))
    )
    if (loose or 0) >= MAX_LOOSE:
        raise TooManyLooseDocuments(limit=MAX_LOOSE)


async def attach_documents(
    session: AsyncSession, case: ReviewCase, document_ids: Sequence[UUID]
) -> None:
    """Let a case take documents that its subject has put down.

    :raises Invalid: if the case would have more than ``MAX_DOCUMENTS``
    :raises NotFound: if the subject has no such document that is still free
    """
    wanted = set(document_ids)
    if not wanted:
        return
    there = await queries.documents_in(session, case.subject_id, [case.id])
    if len(there) + len(wanted) > MAX_DOCUMENTS:
        raise Invalid(
            field="documents",
            reason_zh=f"一件申请最多 {MAX_DOCUMENTS} 份材料",
            reason_en=f"a case has at most {MAX_DOCUMENTS} documents",
        )
    found = await queries.loose_documents(session, case.subject_id, sorted(wanted))
    if len(found) != len(wanted):
        raise NotFound(thing_zh="材料", thing_en="document", field="documents")
    for document in found:
        document.case_id, document.office_id = case.id, case.office_id
    await session.flush()


async def erase_contents(session: AsyncSession, case: ReviewCase) -> None:
    """Erase what the documents of a case hold that nobody decided on; their names and digests stay with it."""
    await session.execute(
        update(CaseDocument)
        .where(CaseDocument.subject_id == case.subject_id, CaseDocument.case_id == case.id)
        .values(key_sealed=None, content=None)
        .execution_options(synchronize_session=False)
    )


async def forget_loose(
    session: AsyncSession, *, subject_id: UUID, document_id: UUID, now: datetime
) -> bool:
    """Erase a document that no case took in time; return whether there was one."""
    gone = await session.scalar(
        delete(CaseDocument)
        .where(
            CaseDocument.subject_id == subject_id,
            CaseDocument.id == document_id,
            CaseDocument.case_id.is_(None),
            CaseDocument.uploaded_at <= now - LOOSE_LIFE,
        )
        .returning(CaseDocument.id)
        .execution_options(synchronize_session=False)
    )
    return gone is not None
