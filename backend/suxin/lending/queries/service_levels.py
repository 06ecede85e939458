"""How banks keep their deadlines: how fast they answer, where their referrals stand, and which were escalated.

Everything here is counted over a period, or listed a page at a time. The operator reads it of every bank, a bank of
itself: the row policies say so. No row of it names a subject.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.models import WAITING, BankSpeed, Referral, ReferralState, Step


async def speeds_of_banks(session: AsyncSession, bank_ids: Iterable[UUID]) -> dict[UUID, BankSpeed]:
    """Return the published speed of each of these banks that was measured."""
    rows = await session.scalars(select(BankSpeed).where(BankSpeed.tenant_id.in_(bank_ids)))
    return {row.tenant_id: row for row in rows}


async def referrals_by_state(
    session: AsyncSession, *, since: datetime
) -> dict[tuple[UUID, ReferralState], int]:
    """Return how many of the referrals dispatched since then stand in each state, by bank."""
    rows = await session.execute(
        select(Referral.tenant_id, Referral.state, func.count())
        .where(Referral.dispatched_at >= since)
        .group_by(Referral.tenant_id, Referral.state)
    )
    return {(tenant_id, state): count for tenant_id, state, count in rows}


async def escalations_by_step(
    session: AsyncSession, *, since: datetime
) -> dict[tuple[UUID, Step | None], int]:
    """Return how many referrals were escalated since then for each deadline that was missed, by bank."""
    rows = await session.execute(
        select(Referral.tenant_id, Referral.escalated_step, func.count())
        .where(Referral.escalations > 0, Referral.escalated_at >= since)
        .group_by(Referral.tenant_id, Referral.escalated_step)
    )
    return {(tenant_id, step): count for tenant_id, step, count in rows}


def open_escalations() -> Select[Referral]:
    """Return the escalated referrals that still wait for their bank, the last dispatched first."""
    return (
        select(Referral)
        .where(Referral.escalations > 0, Referral.state.in_(WAITING))
        .order_by(Referral.id.desc())
    )


async def count_open_escalations(session: AsyncSession) -> int:
    """Return how many escalated referrals still wait for their bank."""
    count = await session.scalar(
        select(func.count()).select_from(open_escalations().order_by(None).subquery())
    )
    return count or 0
