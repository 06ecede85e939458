"""Documents that go with a case: put down before it is filed or supplemented, taken by it, and erased with it.

How they wait and are kept is in ``suxin.kernel.loose_documents``. A case that nobody decided on, because it was taken
back or lapsed, proves nothing: what its documents hold is erased as it ends.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.loose_documents import Tray
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.sealed_documents import Seals, handed_in
from suxin.kernel.sealing import Sealer
from suxin.review import queries
from suxin.review.models import DOCUMENT, DOCUMENT_KEY, ReviewCase

MAX_DOCUMENTS: Final = 10
"""How many documents one case may have, all rounds together."""

FORGET_LOOSE_TOPIC: Final = "review.document.forget"


class TooManyLooseDocuments(Refusal):
    """Many documents were put down that no case has taken."""

    code = "CASE_TOO_MANY_DOCUMENTS"
    kind = RefusalKind.LIMITED
    zh = "已上传 {limit} 个尚未提交的文件，请先提交申请"
    en = "{limit} documents wait for a case already; file one first"


TRAY: Final = Tray(
    shelf=queries.SHELF,
    seals=Seals(content=DOCUMENT, key=DOCUMENT_KEY),
    forget_topic=FORGET_LOOSE_TOPIC,
    full=TooManyLooseDocuments,
)


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
    given = handed_in(name, content)
    document_id = await TRAY.put_down(
        session, subject_id, given, sealer=sealer, now=now, case_id=None, office_id=None
    )
    append_act(
        session,
        action="review.document.put_down",
        now=now,
        subject_id=subject_id,
        object_type="case_document",
        object_id=document_id,
        detail={"media_type": given.media_type, "size_bytes": len(content)},
    )
    await session.flush()
    return document_id


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
    await TRAY.erase_contents(session, subject_id=case.subject_id, taken_by=case.id)


async def forget_loose(
    session: AsyncSession, *, subject_id: UUID, document_id: UUID, now: datetime
) -> bool:
    """Erase a document that no case took in time; return whether there was one."""
    return await TRAY.forget(session, subject_id=subject_id, document_id=document_id, now=now)
