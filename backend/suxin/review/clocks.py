"""The times of a case, as outbox rows: to accept, to hand in what is missing, to decide, to appeal.

The office's staff are reminded when one working day is left. What is not done in time is marked late once, which stays on the
case, and both sides are told. When a year's holidays are published or corrected, the running times are worked out anew, a chunk of
them in each job.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar, add_working_days, running_deadline
from suxin.review import queries
from suxin.review.kinds import CaseKind, Kinds
from suxin.review.models import ReviewCase
from suxin.review.states import AT_OFFICE, CaseState, Clock
from suxin.review.telling import day_zh, record_step, tell_filer, tell_office

REMIND_DAYS_BEFORE: Final = 1
CHUNK: Final = 200
"""Cases that one job redates: well under a second of work."""

REMIND_TOPIC: Final = "review.case.remind"
DUE_TOPIC: Final = "review.case.due"
REDATE_TOPIC: Final = "review.cases.redate"


class Place(NamedTuple):
    """Where a chunk of cases begins: after this one."""

    subject_id: UUID
    id: UUID


async def set_clock(
    session: AsyncSession,
    case: ReviewCase,
    clock: Clock,
    *,
    days: int,
    since: datetime,
    now: datetime,
) -> None:
    """Let a time of so many working days run, counted from ``since``, in the place of the one before."""
    # A step is written with the time that it sets, or the database takes none of it.
    with session.no_autoflush:
        calendar = await calendar_for_deadlines(session)
        due = add_working_days(since, days, calendar=calendar)
        case.clock, case.clock_from, case.clock_days = clock, since, days
        case.due_at, case.due_provisional = due.at, due.provisional
        await _post(session, case, calendar=calendar, now=now)


async def _post(
    session: AsyncSession, case: ReviewCase, *, calendar: Calendar, now: datetime
) -> None:
    """Put the end of the time into the outbox, and the reminder before it; those of a former time find nothing to do."""
    which = {
        "subject_id": case.subject_id,
        "case_id": case.id,
        "due_at": case.due_at.isoformat(),
    }
    await outbox.post(session, DUE_TOPIC, which, now=now, not_before=max(now, case.due_at))
    left = case.clock_days - REMIND_DAYS_BEFORE
    if left > 0:
        nearly = add_working_days(case.clock_from, left, calendar=calendar).at
        await outbox.post(session, REMIND_TOPIC, which, now=now, not_before=max(now, nearly))


async def remind(
    session: AsyncSession,
    kinds: Kinds,
    *,
    subject_id: UUID,
    case_id: UUID,
    due_at: datetime,
    now: datetime,
) -> None:
    """Remind whoever is to act, one working day before the time is over."""
    case = await queries.lock_on_clock(session, subject_id, case_id, due_at=due_at)
    if case is None or due_at <= now:
        return
    kind, day = kinds[case.kind], day_zh(due_at)
    if case.state in AT_OFFICE:
        await tell_office(
            session,
            kind,
            case,
            title="即将逾期",
            body=f"“{case.item}”须在 {day}前办结本环节（{_DUTIES_ZH[case.clock]}）。",
            to=kind.check if case.state is CaseState.DECIDED else kind.decide,
            now=now,
        )
        return
    await tell_filer(
        session,
        kind,
        case,
        title="：期限将到",
        body=f"“{case.item}”：请在 {day}前{_DUTIES_ZH[case.clock]}。",
        now=now,
    )


_DUTIES_ZH: Final[dict[Clock, str]] = {
    Clock.ACCEPT: "受理",
    Clock.SUPPLEMENT: "补充材料，逾期视为放弃",
    Clock.DECIDE: "答复",
    Clock.APPEAL: "提出申诉（如有异议）",
}


async def mark_late(
    session: AsyncSession, kind: CaseKind, case: ReviewCase, *, now: datetime
) -> None:
    """Mark a case late on which the office did not act in time, and tell the office and whoever filed it."""
    if case.late_at is None:
        case.late_at = now
    record_step(session, case, "late", now=now, detail={"clock": case.clock.value})
    duty = _DUTIES_ZH[case.clock]
    await tell_office(
        session,
        kind,
        case,
        title="已逾期",
        body=f"“{case.item}”未在期限内{duty}，已记入审计；请立即办理。",
        to=kind.check if case.state is CaseState.DECIDED else kind.decide,
        now=now,
    )
    await tell_filer(
        session,
        kind,
        case,
        title="：办理逾期",
        body=f"“{case.item}”未在期限内{duty}，已催办并记入审计。",
        now=now,
    )


async def redate_cases(
    session: AsyncSession, kinds: Kinds, *, year: int, after: Place | None, now: datetime
) -> Place | None:
    """Work out anew the running times that the year's arrangement touches, a chunk of them, past ``after``.

    Return where the next chunk begins; nothing when this was the last. Doing it again changes nothing.
    """
    calendar = await calendar_for_deadlines(session)
    found = await queries.lock_running(session, year=year, after=after, limit=CHUNK, now=now)
    for case in found:
        await _redate(session, kinds[case.kind], case, calendar, year=year, now=now)
    if len(found) < CHUNK:
        return None
    return Place(found[-1].subject_id, found[-1].id)


async def _redate(
    session: AsyncSession,
    kind: CaseKind,
    case: ReviewCase,
    calendar: Calendar,
    *,
    year: int,
    now: datetime,
) -> None:
    due = add_working_days(case.clock_from, case.clock_days, calendar=calendar)
    case.due_provisional = due.provisional
    before = case.due_at
    anew = running_deadline(before, due.at, calendar=calendar, now=now)
    if anew == before:
        return
    case.due_at = anew
    await _post(session, case, calendar=calendar, now=now)
    days = [before.isoformat(), anew.isoformat()]
    record_step(session, case, "redated", now=now, detail={"year": year, "due_at": days})
    changed = f"按 {year} 年放假安排，“{case.item}”的期限由 {day_zh(before)}改为 {day_zh(anew)}。"
    if case.state in AT_OFFICE:
        await tell_office(session, kind, case, title="期限已调整", body=changed, now=now)
    else:
        await tell_filer(session, kind, case, title="：期限已调整", body=changed, now=now)
