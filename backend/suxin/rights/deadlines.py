"""The office's time to answer a correction request: seven working days (*proposed*, demo configuration), as outbox rows.

The office's staff are reminded when one working day is left. What is not answered in time is marked late once, which stays
on it, and both sides are told. When a year's holidays are published or corrected, the running times are worked out anew,
a chunk of them in each job.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices, outbox
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar, add_working_days, local_day, running_deadline
from suxin.rights.models import CorrectionRequest
from suxin.rights.policies import CORRECTION_ANSWER
from suxin.rights.queries import corrections as queries

ANSWER_WITHIN_DAYS: Final = 7
REMIND_DAYS_BEFORE: Final = 1
CHUNK: Final = 200
"""Requests that one job redates: well under a second of work."""

REMIND_TOPIC: Final = "rights.correction.remind"
DUE_TOPIC: Final = "rights.correction.due"
REDATE_TOPIC: Final = "rights.corrections.redate"
PAGE: Final = "/pages/my-data"
_DESK_PAGE: Final = "/desk/corrections"


class Place(NamedTuple):
    """Where a chunk of requests begins: after this one."""

    subject_id: UUID
    id: UUID


async def start_clock(
    session: AsyncSession, request: CorrectionRequest, *, calendar: Calendar, now: datetime
) -> None:
    """Put the request's deadline and the reminder before it into the outbox; those of a former deadline find nothing to do."""
    which = {
        "subject_id": request.subject_id,
        "request_id": request.id,
        "answer_by": request.answer_by.isoformat(),
    }
    left = ANSWER_WITHIN_DAYS - REMIND_DAYS_BEFORE
    nearly = add_working_days(request.filed_at, left, calendar=calendar).at
    for topic, at in ((REMIND_TOPIC, nearly), (DUE_TOPIC, request.answer_by)):
        await outbox.post(session, topic, which, now=now, not_before=max(now, at))


async def remind_office(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, answer_by: datetime, now: datetime
) -> None:
    """Remind the office of a request that nobody has answered yet, one working day before its time is over."""
    request = await queries.lock_filed(session, subject_id, request_id)
    if request is None or request.answer_by != answer_by or request.answer_by <= now:
        return
    await tell_office(
        session,
        request,
        template="correction_clock",
        title="更正申请即将逾期",
        body=f"“{request.item}”的更正申请须在 {_day_zh(request.answer_by)}前答复。",
        now=now,
    )


async def mark_late(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, answer_by: datetime, now: datetime
) -> None:
    """Mark a request late that was not answered in time, and tell the office and whoever filed it."""
    request = await queries.lock_filed(session, subject_id, request_id)
    if request is None or request.answer_by != answer_by or request.answer_by > now:
        return
    request.late_at = now
    _record(session, request, "late", {}, now=now)
    await tell_office(
        session,
        request,
        template="correction_late",
        title="更正申请已逾期",
        body=f"“{request.item}”的更正申请未在期限内答复，已记入审计；请立即答复。",
        now=now,
    )
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="correction_late",
        title="更正申请答复逾期",
        body=f"您对“{request.item}”的更正申请未在期限内得到答复，已催办并记入审计；期间有关记录不计入评价。",
        link=PAGE,
        facts={"item": request.item},
        now=now,
    )


async def redate_corrections(
    session: AsyncSession, *, year: int, after: Place | None, now: datetime
) -> Place | None:
    """Work out anew the running deadlines that the year's arrangement touches, a chunk of them, past ``after``.

    Return where the next chunk begins; nothing when this was the last. Doing it again changes nothing.
    """
    calendar = await calendar_for_deadlines(session)
    found = await queries.lock_running(session, year=year, after=after, limit=CHUNK, now=now)
    for request in found:
        await _redate(session, request, calendar, year=year, now=now)
    if len(found) < CHUNK:
        return None
    return Place(found[-1].subject_id, found[-1].id)


async def _redate(
    session: AsyncSession,
    request: CorrectionRequest,
    calendar: Calendar,
    *,
    year: int,
    now: datetime,
) -> None:
    due = add_working_days(request.filed_at, ANSWER_WITHIN_DAYS, calendar=calendar)
    request.answer_by_provisional = due.provisional
    before = request.answer_by
    anew = running_deadline(before, due.at, calendar=calendar, now=now)
    if anew == before:
        return
    request.answer_by = anew
    await start_clock(session, request, calendar=calendar, now=now)
    _record(
        session,
        request,
        "redated",
        {"year": year, "answer_by": [before.isoformat(), anew.isoformat()]},
        now=now,
    )
    await tell_office(
        session,
        request,
        template="correction_clock",
        title="答复期限已调整",
        body=f"按 {year} 年放假安排，“{request.item}”的更正申请答复期限由 {_day_zh(before)}改为 {_day_zh(anew)}。",
        now=now,
    )


async def tell_office(
    session: AsyncSession,
    request: CorrectionRequest,
    *,
    template: str,
    title: str,
    body: str,
    now: datetime,
) -> None:
    """Tell those of the city's credit office who may answer about one request."""
    for tenant_id in await queries.operators(session):
        await notices.notify_tenant(
            session,
            tenant_id=tenant_id,
            permission=CORRECTION_ANSWER,
            template=template,
            title=title,
            body=body,
            link=f"{_DESK_PAGE}/{request.id}",
            now=now,
        )


def _record(
    session: AsyncSession,
    request: CorrectionRequest,
    step: str,
    detail: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    append_act(
        session,
        action=f"rights.correction.{step}",
        now=now,
        subject_id=request.subject_id,
        object_type="correction_request",
        object_id=request.id,
        detail={"item": request.item, **detail},
    )


def _day_zh(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def place_in(payload: Mapping[str, Any]) -> Place | None:
    """Read where a chunk begins out of a job's payload."""
    if "subject_id" not in payload:
        return None
    return Place(UUID(payload["subject_id"]), UUID(payload["request_id"]))
