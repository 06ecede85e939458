"""The cases about subjects' data, as their subjects and the city's credit office read them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.review.kinds import CaseKind
from suxin.review.models import ReviewCase
from suxin.review.queries import case, cases_of
from suxin.review.states import ENDED
from suxin.rights.kinds import CONTESTING, KINDS
from suxin.rights.models import SourceInquiry

_KINDS: Final = tuple(KINDS)


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
