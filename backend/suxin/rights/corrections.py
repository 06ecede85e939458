"""Correct my data (PIPL art. 46): what one declared oneself at once, what a source department recorded by request.

A record counts as disputed from the moment its correction is asked for, and so counts against nobody. The city's credit
office answers within seven working days (*proposed*, demo configuration), which lies within the twenty days of 征信业管理条例
art. 25; how it answers and what that does is in ``answering`` and ``remedies``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import add_working_days
from suxin.rights.deadlines import ANSWER_WITHIN_DAYS, start_clock, tell_office
from suxin.rights.models import CorrectionAbout, CorrectionRequest, CorrectionState
from suxin.rights.queries import corrections as queries
from suxin.rights.remedies import remedy_of, stated_of
from suxin.rights.retention import keep_ended
from suxin.subjects.declarations import declare_record
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus, Subject

MAX_OPEN: Final = 10
MAX_TEXT: Final = 500


class RecordNotContestable(Refusal):
    """The record does not count at present, or its correction is asked for already."""

    code = "RECORD_NOT_CONTESTABLE"
    zh = "该记录正在核查或已不再使用，不能再申请更正"
    en = "The record is being checked, or counts no longer; no correction can be asked for"


class CorrectionAsked(Refusal):
    """A correction of the same item is asked for and not answered yet."""

    code = "CORRECTION_ASKED"
    zh = "该项的更正申请尚未答复，请等待答复"
    en = "A correction of this item waits for an answer already"


class TooManyCorrections(Refusal):
    """As many corrections are asked for as may wait for an answer at once."""

    code = "TOO_MANY_CORRECTIONS"
    kind = RefusalKind.LIMITED
    zh = "待答复的更正申请最多 {limit} 件，请等待答复"
    en = "At most {limit} correction requests may wait for an answer"


async def correct_declaration(
    session: AsyncSession,
    actor: Actor,
    *,
    record_id: UUID,
    content: Mapping[str, object],
    now: datetime,
) -> UUID:
    """Put right at once what the acting subject declared itself; return the new record's id. The old one is kept, withdrawn.

    :raises NotFound: if it is no declaration of this subject that counts
    :raises Invalid: if the content is not what the item holds
    :raises DeclaredTooMany: if it has fifty already, those withdrawn included
    Source: PIPL art. 46
    """
    await _lock_subject(session, actor.own_subject)
    record = await _record_of(session, actor.own_subject, record_id, self_declared=True)
    if record is None or record.status is not RecordStatus.ACTIVE:
        raise NotFound(thing_zh="自主申报", thing_en="declaration")
    corrected = await declare_record(
        session, actor, item_code=record.item_code, content=content, now=now
    )
    record.status = RecordStatus.WITHDRAWN
    append_act(
        session,
        action="rights.declaration.corrected",
        now=now,
        subject_id=actor.own_subject,
        object_type="credit_record",
        object_id=record_id,
        detail={"by": str(corrected)},
    )
    await session.flush()
    return corrected


async def request_correction(
    session: AsyncSession,
    actor: Actor,
    *,
    about: CorrectionAbout,
    record_id: UUID | None,
    wanted: str,
    reason: str,
    now: datetime,
) -> CorrectionRequest:
    """Ask the city's credit office to have a record, or an item of the subject's own data, put right.

    The record is disputed until the answer.

    :raises Invalid: if a text is missing or too long, or a record is named for anything but a record
    :raises NotFound: if the subject has no such record of a source department
    :raises RecordNotContestable: if the record does not count at present
    :raises CorrectionAsked: if the same is asked for already
    :raises TooManyCorrections: if ``MAX_OPEN`` wait for an answer
    Source: PIPL art. 46; 征信业管理条例 art. 25
    """
    subject_id = actor.own_subject
    said = {"wanted": checked_text(wanted, "wanted"), "reason": checked_text(reason, "reason")}
    if (about is CorrectionAbout.RECORD) != (record_id is not None):
        raise Invalid(
            field="recordId",
            reason_zh="更正信用记录须且仅须指明一条记录",
            reason_en="name a record if, and only if, a record is to be corrected",
        )
    subject = await _lock_subject(session, subject_id)
    await _require_room(session, subject_id, about)
    contested = (
        stated_of(subject, about)
        if record_id is None
        else await _disputed(session, subject_id, record_id)
    )
    calendar = await calendar_for_deadlines(session)
    due = add_working_days(now, ANSWER_WITHIN_DAYS, calendar=calendar)
    request = CorrectionRequest(
        subject_id=subject_id,
        id=new_id(now),
        person_id=actor.own_person,
        about=about,
        record_id=record_id,
        remedy=remedy_of(about, subject),
        **contested,
        **said,
        state=CorrectionState.FILED,
        filed_at=now,
        answer_by=due.at,
        answer_by_provisional=due.provisional,
    )
    session.add(request)
    await session.flush()
    record_step(session, request, "filed", now=now)
    await start_clock(session, request, calendar=calendar, now=now)
    await tell_office(
        session,
        request,
        template="correction_filed",
        title="新的更正申请",
        body=f"有主体申请更正“{request.item}”，请在 {ANSWER_WITHIN_DAYS} 个工作日内答复。",
        now=now,
    )
    return request


async def withdraw_correction(
    session: AsyncSession, actor: Actor, *, request_id: UUID, now: datetime
) -> CorrectionRequest:
    """Take a correction request back; its record counts again.

    :raises NotFound: if it is not this subject's
    :raises CorrectionAnswered: if it has ended before
    """
    request = await queries.lock_correction(session, request_id, subject_id=actor.own_subject)
    request.enter(CorrectionState.WITHDRAWN)
    request.answered_at = now
    await settle_record(session, request, RecordStatus.ACTIVE)
    record_step(session, request, "withdrawn", now=now)
    await keep_ended(session, request, now=now)
    return request


async def _lock_subject(session: AsyncSession, subject_id: UUID) -> Subject:
    """Return the subject; what it asks for at once is taken up one after the other."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"corrections:{subject_id}", 0)))
    )
    return await session.get_one(Subject, subject_id)


