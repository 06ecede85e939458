"""When a year's holidays are published: the provisional ends of hearings are worked out anew, as the batch role, and whoever is heard is told."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import add_working_days, running_deadline
from suxin.rural.effecting import HEARING_DAYS

# Hearings are opened many at a time, so that a few moments stand for all of them.
_PROVISIONAL: Final = text(
    "select distinct opened_at, open_until from rural_hearings"
    " where open_provisional and decided_at is null and carried_out_at is null order by 1, 2"
)
_MOVE: Final = text(
    """
    with moved as (
      update rural_hearings set open_until = :anew, open_provisional = :provisional
      where open_provisional and decided_at is null and carried_out_at is null
        and opened_at = :opened_at and open_until = :open_until
      returning tenant_id, subject_id, entry_id
    ), untold as (
      update rural_entries e set told = null from moved m
      where :told_anew and e.tenant_id = m.tenant_id and e.id = m.entry_id and e.state = 'HEARING'
    )
    select tenant_id, subject_id, entry_id from moved
    """
)


async def redate_hearings(session: AsyncSession, *, now: datetime) -> int:
    """Work out anew when undecided hearings end whose end was provisional; return how many ends moved.

    Nobody loses the next working day by it, and a time that was over stays over.
    """
    runs = (await session.execute(_PROVISIONAL)).all()
    if not runs:
        return 0
    calendar, moved = await calendar_for_deadlines(session), 0
    for opened_at, open_until in runs:
        end = add_working_days(opened_at, HEARING_DAYS, calendar=calendar)
        anew = open_until
        if open_until > now:
            anew = running_deadline(open_until, end.at, calendar=calendar, now=now)
        if anew == open_until and end.provisional:
            continue
        given = {
            "opened_at": opened_at,
            "open_until": open_until,
            "anew": anew,
            "provisional": end.provisional,
            "told_anew": anew != open_until,
        }
        rows = (await session.execute(_MOVE, given)).all()
        if anew == open_until:
            continue
        moved += len(rows)
        for row in rows:
            append_act(
                session,
                action="rural.hearing.redated",
                now=now,
                tenant_id=row.tenant_id,
                subject_id=row.subject_id,
                object_type="rural_entry",
                object_id=row.entry_id,
                detail={"open_until": [open_until.isoformat(), anew.isoformat()]},
            )
    return moved
