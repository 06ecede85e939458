"""Handing a file in for a request: typed, of a kind that its first bytes show, within limits, sealed under a key of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.kernel.sealed_documents import Seals, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.lending.exchange import queries
from suxin.lending.exchange.keeping import KEPT_AFTER, keep_with_request
from suxin.lending.exchange.models import ATTACHMENT, ATTACHMENT_KEY, Attachment, AttachmentKind
from suxin.lending.exchange.standing import ReferralEnded
from suxin.lending.models import LoanRequest, RequestState
from suxin.lending.queries.requests import lock_own_request

MAX_ATTACHMENTS: Final = 20
"""How many files a request may have (proposed default)."""

_SEALS: Final = Seals(content=ATTACHMENT, key=ATTACHMENT_KEY)
_TAKEN: Final = (RequestState.ACCEPTED, RequestState.CONTRACTED)


class TooManyAttachments(Refusal):
    """The request has as many files as it may have."""

    code = "TOO_MANY_ATTACHMENTS"
    kind = RefusalKind.LIMITED
    zh = "每笔申请最多 {limit} 份材料"
    en = "A request has at most {limit} files"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGiven:
    """A file as it was given."""

    kind: AttachmentKind
    name: str
    content: bytes


async def attach_file(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    file: FileGiven,
    tenant_id: UUID | None,
    sealer: Sealer,
    now: datetime,
) -> Attachment:
    """Keep a file for one of the acting subject's requests, for one bank of it alone or for all that may know him.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if the request is not his, or was not referred to this bank
    :raises ReferralEnded: if nobody reads what is handed in any more
    :raises Invalid: if its name is missing or too long
    :raises DocumentTooLarge, DocumentTypeRefused: if it is nothing that is taken
    :raises TooManyAttachments: if the request has ``MAX_ATTACHMENTS``
    """
    request = await lock_own_request(session, actor, request_id)
    if tenant_id is not None and not await queries.is_referred(session, request_id, tenant_id):
        raise NotFound(thing_zh="银行的对接", thing_en="referral to this bank", field="tenantId")
    return await put_down(
        session, request, file, by=actor.own_person, tenant_id=tenant_id, sealer=sealer, now=now
    )


async def put_down(
    session: AsyncSession,
    request: LoanRequest,
    file: FileGiven,
    *,
    by: UUID,
    tenant_id: UUID | None,
    sealer: Sealer,
    now: datetime,
) -> Attachment:
    """Write a file for a locked request, which the person ``by`` hands in for the acting subject.

    :raises ReferralEnded, Invalid, DocumentTooLarge, DocumentTypeRefused, TooManyAttachments: see ``attach_file``
    """
    if not request.alive and request.state not in _TAKEN:
        raise ReferralEnded
    given = handed_in(file.name, file.content)
    count = await queries.attachment_count(session, request.subject_id, request.id)
    if count >= MAX_ATTACHMENTS:
        raise TooManyAttachments(limit=MAX_ATTACHMENTS)
    attachment_id = new_id(now)
    attachment = Attachment(
        subject_id=request.subject_id,
        id=attachment_id,
        request_id=request.id,
        tenant_id=tenant_id,
        person_id=by,
        kind=file.kind,
        erased_at=None,
        **sealed_row(sealer, attachment_id, given, seals=_SEALS, now=now),
    )
    session.add(attachment)
    append_act(
        session,
        action="lending.attachment.handed_in",
        now=now,
        subject_id=request.subject_id,
        object_type="attachment",
        object_id=attachment_id,
        detail={"kind": file.kind.value, "size_bytes": len(file.content)},
    )
    await session.flush()
    if count == 0:
        await keep_with_request(
            session,
            subject_id=request.subject_id,
            request_id=request.id,
            due=request.expires_at + KEPT_AFTER,
            now=now,
        )
    return attachment
