"""What whoever files a case does: file it, hand in what is missing, take it back, appeal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.kernel.texts import bounded_text
from suxin.review import queries
from suxin.review.clocks import set_clock
from suxin.review.documents import attach_documents, erase_contents
from suxin.review.kinds import CaseKind
from suxin.review.models import ReviewCase
from suxin.review.retention import keep_ended
from suxin.review.states import CaseState, Clock, Outcome
from suxin.review.telling import day_zh, record_step, tell_office

MAX_TEXT: Final = 500


class AppealNotOpen(Refusal):
    """There is nothing to appeal against: the case went as asked, was appealed before, or the time is over."""

    code = "APPEAL_NOT_OPEN"
    zh = "该事项不能申诉：已按申请办理、已经申诉过，或申诉期已过"
    en = "There is no appeal: the case went as asked, was appealed before, or the time is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiling:
    """What is asked: about which thing of another context, what that is, what it should be and why.

    ``person_id`` is told of each step; ``stated`` is kept as it is now. The documents were put down by the subject before.
    """

    subject_id: UUID
    person_id: UUID | None
    object_id: UUID | None
    item: str
    source: str
    wanted: str
    reason: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    document_ids: Sequence[UUID] = ()


async def file_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    office_id: UUID,
    filing: CaseFiling,
    now: datetime,
) -> ReviewCase:
    """File a case with an office, as the subject or as one of the office's staff; the owning context has checked what it is about.

    :raises Invalid: if a text is missing or too long
    :raises Forbidden: if the actor is neither the subject nor of the office
    :raises NotFound: if a document is not the subject's, or not free
    """
    said = {name: checked_text(getattr(filing, name), name) for name in ("wanted", "reason")}
    case = ReviewCase(
        subject_id=filing.subject_id,
        id=new_id(now),
        kind=kind.code,
        office_id=office_id,
        filed_by=_filer(actor, filing, office_id, kind),
        person_id=filing.person_id,
        object_id=filing.object_id,
        item=filing.item,
        source=filing.source,
        stated=dict(filing.stated),
        **said,
        state=CaseState.SUBMITTED,
        round=1,
        filed_at=now,
    )
    await set_clock(session, case, Clock.ACCEPT, days=kind.accept_days, since=now, now=now)
    session.add(case)
    await session.flush()
    await attach_documents(session, case, filing.document_ids)
    record_step(session, case, "filed", now=now)
    await tell_office(
        session,
        kind,
        case,
        title="新的申请",
        body=f"“{case.item}”：请在 {day_zh(case.due_at)}前受理，{kind.decide_days} 个工作日内答复。",
        now=now,
    )
    return case


def _filer(actor: Actor, filing: CaseFiling, office_id: UUID, kind: CaseKind) -> UUID:
    if actor.kind is ActorKind.SUBJECT and actor.own_subject == filing.subject_id:
        return actor.own_person
    actor.require(kind.decide)
    if actor.own_tenant != office_id:
        raise Forbidden(permission=kind.decide)
    return actor.own_staff


async def _own(session: AsyncSession, actor: Actor, kind: CaseKind, case_id: UUID) -> ReviewCase:
    """Return a case of the acting subject, or one that the acting staff member filed, locked.

    :raises NotFound: if it is neither
    """
    if actor.kind is ActorKind.SUBJECT:
        case = await queries.lock_case(session, case_id, subject_id=actor.own_subject)
    else:
        actor.require(kind.decide)
        case = await queries.lock_case(session, case_id, office_id=actor.own_tenant)
    mine = actor.kind is ActorKind.SUBJECT or case.filed_by == actor.own_staff
    if not mine or case.kind != kind.code:
        raise NotFound(thing_zh="申请事项", thing_en="case")
    return case


def checked_text(given: str, field: str) -> str:
    """Return a text without the space around it.

    :raises Invalid: if it is none, or longer than ``MAX_TEXT``
    """
    return bounded_text(given, field, most=MAX_TEXT)


async def supplement_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    reason: str,
    document_ids: Sequence[UUID] = (),
    now: datetime,
) -> ReviewCase:
    """Hand in what was missing, with documents where there are any; the times run anew.

    :raises NotFound: if it is not this subject's, or a document is not
    :raises Invalid: if the text is missing or too long, or documents are too many
    :raises CaseElsewhere: if nothing is missing
    """
    case = await _own(session, actor, kind, case_id)
    said = checked_text(reason, "reason")
    case.enter(CaseState.SUBMITTED)
    case.reason, case.missing = said, None
    await set_clock(session, case, Clock.ACCEPT, days=kind.accept_days, since=now, now=now)
    await attach_documents(session, case, document_ids)
    record_step(session, case, "supplemented", now=now)
    await tell_office(
        session, kind, case, title="已补正", body=f"“{case.item}”已补充材料，请受理。", now=now
    )
    return case


async def withdraw_case(
    session: AsyncSession, actor: Actor, *, kind: CaseKind, case_id: UUID, now: datetime
) -> ReviewCase:
    """Take a case back; what it was about stands as before.

    :raises NotFound: if it is not this subject's
    :raises CaseElsewhere: if it was answered, or has ended
    """
    case = await _own(session, actor, kind, case_id)
    case.enter(CaseState.WITHDRAWN)
    case.give_up_decision()
    case.ended_at = now
    await session.flush()
    await erase_contents(session, case)
    record_step(session, case, "withdrawn", now=now)
    await kind.settle(session, case, now=now)
    await keep_ended(session, case, now=now)
    return case


async def appeal_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Appeal against what was decided: its effect waits, and somebody else decides anew.

    :raises NotFound: if it is not this subject's
    :raises Invalid: if the reason is missing or too long
    :raises AppealNotOpen: if the case went as asked, was appealed before, or the time is over
    """
    case = await _own(session, actor, kind, case_id)
    said = checked_text(reason, "reason")
    if (
        case.state is not CaseState.NOTICED
        or case.outcome is Outcome.GRANTED
        or case.round > 1
        or case.due_at <= now
    ):
        raise AppealNotOpen
    case.enter(CaseState.APPEALED)
    case.round, case.appealed_at, case.appeal_reason = 2, now, said
    # An appeal is heard, whether the case was accepted at first or not.
    case.accepted_at = case.accepted_at or now
    case.give_up_decision()
    await set_clock(session, case, Clock.DECIDE, days=kind.decide_days, since=now, now=now)
    await session.flush()
    record_step(session, case, "appealed", now=now)
    await tell_office(
        session,
        kind,
        case,
        title="申诉",
        body=f"“{case.item}”：当事人申诉，请由原决定人以外的人员在 {day_zh(case.due_at)}前重新决定。",
        now=now,
    )
    return case
