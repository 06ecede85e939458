"""The end of watching: what a borrower permitted about a loan ends with it, so that nothing of it is read any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import end_consents_about
from suxin.consent.models import GIVEN, Consent
from suxin.consent.purposes import LOAN_WATCH
from suxin.lending.loans.models import Loan

ENDED_AT_ONCE: Final = 100


async def end_watching(session: AsyncSession, *, now: datetime, limit: int = ENDED_AT_ONCE) -> int:
    """End the consents to watch loans that have ended, with their bases; return of how many.

    A duty of the platform. What is said of the consent's end is what its notice promised.

    Source: PIPL art. 47(1): the purpose is achieved
    """
    over = await _outlived(session, limit=limit)
    for subject_id, context_id, tenant_id in over:
        await end_consents_about(
            session,
            subject_id=subject_id,
            context_id=context_id,
            reason="贷款已结束",
            now=now,
            only_tenant=tenant_id,
        )
    await session.flush()
    return len(over)


async def _outlived(session: AsyncSession, *, limit: int) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Return whose consents to watch outlive every loan that they are about: subject, request and bank."""
    same = (Loan.tenant_id == Consent.tenant_id) & (Loan.request_id == Consent.context_id)
    rows = await session.execute(
        select(Consent.subject_id, Loan.request_id, Consent.tenant_id)
        .join(Loan, same)
        .where(Consent.purpose == LOAN_WATCH.code, Consent.state.in_(GIVEN))
        .group_by(Consent.subject_id, Loan.request_id, Consent.tenant_id)
        .having(func.bool_and(Loan.ended_at.is_not(None)))
        .order_by(Consent.subject_id, Loan.request_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]
