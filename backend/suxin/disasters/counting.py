"""How many loans a disaster concerns and what became of them: all banks together, in whole fives, and nothing where fewer than five."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters.models import DeclaredDisaster, RenewalProposal
from suxin.disasters.states import RenewalState
from suxin.lending.loans.models import Loan
from suxin.relief.counting import shown

LIMIT: Final = 200
COUNT_AGAIN: Final = timedelta(minutes=10)
COUNTED_FOR: Final = timedelta(days=400)
"""How long after its renewals were proposed a disaster is counted: they end within a year of it (proposed default)."""


async def count_disasters(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Count some disasters anew; return how many. A duty of the platform."""
    found = (
        await session.scalars(
            select(DeclaredDisaster)
            .where(
                DeclaredDisaster.renewals_at > now - COUNTED_FOR,
                or_(
                    DeclaredDisaster.counted_at.is_(None),
                    DeclaredDisaster.counted_at <= now - COUNT_AGAIN,
                ),
            )
            .order_by(DeclaredDisaster.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for disaster in found:
        await count_disaster(session, disaster, now=now)
    await session.flush()
    return len(found)


async def count_disaster(
    session: AsyncSession, disaster: DeclaredDisaster, *, now: datetime
) -> None:
    """Count one disaster's loans. For the platform, which alone sees every bank's."""
    rows = await session.execute(
        select(RenewalProposal.state, func.count())
        .where(RenewalProposal.disaster_id == disaster.id)
        .group_by(RenewalProposal.state)
    )
    counts: dict[RenewalState, int] = {row[0]: row[1] for row in rows}
    renewed = await session.scalar(
        select(func.count())
        .select_from(RenewalProposal)
        .join(
            Loan,
            (Loan.tenant_id == RenewalProposal.tenant_id)
            & (Loan.renews_id == RenewalProposal.loan_id),
        )
        .where(RenewalProposal.disaster_id == disaster.id)
    )
    disaster.loans = shown(sum(counts.values()))
    disaster.agreed = shown(counts.get(RenewalState.AGREED, 0))
    disaster.declined = shown(counts.get(RenewalState.DECLINED, 0))
    disaster.renewed = shown(renewed or 0)
    disaster.counted_at = now
