"""Cases and decisions, as whoever filed them and their office read them."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from suxin.kernel.loose_documents import Shelf
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI, days_touched
from suxin.review.models import CaseDocument, ReviewCase, ReviewDecision
from suxin.review.states import AT_OFFICE, ENDED, CaseState
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

# A list of documents holds megabytes otherwise.
_WITHOUT_CONTENT: Final = defer(CaseDocument.content)
SHELF: Final = Shelf(model=CaseDocument, taken_by="case_id")
"""Where documents wait for a case."""

_RUNNING: Final = tuple(frozenset(CaseState) - ENDED)


def cases_of(subject_id: UUID) -> Select[ReviewCase]:
    """Return a subject's cases, newest first."""
    return (
        select(ReviewCase).where(ReviewCase.subject_id == subject_id).order_by(ReviewCase.id.desc())
    )


def cases_at(office_id: UUID, *, kinds: Sequence[str], ended: bool) -> Select[ReviewCase]:
    """Return an office's cases of some kinds: those that run, the most pressing first, or those that have ended, newest first."""
    found = select(ReviewCase).where(ReviewCase.office_id == office_id, ReviewCase.kind.in_(kinds))
    if ended:
        return found.where(ReviewCase.state.in_(ENDED)).order_by(ReviewCase.id.desc())
    return found.where(ReviewCase.state.in_(_RUNNING)).order_by(ReviewCase.due_at, ReviewCase.id)


async def cases_waiting(session: AsyncSession, office_id: UUID, *, kinds: Sequence[str]) -> int:
    """Return how many of an office's cases of some kinds wait for a step of the office."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(ReviewCase)
            .where(
                ReviewCase.office_id == office_id,
                ReviewCase.kind.in_(kinds),
                ReviewCase.state.in_(AT_OFFICE),
            )
        )
        or 0
    )


async def cases_late(
    session: AsyncSession, office_id: UUID, *, kinds: Sequence[str], now: datetime
) -> int:
    """Return how many of an office's cases of some kinds wait for a step of the office past their time."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(ReviewCase)
            .where(
                ReviewCase.office_id == office_id,
                ReviewCase.kind.in_(kinds),
                ReviewCase.state.in_(AT_OFFICE),
                ReviewCase.due_at <= now,
            )
        )
        or 0
    )


async def case(session: AsyncSession, case_id: UUID) -> ReviewCase:
    """Return one case.

    :raises NotFound: if the caller sees none of that id
    """
    return _found(await session.scalar(select(ReviewCase).where(ReviewCase.id == case_id)))


async def lock_case(
    session: AsyncSession,
    case_id: UUID,
    *,
    office_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> ReviewCase:
    """Return one case, at one office or about one subject where that is said, locked.

    :raises NotFound: if the caller sees none of that id
    """
    wanted = select(ReviewCase).where(ReviewCase.id == case_id)
    if office_id is not None:
        wanted = wanted.where(ReviewCase.office_id == office_id)
    if subject_id is not None:
        wanted = wanted.where(ReviewCase.subject_id == subject_id)
    return _found(
        await session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    )


async def lock_on_clock(
    session: AsyncSession, subject_id: UUID, case_id: UUID, *, due_at: datetime
) -> ReviewCase | None:
    """Return a case that still runs, and whose time ends then, locked; nothing when it has moved on."""
    return await session.scalar(
        select(ReviewCase)
        .where(
            ReviewCase.subject_id == subject_id,
            ReviewCase.id == case_id,
            ReviewCase.state.in_(_RUNNING),
            ReviewCase.due_at == due_at,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_running(
    session: AsyncSession, *, year: int, after: tuple[UUID, UUID] | None, limit: int, now: datetime
) -> Sequence[ReviewCase]:
    """Return cases past a place whose time runs and may lie on a year's days, locked."""
    first, last = days_touched(year)
    key = tuple_(ReviewCase.subject_id, ReviewCase.id)
    running = (
        select(ReviewCase)
        .where(
            ReviewCase.state.in_(_RUNNING),
            ReviewCase.due_at > now,
            ReviewCase.due_at >= datetime.combine(first, time(), SHANGHAI),
            ReviewCase.clock_from <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(ReviewCase.subject_id, ReviewCase.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if after is not None:
        running = running.where(key > tuple_(*after))
    return (await session.scalars(running)).all()


async def decisions_on(session: AsyncSession, case: ReviewCase) -> Sequence[ReviewDecision]:
    """Return what was decided on a case, as far as the caller sees it, the first first."""
    return (
        await session.scalars(
            select(ReviewDecision)
            .where(ReviewDecision.subject_id == case.subject_id, ReviewDecision.case_id == case.id)
            .order_by(ReviewDecision.number)
        )
    ).all()


def decisions_about(subject_id: UUID) -> Select[ReviewDecision]:
    """Return the decisions on a subject's cases that were checked, newest first."""
    return (
        select(ReviewDecision)
        .where(ReviewDecision.subject_id == subject_id)
        .order_by(ReviewDecision.case_id.desc(), ReviewDecision.number.desc())
    )


def documents_of(subject_id: UUID) -> Select[CaseDocument]:
    """Return a subject's documents, newest first."""
    return (
        select(CaseDocument)
        .where(CaseDocument.subject_id == subject_id)
        .order_by(CaseDocument.id.desc())
        .options(_WITHOUT_CONTENT)
    )


async def documents_in(
    session: AsyncSession, subject_id: UUID, case_ids: Sequence[UUID]
) -> Sequence[CaseDocument]:
    """Return the documents of some of a subject's cases without what they hold, as far as the caller sees them, oldest first."""
    return (
        await session.scalars(
            SHELF.documents_in(subject_id, case_ids)
            .options(_WITHOUT_CONTENT)
            .execution_options(populate_existing=True)
        )
    ).all()


async def loose_documents(
    session: AsyncSession, subject_id: UUID, document_ids: Sequence[UUID]
) -> Sequence[CaseDocument]:
    """Return those of a subject's documents that no case has taken, locked, in the order of their ids."""
    free = SHELF.loose(subject_id, document_ids).options(_WITHOUT_CONTENT)
    return (await session.scalars(free)).all()


async def whole_document(
    session: AsyncSession, case: ReviewCase, document_id: UUID
) -> CaseDocument | None:
    """Return a document of a case with what it holds, sealed; nothing where there is none that the caller sees."""
    return await session.scalar(
        select(CaseDocument)
        .where(
            CaseDocument.subject_id == case.subject_id,
            CaseDocument.case_id == case.id,
            CaseDocument.id == document_id,
        )
        .execution_options(populate_existing=True)
    )


async def city_office(session: AsyncSession) -> UUID:
    """Return the tenant that runs the city's platform, whose credit office decides what is nobody else's to decide.

    :raises NotFound: if the city was not founded
    """
    found = await session.scalar(
        select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR).order_by(Tenant.id).limit(1)
    )
    if found is None:
        raise NotFound(thing_zh="承办单位", thing_en="office")
    return found


def _found(case: ReviewCase | None) -> ReviewCase:
    if case is None:
        raise NotFound(thing_zh="申请事项", thing_en="case")
    return case
