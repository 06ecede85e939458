"""A disputed record is passed to the source that provided it (异议转办): the platform holds a copy, and the source knows.

The source answers within five working days (*proposed*, by 上海市社会信用条例 and 台州市企业信用促进条例). The office writes its answer down,
and is told when none has come. The end of the time follows from when it was asked and from the calendar as it is then, so that no
date is stored that a new arrangement could make wrong.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.calendars import calendar
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import Deadline, add_working_days
from suxin.review import queries as review
from suxin.review.filing import checked_text
from suxin.review.models import ReviewCase
from suxin.review.states import CaseElsewhere, CaseState
from suxin.review.telling import day_zh, record_step, tell_filer, tell_office
from suxin.rights.kinds import DISPUTE
from suxin.rights.models import SourceInquiry
from suxin.rights.policies import CASE_DECIDE
from suxin.rights.queries.cases import lock_inquiry
from suxin.rights.transfers import end_transfer

SOURCE_DAYS: Final = 5
DUE_TOPIC: Final = "rights.inquiry.due"


class SourceAsked(Refusal):
    """The source was asked before."""

    code = "SOURCE_ASKED"
    zh = "该异议已转来源部门核实"
    en = "The source was asked about this dispute before"


async def ask_source(
    session: AsyncSession, actor: Actor, *, case_id: UUID, question: str, now: datetime
) -> SourceInquiry:
    """Pass an accepted dispute to the source of its record, and tell whoever filed it.

    :raises Forbidden: if the actor may not decide on disputes
    :raises NotFound: if his office has no dispute of that id
    :raises Invalid: if the question is missing or too long
    :raises CaseElsewhere: if the dispute is not one that is being dealt with
    :raises SourceAsked: if the source was asked before
    """
    actor.require(CASE_DECIDE)
    said = checked_text(question, "question")
    case = await _dispute(session, actor, case_id)
    if case.state not in (CaseState.ACCEPTED, CaseState.APPEALED):
        raise CaseElsewhere(state=case.state)
    if await lock_inquiry(session, case.subject_id, case_id) is not None:
        raise SourceAsked
    inquiry = SourceInquiry(
        subject_id=case.subject_id,
        case_id=case_id,
        office_id=case.office_id,
        source=case.source,
        question=said,
        asked_by=actor.own_staff,
        asked_at=now,
    )
    session.add(inquiry)
    await end_transfer(session, case, now=now)
    await session.flush()
    due = await answer_due(session, inquiry)
    await _wait(session, inquiry, due, now=now)
    record_step(session, case, "source_asked", now=now, detail={"source": case.source})
    await tell_filer(
        session,
        DISPUTE,
        case,
        title="已转来源核实",
        body=f"“{case.item}”已转{case.source}核实，其应在 {day_zh(due.at)}前回复；核实期间不计入评价。",
        now=now,
    )
    return inquiry


async def note_source_answer(
    session: AsyncSession, actor: Actor, *, case_id: UUID, answer: str, now: datetime
) -> SourceInquiry:
    """Write down what the source answered.

    :raises Forbidden: if the actor may not decide on disputes
    :raises NotFound: if his office has no dispute of that id, or its source was not asked or has answered
    :raises Invalid: if the answer is missing or too long
    """
    actor.require(CASE_DECIDE)
    said = checked_text(answer, "answer")
    case = await _dispute(session, actor, case_id)
    inquiry = await lock_inquiry(session, case.subject_id, case_id)
    if inquiry is None or inquiry.answered_at is not None:
        raise NotFound(thing_zh="待回复的转办", thing_en="open inquiry")
    inquiry.answered_by, inquiry.answered_at, inquiry.answer = actor.own_staff, now, said
    record_step(session, case, "source_answered", now=now, detail={"source": case.source})
    return inquiry


async def answer_due(session: AsyncSession, inquiry: SourceInquiry) -> Deadline:
    """Return by when the source answers, by the calendar as it is now."""
    days = await calendar(session)
    return add_working_days(inquiry.asked_at, SOURCE_DAYS, calendar=days)


async def mark_source_late(
    session: AsyncSession, *, subject_id: UUID, case_id: UUID, now: datetime
) -> None:
    """Mark a source late that has not answered, and tell the office; wait on where the calendar gives it longer by now."""
    inquiry = await lock_inquiry(session, subject_id, case_id)
    if inquiry is None or inquiry.answered_at is not None or inquiry.late_at is not None:
        return
    due = await answer_due(session, inquiry)
    if due.at > now:
        await _wait(session, inquiry, due, now=now)
        return
    inquiry.late_at = now
    case = (
        await session.scalars(
            select(ReviewCase).where(ReviewCase.subject_id == subject_id, ReviewCase.id == case_id)
        )
    ).one()
    record_step(session, case, "source_late", now=now, detail={"source": case.source})
    await tell_office(
        session,
        DISPUTE,
        case,
        title="来源逾期未回复",
        body=f"{case.source}未在 {SOURCE_DAYS} 个工作日内回复“{case.item}”的核实，请催办。",
        now=now,
    )


async def _dispute(session: AsyncSession, actor: Actor, case_id: UUID) -> ReviewCase:
    case = await review.lock_case(session, case_id, office_id=actor.own_tenant)
    if case.kind != DISPUTE.code:
        raise NotFound(thing_zh="异议申请", thing_en="dispute")
    return case


async def _wait(
    session: AsyncSession, inquiry: SourceInquiry, due: Deadline, *, now: datetime
) -> None:
    which = {"subject_id": inquiry.subject_id, "case_id": inquiry.case_id}
    await outbox.post(session, DUE_TOPIC, which, now=now, not_before=max(now, due.at))
