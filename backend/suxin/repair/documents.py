"""Documents that go with an application: put down before it, taken by it, and erased as soon as it has ended.

The window has them then. How they wait and are kept is in ``suxin.kernel.loose_documents``.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.loose_documents import Tray
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealed_documents import Seals, handed_in
from suxin.kernel.sealing import Sealer
from suxin.repair import queries
from suxin.repair.models import DOCUMENT, DOCUMENT_KEY, DocumentKind

FORGET_LOOSE_TOPIC: Final = "repair.document.forget"


class TooManyLoose(Refusal):
    """Many documents were put down that no application has taken."""

    code = "REPAIR_TOO_MANY_DOCUMENTS"
    kind = RefusalKind.LIMITED
    zh = "已上传 {limit} 个尚未提交的文件，请先提交申请"
    en = "{limit} documents wait for an application already; send one first"


TRAY: Final = Tray(
    shelf=queries.SHELF,
    seals=Seals(content=DOCUMENT, key=DOCUMENT_KEY),
    forget_topic=FORGET_LOOSE_TOPIC,
    full=TooManyLoose,
)


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
    given = handed_in(name, content)
    document_id = await TRAY.put_down(
        session, subject_id, given, sealer=sealer, now=now, application_id=None, kind=kind
    )
    append_act(
        session,
        action="repair.document.put_down",
        now=now,
        subject_id=subject_id,
        object_type="repair_document",
        object_id=document_id,
        detail={
            "kind": kind.value,
            "media_type": given.media_type,
            "size_bytes": len(content),
        },
    )
    await session.flush()
    return document_id


async def forget_loose(
    session: AsyncSession, *, subject_id: UUID, document_id: UUID, now: datetime
) -> bool:
    """Erase a document that no application took in time; return whether there was one."""
    return await TRAY.forget(session, subject_id=subject_id, document_id=document_id, now=now)


async def erase_contents(session: AsyncSession, *, subject_id: UUID, application_id: UUID) -> None:
    """Erase what the documents of an ended application hold; their names and digests stay with it."""
    await TRAY.erase_contents(session, subject_id=subject_id, taken_by=application_id)
