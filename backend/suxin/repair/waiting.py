"""Clocks as outbox rows: begun, missed once on record with both sides told, and worked out anew with the calendar.

A row of a former clock finds nothing to do. When a year's holidays are published or corrected, the running clocks are worked
out anew, a chunk of them in each job; a day that the department has set itself stays.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar, running_deadline
from suxin.repair import queries, telling
from suxin.repair.clocks import CLOCKS_ZH, Clock, due, end_of
from suxin.repair.models import RepairApplication, RepairState
from suxin.repair.queries import Place

DUE_TOPIC: Final = "repair.application.due"
REDATE_TOPIC: Final = "repair.applications.redate"
CHUNK: Final = 200
"""Applications that one job redates: well under a second of work."""


async def start_clock(
    session: AsyncSession,
    application: RepairApplication,
    clock: Clock,
    *,
    start: datetime,
    now: datetime,
    enter: RepairState | None = None,
) -> None:
    """Let an application wait from ``start`` for as many working days as the clock has, in another state where one is given.

    :raises RepairNotHere: if no step leads to that state
    """
    # Read first: a row between two states must not be written.
    found = due(clock, start, calendar=await calendar_for_deadlines(session))
    if enter is not None:
        application.enter(enter)
    application.wait(clock, start=start, until=found.at, provisional=found.provisional)
    await _post(session, application, now=now)


async def extend_clock(
    session: AsyncSession,
    application: RepairApplication,
    *,
    start: datetime,
    until: date,
    now: datetime,
    enter: RepairState | None = None,
) -> None:
    """Let an application wait until the end of the day that the department has set itself.

    :raises RepairNotHere: if no step leads to the state that is given
    """
    if enter is not None:
        application.enter(enter)
    application.wait(Clock.EXTENDED, start=start, until=end_of(until), provisional=False)
    await _post(session, application, now=now)


async def _post(session: AsyncSession, application: RepairApplication, *, now: datetime) -> None:
    if application.due_at is None:
        return
    await outbox.post(
        session,
        DUE_TOPIC,
        {
            "subject_id": application.subject_id,
            "application_id": application.id,
            "due_at": application.due_at.isoformat(),
        },
        now=now,
        not_before=max(now, application.due_at),
    )


async def mark_late(
    session: AsyncSession,
    *,
    subject_id: UUID,
    application_id: UUID,
    due_at: datetime,
    now: datetime,
) -> None:
    """Put on record that what is waited for did not come in time, and tell the office and whoever applied."""
    application = await queries.lock_application(session, subject_id, application_id)
    if application.clock is None or application.due_at != due_at or now < due_at:
        return
    if application.late_at is None:
        application.late_clock, application.late_at = application.clock.value, now
    waited_for = CLOCKS_ZH[application.clock]
    telling.record_step(session, application, "late", {"clock": application.clock.value}, now=now)
    await telling.tell_office(
        session,
        application,
        template="repair_late",
        title="信用修复已逾期",
        body=f"“{application.item}”的修复申请：{waited_for}未在期限内完成，请联系催办。",
        now=now,
    )
    await telling.tell_applicant(
        session,
        application,
        template="repair_late",
        title="信用修复办理逾期",
        body=f"您对“{application.item}”的修复申请：{waited_for}未在期限内完成，平台已记入审计并提醒信用办催办。",
        now=now,
    )


async def redate_applications(
    session: AsyncSession, *, year: int, after: Place | None, now: datetime
) -> Place | None:
    """Work out anew the running clocks that the year's arrangement touches, a chunk of them, past ``after``.

    Return where the next chunk begins; nothing when this was the last. Doing it again changes nothing.
    """
    calendar = await calendar_for_deadlines(session)
    found = await queries.lock_running(session, year=year, after=after, limit=CHUNK, now=now)
    for application in found:
        await _redate(session, application, calendar, year=year, now=now)
    if len(found) < CHUNK:
        return None
    return Place(found[-1].subject_id, found[-1].id)


async def _redate(
    session: AsyncSession,
    application: RepairApplication,
    calendar: Calendar,
    *,
    year: int,
    now: datetime,
) -> None:
    clock, start, before = application.clock, application.clock_from, application.due_at
    if clock is None or start is None or before is None:
        return
    found = due(clock, start, calendar=calendar)
    application.due_provisional = found.provisional
    anew = running_deadline(before, found.at, calendar=calendar, now=now)
    if anew == before:
        return
    application.due_at = anew
    await _post(session, application, now=now)
    moved = {"year": year, "due_at": [before.isoformat(), anew.isoformat()]}
    telling.record_step(session, application, "redated", moved, now=now)
