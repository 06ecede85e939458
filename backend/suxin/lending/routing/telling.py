"""Who at a bank is told of a referral: everyone who reads referrals, or, where one has it, whoever is asked in his place today."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.lending import policies
from suxin.lending.models import Referral
from suxin.lending.routing.queries import asked_today


async def tell_desk(
    session: AsyncSession, referral: Referral, title: str, body: str, *, now: datetime
) -> None:
    """Tell whoever is asked about a referral; a deadline of somebody on leave is told to his cover."""
    await tell_officer(
        session, referral, await asked_today(session, referral, now=now), title, body, now=now
    )


async def tell_officer(
    session: AsyncSession,
    referral: Referral,
    staff_id: UUID | None,
    title: str,
    body: str,
    *,
    now: datetime,
) -> None:
    """Tell one of a bank's staff of a referral, or everyone who reads referrals."""
    await notices.notify_tenant(
        session,
        tenant_id=referral.tenant_id,
        permission=policies.REFERRAL_READ,
        staff_id=staff_id,
        template="referral_clock",
        title=title,
        body=body,
        link=f"/desk/referrals/{referral.id}",
        now=now,
    )
