"""Claims of the open pool (抢单): a lead held for one bank, and its place among the claims the bank may hold at once.

Lead and quota (``QuotaName.OPEN_CLAIMS``) change together, here and nowhere else, so that what a bank is counted to
hold is what it holds. The quota is locked last, by whoever holds the lead's lock.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.database import act_for, actor_of
from suxin.lending.models import DispatchMode, Lead, Referral
from suxin.lending.queries import referrals as queries
from suxin.tenancy.profiles import Profiles, QuotaName
from suxin.tenancy.quotas import release_quota, take_quota


async def take_claim(
    session: AsyncSession, lead: Lead, *, tenant_id: UUID, until: datetime, profiles: Profiles
) -> None:
    """Hold a locked lead that nobody holds for the acting bank.

    :raises QuotaExhausted: if the bank holds as many leads as it may
    """
    lead.claim(tenant_id, until=until)
    await take_quota(session, tenant_id=tenant_id, name=QuotaName.OPEN_CLAIMS, profiles=profiles)


async def keep_claim(session: AsyncSession, referral: Referral) -> None:
    """Hold a claimed lead until the decision is due: the applicant was contacted, or the bank was given longer."""
    lead = await _claimed(session, referral)
    if lead is not None:
        lead.claim(referral.tenant_id, until=referral.decide_by)


def move_claim(lead: Lead, *, tenant_id: UUID, ends: Mapping[datetime, datetime]) -> None:
    """Hold a locked lead until the deadline that its claim was to end at, wherever that went (``ends``: from, to)."""
    ended_at = lead.claim_expires_at
    if lead.claimed_by == tenant_id and ended_at is not None and ended_at in ends:
        lead.claim(tenant_id, until=ends[ended_at])


async def release_claim(session: AsyncSession, referral: Referral) -> None:
    """Give the lead of an open-pool referral back to the pool, if this bank still holds it.

    Call it when every other lock of the step is taken, the lead's before the referral's.
    """
    lead = await _claimed(session, referral)
    if lead is not None:
        await end_claim(session, lead)


async def end_claim(session: AsyncSession, lead: Lead) -> None:
    """Free a locked lead of whichever bank holds it, whoever ends the claim: the bank, the applicant or the platform."""
    holder = lead.claimed_by
    if holder is None:
        return
    lead.release()
    if actor_of(session).tenant_id == holder:
        await release_quota(session, tenant_id=holder, name=QuotaName.OPEN_CLAIMS)
        return
    async with act_for(session, tenant_id=holder, reason="claim ended"):
        await release_quota(session, tenant_id=holder, name=QuotaName.OPEN_CLAIMS)


async def _claimed(session: AsyncSession, referral: Referral) -> Lead | None:
    if referral.mode is not DispatchMode.OPEN_POOL:
        return None
    lead = await queries.lock_lead(session, referral.lead_id)
    return lead if lead is not None and lead.claimed_by == referral.tenant_id else None
