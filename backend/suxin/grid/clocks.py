"""The times of a claim: the first check, the committee, an appeal, and what follows when nobody takes the next step."""

from datetime import datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.caps import days_of
from suxin.grid.models import PointClaim
from suxin.grid.states import ClaimState, Period
from suxin.kernel import outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import (
    SHANGHAI,
    Calendar,
    add_working_days,
    days_touched,
    local_day,
    running_deadline,
)

CHECK_DAYS: Final = 3
"""Working days for the first check (plan, 治理积分)."""

COMMITTEE_DAYS: Final = 5
"""Working days after a month's end in which the committee is through with what was checked in it. Proposed."""

APPEAL_DAYS: Final = 7
"""Working days in which whoever was refused may appeal. Proposed, as long as the longest notice."""

SUPERVISOR_DAYS: Final = 5
"""Working days in which the supervisors decide (plan, 治理积分)."""

FURTHER_DAYS: Final = 5
"""Working days in which what the supervisors decided may be taken to the town. Proposed."""

TOWN_DAYS: Final = 10
"""Working days in which the town decides. Proposed."""

DUE_TOPIC: Final = "grid.claim.due"
REDATE_TOPIC: Final = "grid.claims.redate"
CHUNK: Final = 200
"""Claims that one job redates: well under a second of work."""

_RUNNING: Final = (
    ClaimState.SUBMITTED,
    ClaimState.CHECKED,
    ClaimState.REFUSED,
    ClaimState.APPEALED,
    ClaimState.ANSWERED,
    ClaimState.AT_TOWN,
)


async def set_due(
    session: AsyncSession,
    claim: PointClaim,
    *,
    days: int,
    since: datetime,
    now: datetime,
    calendar: Calendar | None = None,
) -> None:
    """Let a time of so many working days run for a claim, in the place of the one before.

    ``calendar`` is given by whoever has it for deadlines in this transaction.
    """
    with session.no_autoflush:
        known = await calendar_for_deadlines(session) if calendar is None else calendar
        due = add_working_days(since, days, calendar=known)
        claim.due_from, claim.due_days = since, days
        claim.due_at, claim.due_provisional = due.at, due.provisional
        await _post(session, claim, due.at, now=now)


async def _post(
    session: AsyncSession, claim: PointClaim, due_at: datetime, *, now: datetime
) -> None:
    await outbox.post(
        session,
        DUE_TOPIC,
        {
            "tenant_id": claim.tenant_id,
            "claim_id": claim.id,
            "due_at": due_at.isoformat(),
        },
        now=now,
        tenant_id=claim.tenant_id,
        not_before=max(now, due_at),
    )


async def redate_claims(
    session: AsyncSession, *, year: int, after: UUID | None, now: datetime
) -> UUID | None:
    """Work out anew the running times that a year's arrangement touches, a chunk of claims past ``after``; return where the next begins.

    A notice stands as long as it said.
    """
    calendar = await calendar_for_deadlines(session)
    first, last = days_touched(year)
    running = (
        select(PointClaim)
        .where(
            PointClaim.state.in_(_RUNNING),
            PointClaim.due_at > now,
            PointClaim.due_at >= datetime.combine(first, time(), SHANGHAI),
            PointClaim.due_from <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(PointClaim.id)
        .limit(CHUNK)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if after is not None:
        running = running.where(PointClaim.id > after)
    found = (await session.scalars(running)).all()
    for claim in found:
        if claim.due_from is None or claim.due_days is None or claim.due_at is None:
            continue
        due = add_working_days(claim.due_from, claim.due_days, calendar=calendar)
        claim.due_provisional = due.provisional
        anew = running_deadline(claim.due_at, due.at, calendar=calendar, now=now)
        if anew != claim.due_at:
            claim.due_at = anew
            await _post(session, claim, anew, now=now)
    return found[-1].id if len(found) == CHUNK else None


def month_over(now: datetime) -> datetime:
    """Return the end of the month in Shanghai: the committee meets monthly."""
    _, after = days_of(Period.MONTH, local_day(now))
    return datetime.combine(after, time(), SHANGHAI)
