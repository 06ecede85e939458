"""Applications for credit repair, as their subject, the credit office and the platform's jobs read them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.bases import AccessBasis, live
from suxin.kernel.loose_documents import Shelf
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI, days_touched
from suxin.repair.clocks import Clock
from suxin.repair.models import OPEN_STATES, RepairApplication, RepairDocument
from suxin.subjects.models import SHARED, CatalogueItem, CreditRecord, Polarity
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

SHELF: Final = Shelf(model=RepairDocument, taken_by="application_id")
"""Where documents wait for an application."""


class Place(NamedTuple):
    """Where a chunk of applications begins: after this one."""

    subject_id: UUID
    id: UUID


def applications_of(subject_id: UUID) -> Select[RepairApplication]:
    """Return a subject's applications, newest first."""
    return (
        select(RepairApplication)
        .where(RepairApplication.subject_id == subject_id)
        .order_by(RepairApplication.id.desc())
    )


def documents_of(subject_id: UUID) -> Select[RepairDocument]:
    """Return a subject's documents, newest first."""
    return (
        select(RepairDocument)
        .where(RepairDocument.subject_id == subject_id)
        .order_by(RepairDocument.id.desc())
    )


def bad_records_of(subject_id: UUID) -> Select[CreditRecord, CatalogueItem]:
    """Return what speaks against a subject and was recorded by somebody else, newest first, with its catalogue item."""
    return (
        select(CreditRecord, CatalogueItem)
        .join(CatalogueItem, CatalogueItem.code == CreditRecord.item_code)
        .where(
            CreditRecord.subject_id == subject_id,
            CreditRecord.polarity == Polarity.NEGATIVE,
            CreditRecord.self_declared.is_(False),
        )
        .order_by(CreditRecord.id.desc())
    )


def applications(*, is_open: bool) -> Select[RepairApplication]:
    """Return the applications that the caller sees: the open ones, what is due first at the top, or the ended, newest first."""
    state = RepairApplication.state.in_(sorted(OPEN_STATES))
    if is_open:
        return (
            select(RepairApplication)
            .where(state)
            .order_by(RepairApplication.due_at.nulls_last(), RepairApplication.id)
        )
    return select(RepairApplication).where(~state).order_by(RepairApplication.id.desc())


async def application(session: AsyncSession, application_id: UUID) -> RepairApplication:
    """Return one application.

    :raises NotFound: if the caller sees none of that id
    """
    return _found(
        await session.scalar(
            select(RepairApplication).where(RepairApplication.id == application_id)
        )
    )


async def documents_in(
    session: AsyncSession, subject_id: UUID, application_ids: Sequence[UUID]
) -> Sequence[RepairDocument]:
    """Return the documents of some applications, oldest first."""
    taken = SHELF.documents_in(subject_id, application_ids)
    return (await session.scalars(taken.execution_options(populate_existing=True))).all()


async def loose_documents(
    session: AsyncSession, subject_id: UUID, document_ids: Sequence[UUID]
) -> Sequence[RepairDocument]:
    """Return those of a subject's documents that no application has taken, locked, in the order of their ids."""
    return (await session.scalars(SHELF.loose(subject_id, document_ids))).all()


async def lock_application(
    session: AsyncSession, subject_id: UUID, application_id: UUID
) -> RepairApplication:
    """Return one of a subject's applications, locked.

    :raises NotFound: if the caller sees none of that id
    """
    return _found(
        await session.scalar(
            select(RepairApplication)
            .where(
                RepairApplication.subject_id == subject_id, RepairApplication.id == application_id
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def lock_running(
    session: AsyncSession, *, year: int, after: Place | None, limit: int, now: datetime
) -> Sequence[RepairApplication]:
    """Return applications past a place whose clock counts working days and may lie on a year's days, locked."""
    first, last = days_touched(year)
    key = tuple_(RepairApplication.subject_id, RepairApplication.id)
    running = (
        select(RepairApplication)
        .where(
            RepairApplication.clock.is_not(None),
            RepairApplication.clock != Clock.EXTENDED,
            RepairApplication.due_at > now,
            RepairApplication.due_at >= datetime.combine(first, time(), SHANGHAI),
            RepairApplication.clock_from <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(RepairApplication.subject_id, RepairApplication.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if after is not None:
        running = running.where(key > tuple_(*after))
    return (await session.scalars(running)).all()


class Counts(NamedTuple):
    """How many applications are open, and how many of them wait for somebody past his time."""

    waiting: int
    late: int


async def counts(session: AsyncSession, *, now: datetime) -> Counts:
    """Return how many of the applications that the caller sees are open, and how many are late."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(RepairApplication.due_at < now),
            ).where(RepairApplication.state.in_(sorted(OPEN_STATES)))
        )
    ).one()
    return Counts(row[0], row[1])


async def open_records(session: AsyncSession, subject_id: UUID) -> set[UUID]:
    """Return for which of a subject's records repair is asked for and not answered yet."""
    return set(
        await session.scalars(
            select(RepairApplication.record_id).where(
                RepairApplication.subject_id == subject_id,
                RepairApplication.state.in_(sorted(OPEN_STATES)),
            )
        )
    )


async def copies_of(
    session: AsyncSession, application: RepairApplication
) -> Sequence[CreditRecord]:
    """Return the record of an application and every other that tells the same, as far as they are shared, locked.

    The same is told by another source under the same document's number. What is disputed or exempted counts no more already, but is
    shared with that word, and would be used again once the dispute or the notice ends.
    """
    number = (
        select(CreditRecord.content["number"].astext)
        .where(
            CreditRecord.subject_id == application.subject_id,
            CreditRecord.id == application.record_id,
        )
        .scalar_subquery()
    )
    told_again: ColumnElement[bool] = and_(
        CreditRecord.item_code == application.item_code,
        CreditRecord.content["number"].astext == number,
    )
    return (
        await session.scalars(
            select(CreditRecord)
            .where(
                CreditRecord.subject_id == application.subject_id,
                CreditRecord.status.in_(SHARED),
                (CreditRecord.id == application.record_id) | told_again,
            )
            .order_by(CreditRecord.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()


async def bases_reading(
    session: AsyncSession,
    subject_id: UUID,
    *,
    category: str,
    occurred_on: date,
    now: datetime,
) -> Sequence[AccessBasis]:
    """Return the live bases on which a tenant may read a subject's record of a category and day."""
    return (
        await session.scalars(
            select(AccessBasis)
            .where(
                AccessBasis.subject_id == subject_id,
                literal(category) == any_(AccessBasis.categories),
                (AccessBasis.records_from.is_(None)) | (AccessBasis.records_from <= occurred_on),
                live(now),
            )
            .order_by(AccessBasis.id)
        )
    ).all()


async def operators(session: AsyncSession) -> list[UUID]:
    """Return the tenants that run the city's platform: one, in a city as it is founded."""
    found = await session.scalars(select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR))
    return list(found)


def _found(application: RepairApplication | None) -> RepairApplication:
    if application is None:
        raise NotFound(thing_zh="修复申请", thing_en="repair application")
    return application
