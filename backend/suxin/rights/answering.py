"""The city's credit office answers a correction request: what it grants is done in the same transaction.

What is the platform's own is changed to what the office has found right. A record of a source department is used no more,
and the office is told to ask the department. See ``remedies``.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.rights.corrections import checked_text, record_step, settle_record
from suxin.rights.deadlines import PAGE, tell_office
from suxin.rights.models import STATES_ZH, CorrectionRequest, CorrectionState, Remedy
from suxin.rights.policies import CORRECTION_ANSWER
from suxin.rights.queries import corrections as queries
from suxin.rights.remedies import PutRight, outcome_of, put_right
from suxin.rights.retention import keep_ended
from suxin.subjects.models import RecordStatus
from suxin.subjects.rectifications import rectify_subject


async def answer_correction(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    corrected: bool,
    answer: str,
    value: str = "",
    now: datetime,
) -> CorrectionRequest:
    """Answer a correction request with a reason, and tell whoever filed it.

    ``value`` is what the platform's own data should say, where that is what is granted. A record that was wrong is
    withdrawn; otherwise it counts again.

    :raises Forbidden: if the actor may not answer
    :raises NotFound: if there is none of that id
    :raises Invalid: if the answer is missing or too long, or the value is none of its item
    :raises CorrectionAnswered: if it has ended before
    Source: PIPL art. 46, 50; 征信业管理条例 art. 25
    """
    actor.require(CORRECTION_ANSWER)
    said = checked_text(answer, "answer")
    request = await queries.lock_correction(session, request_id)
    request.enter(CorrectionState.CORRECTED if corrected else CorrectionState.DECLINED)
    # The row says all of the answer at once, or the database takes none of it.
    with session.no_autoflush:
        right = await _right(session, request, value) if corrected else None
    request.answered_at, request.answered_by, request.answer = now, actor.own_staff, said
    request.applied = right.zh if right else None
    async with act_for(session, subject_id=request.subject_id, reason="correction answered"):
        await settle_record(
            session, request, RecordStatus.WITHDRAWN if corrected else RecordStatus.ACTIVE
        )
        if right is not None:
            await rectify_subject(
                session, subject_id=request.subject_id, values=right.columns, now=now
            )
    record_step(session, request, "corrected" if corrected else "declined", now=now)
    await keep_ended(session, request, now=now)
    await _tell(session, request, said, now=now)
    return request


async def _right(session: AsyncSession, request: CorrectionRequest, value: str) -> PutRight | None:
    if request.remedy is not Remedy.PLATFORM:
        return None
    return await put_right(session, request.about, value)


async def _tell(
    session: AsyncSession, request: CorrectionRequest, said: str, *, now: datetime
) -> None:
    outcome = outcome_of(request)
    follows = "" if outcome is None else f" {outcome[0]}。"
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="correction_answered",
        title="更正申请已答复",
        body=f"您对“{request.item}”的更正申请{STATES_ZH[request.state]}：{said}{follows}",
        link=PAGE,
        facts={"item": request.item},
        now=now,
    )
    if outcome is not None and request.remedy is Remedy.SOURCE:
        await tell_office(
            session,
            request,
            template="correction_to_source",
            title="请转来源部门核改",
            body=f"“{request.item}”已予更正、原记录停用；请转请{request.source}核改并重新报送。",
            now=now,
        )
