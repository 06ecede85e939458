"""Correction requests, as their subject and the city's credit office read them."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI, days_touched
from suxin.rights.models import CorrectionRequest, CorrectionState
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind


def corrections_of(subject_id: UUID) -> Select[CorrectionRequest]:
    """Return a subject's correction requests, newest first."""
    return (
        select(CorrectionRequest)
        .where(CorrectionRequest.subject_id == subject_id)
        .order_by(CorrectionRequest.id.desc())
    )


def corrections(*, filed: bool) -> Select[CorrectionRequest]:
    """Return the correction requests that the caller sees: those that wait, the most pressing first, or those that have ended.

    The ended come newest first.
    """
    waiting = CorrectionRequest.state == CorrectionState.FILED
    found = select(CorrectionRequest).where(waiting if filed else ~waiting)
    if filed:
        return found.order_by(CorrectionRequest.answer_by, CorrectionRequest.id)
    return found.order_by(CorrectionRequest.id.desc())


async def corrections_waiting(session: AsyncSession) -> int:
    """Return how many correction requests that the caller sees wait for an answer."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(CorrectionRequest)
            .where(CorrectionRequest.state == CorrectionState.FILED)
        )
        or 0
    )


async def correction(session: AsyncSession, request_id: UUID) -> CorrectionRequest:
    """Return one correction request.

    :raises NotFound: if the caller sees none of that id
    """
    return _found(
        await session.scalar(select(CorrectionRequest).where(CorrectionRequest.id == request_id))
    )


async def lock_correction(
    session: AsyncSession, request_id: UUID, *, subject_id: UUID | None = None
) -> CorrectionRequest:
    """Return one correction request, of one subject or of any, locked.

    :raises NotFound: if the caller sees none of that id
    """
    wanted = select(CorrectionRequest).where(CorrectionRequest.id == request_id)
    if subject_id is not None:
        wanted = wanted.where(CorrectionRequest.subject_id == subject_id)
    return _found(
        await session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    )


async def lock_filed(
    session: AsyncSession, subject_id: UUID, request_id: UUID
) -> CorrectionRequest | None:
    """Return a correction request that waits for an answer, locked; nothing when it has ended or the caller sees none."""
    return await session.scalar(
        select(CorrectionRequest)
        .where(
            CorrectionRequest.subject_id == subject_id,
            CorrectionRequest.id == request_id,
            CorrectionRequest.state == CorrectionState.FILED,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_running(
    session: AsyncSession, *, year: int, after: tuple[UUID, UUID] | None, limit: int, now: datetime
) -> Sequence[CorrectionRequest]:
    """Return correction requests past a place whose time to answer runs and may lie on a year's days, locked."""
    first, last = days_touched(year)
    key = tuple_(CorrectionRequest.subject_id, CorrectionRequest.id)
    running = (
        select(CorrectionRequest)
        .where(
            CorrectionRequest.state == CorrectionState.FILED,
            CorrectionRequest.answer_by > now,
            CorrectionRequest.answer_by >= datetime.combine(first, time(), SHANGHAI),
            CorrectionRequest.filed_at <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(CorrectionRequest.subject_id, CorrectionRequest.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if after is not None:
        running = running.where(key > tuple_(*after))
    return (await session.scalars(running)).all()


async def corrections_late(session: AsyncSession, *, now: datetime) -> int:
    """Return how many correction requests that the caller sees wait for an answer past their time."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(CorrectionRequest)
            .where(
                CorrectionRequest.state == CorrectionState.FILED, CorrectionRequest.answer_by <= now
            )
        )
        or 0
    )


async def corrections_open(session: AsyncSession, subject_id: UUID) -> Sequence[UUID]:
    """Return which of a subject's correction requests wait for an answer."""
    return (
        await session.scalars(
            select(CorrectionRequest.id)
            .where(
                CorrectionRequest.subject_id == subject_id,
                CorrectionRequest.state == CorrectionState.FILED,
            )
            .order_by(CorrectionRequest.id)
        )
    ).all()


async def operators(session: AsyncSession) -> list[UUID]:
    """Return the tenants that run the city's platform: one, in a city as it is founded."""
    found = await session.scalars(select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR))
    return list(found)


def _found(request: CorrectionRequest | None) -> CorrectionRequest:
    if request is None:
        raise NotFound(thing_zh="更正申请", thing_en="correction request")
    return request
