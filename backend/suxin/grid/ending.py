"""What follows when a claim's time is over: the village is late, a refusal stands, or what the supervisors decided takes effect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.appealing import conclude_appeal
from suxin.grid.models import PointClaim
from suxin.grid.policies import APPEAL_DECIDE, CLAIM_CHECK, CLAIM_DECIDE
from suxin.grid.posting import reject
from suxin.grid.states import ClaimState
from suxin.grid.telling import record_step, tell_household, tell_village

_WHOSE = {
    ClaimState.SUBMITTED: (CLAIM_CHECK, "初审"),
    ClaimState.CHECKED: (CLAIM_DECIDE, "评议"),
    ClaimState.APPEALED: (APPEAL_DECIDE, "村监委决定"),
}


async def end_of_time(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID, due_at: datetime, now: datetime
) -> None:
    """Do what follows when a time of a claim is over; nothing when it has moved on. A duty of the platform."""
    await queries.take_turn(session, tenant_id)
    claim = await queries.lock_claim(session, tenant_id, claim_id)
    if claim.due_at != due_at or due_at > now:
        return
    if claim.state is ClaimState.REFUSED:
        await reject(session, claim, None, now=now)
    elif claim.state is ClaimState.ANSWERED:
        await conclude_appeal(session, claim, now=now)
    elif claim.state in _WHOSE or claim.state is ClaimState.AT_TOWN:
        await _late(session, claim, now=now)


async def _late(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    claim.late_at = now
    right, duty = _WHOSE.get(claim.state, (APPEAL_DECIDE, "乡镇决定"))
    record_step(session, claim, "late", now=now, detail={"state": claim.state.value})
    body = f"“{claim.rule_name}”{claim.points:+d} 分未在期限内{duty}，已记入审计。"
    await tell_village(session, claim, to=right, title="已逾期", body=body, now=now)
    await tell_household(session, claim, title="办理逾期", body=body, now=now)
    await session.flush()
