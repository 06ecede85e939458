"""Correct my data (PIPL art. 46): what one declared oneself at once, what a source department recorded by request.

A record counts as disputed from the moment its correction is asked for, and so counts against nobody. The city's credit
office answers within seven working days (*proposed*, demo configuration), which lies within the twenty days of 征信业管理条例
art. 25. What it finds wrong is withdrawn; the source delivers the right record as a new one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.database import act_for
from suxin.kernel.holdings import Kept, Portion
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import add_working_days
from suxin.rights.models import CorrectionAbout, CorrectionRequest, CorrectionState
from suxin.rights.policies import CORRECTION_ANSWER
from suxin.rights.queries import corrections as queries
from suxin.subjects.declarations import declare_record
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus, Subject

ANSWER_WITHIN_DAYS: Final = 7
MAX_OPEN: Final = 10
MAX_TEXT: Final = 500
_PAGE: Final = "/pages/my-data"
_DESK_PAGE: Final = "/desk/corrections"


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


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="corrections",
        zh="更正申请",
        en="correction requests",
        tables=("correction_requests",),
        fields={
            "id": "编号",
            "about": "对象",
            "record_id": "记录编号",
            "item": "事项",
            "source": "来源",
            "stated": "申请时的记载",
            "wanted": "应为",
            "reason": "理由",
            "state": "状态",
            "filed_at": "提出时间",
            "answer_by": "答复期限",
            "answered_at": "答复时间",
            "answer": "答复",
        },
        rows=queries.corrections_of,
        by=(CorrectionRequest.id,),
        kept=Kept(
            why_zh="更正申请及答复是您行使权利、信用办依法答复的凭据",
            why_en="a request and its answer are the evidence of how the right was served",
            law_zh="《征信业管理条例》第二十五条；《民法典》第一百八十八条",
            until_zh="答复后 3 年",
        ),
    ),
)


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
    said = {"wanted": _text(wanted, "wanted"), "reason": _text(reason, "reason")}
    if (about is CorrectionAbout.RECORD) != (record_id is not None):
        raise Invalid(
            field="recordId",
            reason_zh="更正信用记录须且仅须指明一条记录",
            reason_en="name a record if, and only if, a record is to be corrected",
        )
    subject = await _lock_subject(session, subject_id)
    await _require_room(session, subject_id, about)
    stated = (
        _of_subject(subject, about)
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
        **stated,
        **said,
        state=CorrectionState.FILED,
        filed_at=now,
        answer_by=due.at,
        answer_by_provisional=due.provisional,
    )
    session.add(request)
    await session.flush()
    _record(session, request, "filed", now=now)
    await _tell_office(session, request, now=now)
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
    await _settle(session, request, RecordStatus.ACTIVE)
    _record(session, request, "withdrawn", now=now)
    return request


async def answer_correction(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    corrected: bool,
    answer: str,
    now: datetime,
) -> CorrectionRequest:
    """Answer a correction request with a reason, and tell whoever filed it.

    What was wrong is withdrawn; otherwise the record counts again.

    :raises Forbidden: if the actor may not answer
    :raises NotFound: if there is none of that id
    :raises Invalid: if the answer is missing or too long
    :raises CorrectionAnswered: if it has ended before
    Source: PIPL art. 46, 50; 征信业管理条例 art. 25
    """
    actor.require(CORRECTION_ANSWER)
    said = _text(answer, "answer")
    request = await queries.lock_correction(session, request_id)
    request.enter(CorrectionState.CORRECTED if corrected else CorrectionState.DECLINED)
    request.answered_at, request.answered_by, request.answer = now, actor.own_staff, said
    async with act_for(session, subject_id=request.subject_id, reason="correction answered"):
        await _settle(
            session, request, RecordStatus.WITHDRAWN if corrected else RecordStatus.ACTIVE
        )
    _record(session, request, "corrected" if corrected else "declined", now=now)
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="correction_answered",
        title="更正申请已答复",
        body=f"您对“{request.item}”的更正申请{'已更正' if corrected else '未予更正'}：{said}",
        link=_PAGE,
        facts={"item": request.item},
        now=now,
    )
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


def _of_subject(subject: Subject, about: CorrectionAbout) -> dict[str, object]:
    item, stated = {
        CorrectionAbout.NAME: ("名称", subject.name),
        CorrectionAbout.REGION: ("所在地", subject.town_code or subject.county_code),
        CorrectionAbout.INDUSTRY: ("行业", subject.industry),
    }[about]
    return {"item": item, "source": "登记资料", "stated": {"value": stated}}


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


async def _settle(session: AsyncSession, request: CorrectionRequest, to: RecordStatus) -> None:
    """Let the record of an ended request count again, or no more; what became of it otherwise meanwhile stays."""
    if request.record_id is None:
        return
    record = await _record_of(session, request.subject_id, request.record_id, self_declared=False)
    if record is not None and record.status is RecordStatus.DISPUTED:
        record.status = to
        await session.flush()


async def _tell_office(session: AsyncSession, request: CorrectionRequest, *, now: datetime) -> None:
    for tenant_id in await queries.operators(session):
        await notices.notify_tenant(
            session,
            tenant_id=tenant_id,
            permission=CORRECTION_ANSWER,
            template="correction_filed",
            title="新的更正申请",
            body=f"有主体申请更正“{request.item}”，请在 {ANSWER_WITHIN_DAYS} 个工作日内答复。",
            link=f"{_DESK_PAGE}/{request.id}",
            now=now,
        )


def _record(session: AsyncSession, request: CorrectionRequest, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"rights.correction.{step}",
        now=now,
        subject_id=request.subject_id,
        object_type="correction_request",
        object_id=request.id,
        detail={"about": request.about.value, "item": request.item},
    )


def _text(given: str, field: str) -> str:
    text = given.strip()
    if not 1 <= len(text) <= MAX_TEXT:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {MAX_TEXT} 字",
            reason_en=f"it has 1 to {MAX_TEXT} characters",
        )
    return text
