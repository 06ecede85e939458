"""A dispute that is accepted is passed to the source of its record within two working days (转办期限).

The time begins as the dispute is accepted. The office is reminded when one working day is left, and what was not passed on in time
is late, once, on record and told to both sides; it is worked out anew with the calendar. A dispute that is decided without
asking the source, because the platform sees the error itself, needs no more. Two days are *proposed*, by 上海市社会信用条例 and
台州市企业信用促进条例; they lie within the seven in which the dispute is answered.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices, outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import (
    SHANGHAI,
    Calendar,
    add_working_days,
    days_touched,
    running_deadline,
)
from suxin.review.models import ReviewCase
from suxin.review.states import CaseState
from suxin.review.telling import day_zh, record_step
from suxin.rights.models import SourceTransfer
from suxin.rights.settling import tell_case_office

TRANSFER_DAYS: Final = 2
REMIND_DAYS_BEFORE: Final = 1
CHUNK: Final = 200
"""Transfers that one job redates: well under a second of work."""

DUE_TOPIC: Final = "rights.transfer.due"
REMIND_TOPIC: Final = "rights.transfer.remind"
REDATE_TOPIC: Final = "rights.transfers.redate"


class Place(NamedTuple):
    """Where a chunk of transfers begins: after this one."""

    subject_id: UUID
    case_id: UUID


async def begin_transfer(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let the time run in which an accepted dispute is passed to its source."""
    calendar = await calendar_for_deadlines(session)
    due = add_working_days(now, TRANSFER_DAYS, calendar=calendar)
    transfer = SourceTransfer(
        subject_id=case.subject_id,
        case_id=case.id,
        office_id=case.office_id,
        began_at=now,
        due_at=due.at,
        due_provisional=due.provisional,
    )
    session.add(transfer)
    await _post(session, transfer, calendar=calendar, now=now)


async def end_transfer(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Say that the source of a dispute was asked; the time runs no more."""
    transfer = await lock_transfer(session, case.subject_id, case.id)
    if transfer is not None:
        transfer.passed_at = now


async def lock_transfer(
    session: AsyncSession, subject_id: UUID, case_id: UUID
) -> SourceTransfer | None:
    """Return the time of a dispute's transfer, locked; nothing if it has none or the caller does not see it."""
    return await session.scalar(
        select(SourceTransfer)
        .where(SourceTransfer.subject_id == subject_id, SourceTransfer.case_id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _post(
    session: AsyncSession, transfer: SourceTransfer, *, calendar: Calendar, now: datetime
) -> None:
    """Put the end of the time into the outbox, and the reminder before it; those of a former time find nothing to do."""
    which = {
        "subject_id": transfer.subject_id,
        "case_id": transfer.case_id,
        "due_at": transfer.due_at.isoformat(),
    }
    await outbox.post(session, DUE_TOPIC, which, now=now, not_before=max(now, transfer.due_at))
    nearly = add_working_days(
        transfer.began_at, TRANSFER_DAYS - REMIND_DAYS_BEFORE, calendar=calendar
    ).at
    await outbox.post(session, REMIND_TOPIC, which, now=now, not_before=max(now, nearly))


async def _running(
    session: AsyncSession, subject_id: UUID, case_id: UUID, *, due_at: datetime
) -> tuple[SourceTransfer, ReviewCase] | None:
    """Return a transfer whose time ends then with its dispute, where it still waits to be passed on."""
    transfer = await lock_transfer(session, subject_id, case_id)
    if transfer is None or transfer.passed_at is not None or transfer.due_at != due_at:
        return None
    case = await session.get_one(ReviewCase, (subject_id, case_id))
    return (transfer, case) if case.state is CaseState.ACCEPTED else None


async def remind_of_transfer(
    session: AsyncSession, *, subject_id: UUID, case_id: UUID, due_at: datetime, now: datetime
) -> None:
    """Remind the office that a dispute is to be passed to its source, one working day before the time is over."""
    found = await _running(session, subject_id, case_id, due_at=due_at)
    if found is None or due_at <= now:
        return
    case = found[1]
    await tell_case_office(
        session,
        case,
        title="异议申请：请转来源核实",
        body=f"“{case.item}”须在 {day_zh(due_at)}前转{case.source}核实；平台能自行查实的，可直接作出决定。",
        now=now,
    )


async def mark_transfer_late(
    session: AsyncSession, *, subject_id: UUID, case_id: UUID, due_at: datetime, now: datetime
) -> None:
    """Mark a dispute late that was not passed to its source in time, and tell the office and whoever filed it."""
    found = await _running(session, subject_id, case_id, due_at=due_at)
    if found is None or now < due_at or found[0].late_at is not None:
        return
    transfer, case = found
    transfer.late_at = now
    record_step(session, case, "transfer_late", now=now, detail={"source": case.source})
    await tell_case_office(
        session,
        case,
        title="异议申请：转办逾期",
        body=f"“{case.item}”未在 {TRANSFER_DAYS} 个工作日内转{case.source}核实，已记入审计；请立即转办或作出决定。",
        now=now,
    )
    if case.person_id is not None:
        await notices.notify_person(
            session,
            person_id=case.person_id,
            template="review_case",
            title="异议申请：转办逾期",
            body=f"“{case.item}”未在期限内转{case.source}核实，已催办并记入审计；期间不计入评价。",
            link="/pages/cases",
            facts={"item": case.item},
            now=now,
        )


async def redate_transfers(
    session: AsyncSession, *, year: int, after: Place | None, now: datetime
) -> Place | None:
    """Work out anew the running times that the year's arrangement touches, a chunk of them, past ``after``.

    Return where the next chunk begins; nothing when this was the last. Doing it again changes nothing.
    """
    calendar = await calendar_for_deadlines(session)
    found = await _lock_running(session, year=year, after=after, now=now)
    for transfer in found:
        due = add_working_days(transfer.began_at, TRANSFER_DAYS, calendar=calendar)
        transfer.due_provisional = due.provisional
        anew = running_deadline(transfer.due_at, due.at, calendar=calendar, now=now)
        if anew != transfer.due_at:
            transfer.due_at = anew
            await _post(session, transfer, calendar=calendar, now=now)
    if len(found) < CHUNK:
        return None
    return Place(found[-1].subject_id, found[-1].case_id)


async def _lock_running(
    session: AsyncSession, *, year: int, after: Place | None, now: datetime
) -> Sequence[SourceTransfer]:
    first, last = days_touched(year)
    running = (
        select(SourceTransfer)
        .where(
            SourceTransfer.passed_at.is_(None),
            SourceTransfer.due_at > now,
            SourceTransfer.due_at >= datetime.combine(first, time(), SHANGHAI),
            SourceTransfer.began_at <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(SourceTransfer.subject_id, SourceTransfer.case_id)
        .limit(CHUNK)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if after is not None:
        key = tuple_(SourceTransfer.subject_id, SourceTransfer.case_id)
        running = running.where(key > tuple_(*after))
    return (await session.scalars(running)).all()
