"""The cases about subjects' data, as their subjects and the city's credit office read them."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import CASE_HANDLING
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealed_documents import opened_content
from suxin.kernel.sealing import Sealer
from suxin.review.kinds import CaseKind
from suxin.review.models import DOCUMENT, DOCUMENT_KEY, CaseDocument, ReviewCase
from suxin.review.queries import case, cases_of, whole_document
from suxin.review.states import ENDED
from suxin.rights.kinds import CONTESTING, KINDS
from suxin.rights.models import SourceInquiry, SourceTransfer
from suxin.rights.policies import CASE_READ
from suxin.subjects.models import DataCategory

_KINDS: Final = tuple(KINDS)
AT_HIS_WISH: Final = Ground()
"""A document is read because its subject handed it in: neither a consent to a tenant nor a contract stands behind it."""


class OpenedDocument(NamedTuple):
    """A document with what it holds."""

    document: CaseDocument
    content: bytes


def own_cases(subject_id: UUID) -> Select[ReviewCase]:
    """Return a subject's cases about its data, newest first."""
    return cases_of(subject_id).where(ReviewCase.kind.in_(_KINDS))


def contests_of(subject_id: UUID) -> Select[ReviewCase]:
    """Return a subject's disputes and corrections, newest first."""
    return cases_of(subject_id).where(ReviewCase.kind.in_(CONTESTING))


async def open_cases(session: AsyncSession, subject_id: UUID) -> Sequence[ReviewCase]:
    """Return a subject's cases about its data that run."""
    return (
        await session.scalars(
            select(ReviewCase)
            .where(
                ReviewCase.subject_id == subject_id,
                ReviewCase.kind.in_(_KINDS),
                ReviewCase.state.not_in(ENDED),
            )
            .order_by(ReviewCase.id)
        )
    ).all()


async def kind_of(session: AsyncSession, case_id: UUID) -> CaseKind:
    """Return which kind of case one is.

    :raises NotFound: if the caller sees none of that id, or it is no case about a subject's data
    """
    found = (await case(session, case_id)).kind
    if found not in KINDS:
        raise NotFound(thing_zh="申请事项", thing_en="case")
    return KINDS[found]


def inquiries_of(subject_id: UUID) -> Select[SourceInquiry]:
    """Return what sources were asked about a subject's disputes, newest first."""
    return (
        select(SourceInquiry)
        .where(SourceInquiry.subject_id == subject_id)
        .order_by(SourceInquiry.case_id.desc())
    )


def transfers_of(subject_id: UUID) -> Select[SourceTransfer]:
    """Return by when a subject's disputes were to be passed to their sources, newest first."""
    return (
        select(SourceTransfer)
        .where(SourceTransfer.subject_id == subject_id)
        .order_by(SourceTransfer.case_id.desc())
    )


async def transfer_of(session: AsyncSession, found: ReviewCase) -> SourceTransfer | None:
    """Return by when a dispute is passed to its source; nothing if it was never accepted, or is no dispute."""
    return await session.get(SourceTransfer, (found.subject_id, found.id))


async def inquiry_about(session: AsyncSession, found: ReviewCase) -> SourceInquiry | None:
    """Return what the source of a disputed record was asked; nothing if it was not."""
    return await session.get(SourceInquiry, (found.subject_id, found.id))


async def lock_inquiry(
    session: AsyncSession, subject_id: UUID, case_id: UUID
) -> SourceInquiry | None:
    """Return what the source of a disputed record was asked, locked; nothing if it was not or the caller does not see it."""
    return await session.scalar(
        select(SourceInquiry)
        .where(SourceInquiry.subject_id == subject_id, SourceInquiry.case_id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def opened_document(
    session: AsyncSession, actor: Actor, sealer: Sealer, *, case_id: UUID, document_id: UUID
) -> OpenedDocument:
    """Return a document of a case at the actor's office with its seal opened, and note that it was.

    :raises Forbidden: if the actor may not read cases
    :raises NotFound: if his office has no such document, or it is erased
    """
    actor.require(CASE_READ)
    found = await case(session, case_id)
    wanted = await whole_document(session, found, document_id)
    if wanted is None or wanted.content is None or wanted.office_id != actor.own_tenant:
        raise NotFound(thing_zh="材料", thing_en="document")
    note_read(
        session,
        Receipt(
            subject_id=found.subject_id,
            purpose=CASE_HANDLING.code,
            categories=(DataCategory.IDENTITY.value,),
            fields=("document",),
            row_count=1,
            object_type="case_document",
            object_id=document_id,
            ground=AT_HIS_WISH,
        ),
    )
    content = opened_content(sealer, wanted, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY)
    return OpenedDocument(wanted, content)
