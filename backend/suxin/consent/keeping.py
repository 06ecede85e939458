"""How long consents are kept after their end, and what goes with each: its artefact, its bases, the record of its deliveries.

A consent goes after five years, as long as the receipts that name it (proposed; at least three by 网络数据安全管理条例 art. 12); a request
that was never granted after three. That there was one, and every step of it, stays in the audit stream. What was delivered has gone
long before (``consent.retention``). The row policies let nothing go earlier.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import (
    CONSENT_KEPT_DAYS,
    NEVER_GIVEN,
    REQUEST_KEPT_DAYS,
    Consent,
    ConsentArtefact,
    ConsentFetch,
)
from suxin.kernel.audit import append_act
from suxin.kernel.bases import BASIS_KEPT_DAYS, AccessBasis, BasisKind

KEPT_FOR: Final = timedelta(days=CONSENT_KEPT_DAYS)
REQUEST_KEPT_FOR: Final = timedelta(days=REQUEST_KEPT_DAYS)
BASIS_KEPT_FOR: Final = timedelta(days=BASIS_KEPT_DAYS)


async def forget_consents(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Erase at most ``limit`` consents and requests that ended long enough ago, with all that is theirs; return how many.

    A duty of the platform.

    Source: PIPL art. 19, 47(1)
    """
    over = (
        select(Consent.subject_id, Consent.id)
        .where(_is_over(now))
        .order_by(Consent.ended_at, Consent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = (
        await session.execute(
            delete(Consent)
            .where(tuple_(Consent.subject_id, Consent.id).in_(over))
            .returning(Consent.subject_id, Consent.id, Consent.tenant_id, Consent.state)
            .execution_options(synchronize_session=False)
        )
    ).all()
    await _erase_what_was_theirs(session, [(row.subject_id, row.id) for row in gone])
    for row in gone:
        append_act(
            session,
            action="consent.consent.forgotten",
            now=now,
            tenant_id=row.tenant_id,
            subject_id=row.subject_id,
            object_type="consent",
            object_id=row.id,
            detail={"state": row.state.value},
        )
    return len(gone)


async def forget_contract_bases(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Erase at most ``limit`` bases of contracts three years after their end; return how many.

    A contract's basis lasts until the contract need not be kept any more. A duty of the platform.

    Source: PIPL art. 13(2), 19
    """
    over = (
        select(AccessBasis.id)
        .where(
            AccessBasis.kind == BasisKind.CONTRACT,
            func.least(AccessBasis.ended_at, AccessBasis.ends_at) <= now - BASIS_KEPT_FOR,
        )
        .order_by(AccessBasis.id)
        .limit(limit)
    )
    gone = (
        await session.execute(
            delete(AccessBasis)
            .where(AccessBasis.id.in_(over))
            .returning(
                AccessBasis.id,
                AccessBasis.subject_id,
                AccessBasis.tenant_id,
                AccessBasis.source_id,
            )
            .execution_options(synchronize_session=False)
        )
    ).all()
    for row in gone:
        append_act(
            session,
            action="consent.contract_basis.forgotten",
            now=now,
            tenant_id=row.tenant_id,
            subject_id=row.subject_id,
            object_type="access_basis",
            object_id=row.id,
            detail={"contract": str(row.source_id)},
        )
    return len(gone)


def _is_over(now: datetime) -> ColumnElement[bool]:
    never = Consent.state.in_(NEVER_GIVEN)
    return or_(
        Consent.ended_at <= now - KEPT_FOR,
        and_(never, Consent.ended_at <= now - REQUEST_KEPT_FOR),
    )


async def _erase_what_was_theirs(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> None:
    """Erase what belongs to consents that are gone: as long as one is there, the row policies keep it."""
    if not keys:
        return
    for table, consent_id in (
        (ConsentArtefact, ConsentArtefact.consent_id),
        (ConsentFetch, ConsentFetch.consent_id),
        (AccessBasis, AccessBasis.source_id),
    ):
        await session.execute(
            delete(table)
            .where(tuple_(table.subject_id, consent_id).in_(keys))
            .execution_options(synchronize_session=False)
        )
