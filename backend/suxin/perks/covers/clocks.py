"""The time of a claim, as outbox rows: reminded one working day before it ends, and escalated once when it is missed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar, add_working_days, local_day, running_deadline
from suxin.perks.covers import queries
from suxin.perks.covers.models import CoverClaim
from suxin.perks.covers.policies import COVER_MANAGE
from suxin.perks.covers.rules import DECIDE_DAYS
from suxin.perks.covers.telling import record_claim, tell_merchant, tell_operator

REMIND_TOPIC: Final = "perks.cover_claim.remind"
DUE_TOPIC: Final = "perks.cover_claim.due"
REDATE_TOPIC: Final = "perks.cover_claims.redate"
REMIND_DAYS_BEFORE: Final = 1
CHUNK: Final = 200
"""Claims that one job redates: well under a second of work."""


async def start_clock(session: AsyncSession, claim: CoverClaim, *, now: datetime) -> None:
    """Let the time run in which a claim is paid or rejected, from when it was filed."""
    calendar = await calendar_for_deadlines(session)
    due = add_working_days(claim.filed_at, DECIDE_DAYS, calendar=calendar)
    claim.due_at, claim.due_provisional = due.at, due.provisional
    await _post(session, claim, calendar, now=now)


async def remind(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID, due_at: datetime, now: datetime
) -> None:
    """Remind the operator, one working day before a claim's time is over."""
    claim = await queries.lock_on_clock(
        session, tenant_id=tenant_id, claim_id=claim_id, due_at=due_at
    )
    if claim is None or due_at <= now:
        return
    day = local_day(due_at).isoformat()
    await tell_operator(
        session, claim, title="即将逾期", body=f"须在 {day} 前赔付或答复。", now=now
    )


async def escalate(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID, due_at: datetime, now: datetime
) -> None:
    """Mark a claim late that was neither paid nor rejected in time, once, and tell who keeps the covers and the merchant."""
    claim = await queries.lock_on_clock(
        session, tenant_id=tenant_id, claim_id=claim_id, due_at=due_at
    )
    if claim is None or due_at > now or claim.late_at is not None:
        return
    claim.late_at = now
    record_claim(session, claim, "late", now=now)
    said = f"未在 {DECIDE_DAYS} 个工作日内办结，已记入审计，请立即办理。"
    await tell_operator(session, claim, title="已逾期", body=said, now=now)
    await tell_operator(session, claim, title="逾期升级", body=said, now=now, to=COVER_MANAGE)
    await tell_merchant(
        session, claim, title="办理逾期", body="运营方未在期限内办结，已催办并记入审计。", now=now
    )


async def redate(
    session: AsyncSession, *, year: int, after: UUID | None, now: datetime
) -> UUID | None:
    """Work out anew the running times of a chunk of claims by the present calendar; return where the next chunk begins."""
    calendar = await calendar_for_deadlines(session)
    found = await queries.lock_running(session, limit=CHUNK, after=after)
    for claim in found:
        due = add_working_days(claim.filed_at, DECIDE_DAYS, calendar=calendar)
        claim.due_provisional = due.provisional
        anew = running_deadline(claim.due_at, due.at, calendar=calendar, now=now)
        if anew != claim.due_at:
            days = [claim.due_at.isoformat(), anew.isoformat()]
            claim.due_at = anew
            await _post(session, claim, calendar, now=now)
            record_claim(session, claim, "redated", now=now, year=year, due_at=days)
    return found[-1].id if len(found) == CHUNK else None


async def _post(
    session: AsyncSession, claim: CoverClaim, calendar: Calendar, *, now: datetime
) -> None:
    which = {
        "tenant_id": claim.tenant_id,
        "claim_id": claim.id,
        "due_at": claim.due_at.isoformat(),
    }
    nearly = add_working_days(
        claim.filed_at, DECIDE_DAYS - REMIND_DAYS_BEFORE, calendar=calendar
    ).at
    for topic, at in ((REMIND_TOPIC, nearly), (DUE_TOPIC, claim.due_at)):
        await outbox.post(session, topic, which, now=now, not_before=max(now, at))