async def _require_room(session: AsyncSession, subject_id: UUID, about: CorrectionAbout) -> None:
    waiting = (
        await session.scalars(
            select(CorrectionRequest.about).where(
                CorrectionRequest.subject_id == subject_id,
                CorrectionRequest.state == CorrectionState.FILED,
            )
        )
    ).all()
    if about is not CorrectionAbout.RECORD and about in waiting:
        raise CorrectionAsked(field="about")
    if len(waiting) >= MAX_OPEN:
        raise TooManyCorrections(limit=MAX_OPEN)


async def _disputed(session: AsyncSession, subject_id: UUID, record_id: UUID) -> dict[str, object]:
    record = await _record_of(session, subject_id, record_id, self_declared=False)
    if record is None:
        raise NotFound(thing_zh="信用记录", thing_en="credit record", field="recordId")
    if record.status is not RecordStatus.ACTIVE:
        raise RecordNotContestable(field="recordId")
    record.status = RecordStatus.DISPUTED
    item = await session.get(CatalogueItem, record.item_code)
    return {
        "item": item.name if item else record.item_code,
        "source": item.department if item else record.source,
        "stated": {
            "occurredOn": record.occurred_on.isoformat(),
            "amountFen": record.amount_fen,
            "content": record.content,
            "sourceRef": record.source_ref,
        },
    }


async def _record_of(
    session: AsyncSession, subject_id: UUID, record_id: UUID, *, self_declared: bool
) -> CreditRecord | None:
    return await session.scalar(
        select(CreditRecord)
        .where(
            CreditRecord.subject_id == subject_id,
            CreditRecord.id == record_id,
            CreditRecord.self_declared.is_(self_declared),
        )
        .execution_options(populate_existing=True)
    )


async def settle_record(
    session: AsyncSession, request: CorrectionRequest, to: RecordStatus
) -> None:
    """Let the record of an ended request count again, or no more; what became of it otherwise meanwhile stays."""
    if request.record_id is None:
        return
    record = await _record_of(session, request.subject_id, request.record_id, self_declared=False)
    if record is not None and record.status is RecordStatus.DISPUTED:
        record.status = to
        await session.flush()


def record_step(
    session: AsyncSession, request: CorrectionRequest, step: str, *, now: datetime
) -> None:
    """Put a step of a correction request on record, without what is contested."""
    append_act(
        session,
        action=f"rights.correction.{step}",
        now=now,
        subject_id=request.subject_id,
        object_type="correction_request",
        object_id=request.id,
        detail={"about": request.about.value, "item": request.item},
    )


def checked_text(given: str, field: str) -> str:
    """Return a text without the space around it.

    :raises Invalid: if it is none, or longer than ``MAX_TEXT``
    """
    text = given.strip()
    if not 1 <= len(text) <= MAX_TEXT:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {MAX_TEXT} 字",
            reason_en=f"it has 1 to {MAX_TEXT} characters",
        )
    return text
