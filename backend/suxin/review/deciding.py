"""What the office does about a case: accept or return it, decide, check what another decided, extend its time once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.review import queries
from suxin.review.clocks import set_clock
from suxin.review.documents import erase_contents
from suxin.review.filing import checked_text
from suxin.review.kinds import CaseKind
from suxin.review.models import ReviewCase, ReviewDecision
from suxin.review.retention import keep_ended
from suxin.review.states import CaseElsewhere, CaseState, Clock, Outcome
from suxin.review.telling import day_zh, record_step, tell_filer, tell_office


class OwnCase(Refusal):
    """Who filed a case neither decides nor checks it."""

    code = "OWN_CASE"
    kind = RefusalKind.FORBIDDEN
    zh = "本人提出的事项，须由他人决定和复核"
    en = "Who filed a case neither decides nor checks it"


class DecidedByYourself(Refusal):
    """Whoever decided does not check it; nor does he decide anew after an appeal."""

    code = "DECIDED_BY_YOURSELF"
    kind = RefusalKind.FORBIDDEN
    zh = "该事项由您作出决定，须由另一人办理"
    en = "You decided this case; another person checks it, or decides it anew"


class NotAccepted(Refusal):
    """A case that was not accepted is accepted, returned or refused; it is not decided yet."""

    code = "CASE_NOT_ACCEPTED"
    zh = "该事项尚未受理，请先受理、退回补正，或决定不予受理"
    en = "The case is not accepted yet; accept, return or refuse it first"


class ExtendedBefore(Refusal):
    """The time to decide is extended once."""

    code = "EXTENDED_BEFORE"
    zh = "该事项已延期一次，不能再延期"
    en = "The case was extended before; it is extended once"


class ExtensionUnknown(Refusal):
    """No rule lets cases of this kind take longer."""

    code = "EXTENSION_UNKNOWN"
    zh = "这类事项不能延期"
    en = "Cases of this kind are not extended"


async def accept_case(
    session: AsyncSession, actor: Actor, *, kind: CaseKind, case_id: UUID, now: datetime
) -> ReviewCase:
    """Accept a case: the time to decide runs from the day on which it was complete.

    :raises Forbidden: if the actor may not decide on such cases
    :raises NotFound: if his office has none of that id
    :raises OwnCase: if he filed it
    :raises CaseElsewhere: if it does not wait to be accepted
    """
    case = await _lock(session, actor, kind, case_id, right=kind.decide)
    if case.state is not CaseState.SUBMITTED:
        raise CaseElsewhere(state=case.state)
    case.enter(CaseState.ACCEPTED)
    case.accepted_at = now
    await set_clock(
        session, case, Clock.DECIDE, days=kind.decide_days, since=case.clock_from, now=now
    )
    await session.flush()
    await kind.accepted(session, case, now=now)
    record_step(session, case, "accepted", now=now)
    await tell_filer(
        session,
        kind,
        case,
        title="已受理",
        body=f"“{case.item}”已受理，将在 {day_zh(case.due_at)}前答复。",
        now=now,
    )
    return case


async def return_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    missing: str,
    now: datetime,
) -> ReviewCase:
    """Return a case for what is missing, all of it at once; without it the case lapses when the time is over.

    :raises Forbidden: if the actor may not decide on such cases
    :raises NotFound: if his office has none of that id
    :raises OwnCase: if he filed it
    :raises Invalid: if what is missing is not said, or too long
    :raises CaseElsewhere: if it does not wait to be accepted
    """
    case = await _lock(session, actor, kind, case_id, right=kind.decide)
    said = checked_text(missing, "missing")
    case.enter(CaseState.RETURNED)
    case.missing = said
    await set_clock(session, case, Clock.SUPPLEMENT, days=kind.supplement_days, since=now, now=now)
    record_step(session, case, "returned", now=now)
    await tell_filer(
        session,
        kind,
        case,
        title="需要补正",
        body=f"“{case.item}”：{said} 请在 {day_zh(case.due_at)}前补充，逾期视为放弃。",
        now=now,
    )
    return case


async def extend_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Let the time to decide be longer by what the kind's rule gives, once and with a reason that is told.

    :raises Forbidden: if the actor may not decide on such cases
    :raises NotFound: if his office has none of that id
    :raises OwnCase: if he filed it
    :raises Invalid: if the reason is missing or too long
    :raises CaseElsewhere: if its time to decide does not run, or is over
    :raises ExtendedBefore: if it was extended before
    :raises ExtensionUnknown: if cases of this kind are not extended
    """
    case = await _lock(session, actor, kind, case_id, right=kind.decide)
    said = checked_text(reason, "reason")
    if kind.extend_days == 0:
        raise ExtensionUnknown
    if case.extended_at is not None:
        raise ExtendedBefore
    waiting = case.state in (CaseState.ACCEPTED, CaseState.DECIDED, CaseState.APPEALED)
    if not waiting or case.clock is not Clock.DECIDE or case.due_at <= now:
        raise CaseElsewhere(state=case.state)
    case.extended_at, case.extension_reason = now, said
    days = case.clock_days + kind.extend_days
    await set_clock(session, case, Clock.DECIDE, days=days, since=case.clock_from, now=now)
    record_step(session, case, "extended", now=now, detail={"days": kind.extend_days})
    await tell_filer(
        session,
        kind,
        case,
        title="延期答复",
        body=f"“{case.item}”延期 {kind.extend_days} 个工作日，将在 {day_zh(case.due_at)}前答复。理由：{said}",
        now=now,
    )
    return case


async def decide_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    outcome: Outcome,
    reason: str,
    terms: Mapping[str, Any] | None = None,
    now: datetime,
) -> ReviewDecision:
    """Decide on a case, with the reason that is told once another person has checked it.

    ``terms`` are what the owning context will carry out. A case that is not one to be decided is refused instead of accepted; that is checked and told as well.

    :raises Forbidden: if the actor may not decide on such cases
    :raises NotFound: if his office has none of that id
    :raises OwnCase: if he filed it
    :raises DecidedByYourself: if he decided it before the appeal
    :raises Invalid: if the reason is missing or too long
    :raises NotAccepted: if it is to be decided before it was accepted
    :raises CaseElsewhere: if it does not wait for a decision
    """
    case = await _lock(session, actor, kind, case_id, right=kind.decide)
    said = checked_text(reason, "reason")
    if case.state is CaseState.SUBMITTED and outcome is not Outcome.REFUSED:
        raise NotAccepted
    if not ReviewCase.__machine__.leads(case.state, CaseState.DECIDED):
        raise CaseElsewhere(state=case.state)
    before = await queries.decisions_on(session, case)
    reviewed = next((one for one in reversed(before) if one.upheld_by is not None), None)
    if reviewed is not None and reviewed.decided_by == actor.own_staff:
        raise DecidedByYourself
    decision = ReviewDecision(
        subject_id=case.subject_id,
        case_id=case.id,
        number=len(before) + 1,
        round=case.round,
        office_id=case.office_id,
        filed_by=case.filed_by,
        outcome=outcome,
        reason=said,
        terms=None if terms is None else dict(terms),
        decided_by=actor.own_staff,
        decided_at=now,
        reviewed_number=reviewed.number if reviewed else None,
        reviewed_by=reviewed.decided_by if reviewed else None,
    )
    session.add(decision)
    await session.flush()
    case.take_decision(decision)
    await session.flush()
    record_step(session, case, "decided", now=now, detail={"outcome": outcome.value})
    await tell_office(
        session,
        kind,
        case,
        title="待复核",
        body=f"“{case.item}”已作出决定（{kind.outcomes[outcome]}），请由另一人在 {day_zh(case.due_at)}前复核。",
        to=kind.check,
        now=now,
    )
    return decision


async def check_case(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: CaseKind,
    case_id: UUID,
    upheld: bool,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Check what another person decided: agree, so that it is told, or send it back to be decided again.

    What goes as asked takes effect at once. What does not may be appealed against, and takes effect when the time for it is
    over; what was decided on an appeal takes effect at once.

    :raises Forbidden: if the actor may not check such cases
    :raises NotFound: if his office has none of that id
    :raises OwnCase: if he filed it
    :raises DecidedByYourself: if he decided it
    :raises Invalid: if it is sent back without a reason, or a text is too long
    :raises CaseElsewhere: if nothing waits to be checked
    """
    case = await _lock(session, actor, kind, case_id, right=kind.check)
    if case.state is not CaseState.DECIDED:
        raise CaseElsewhere(state=case.state)
    if case.decided_by == actor.own_staff:
        raise DecidedByYourself
    said = checked_text(reason, "reason") if reason.strip() or not upheld else None
    decision = (await queries.decisions_on(session, case))[-1]
    decision.checked_by, decision.checked_at = actor.own_staff, now
    decision.upheld_by, decision.check_reason = (actor.own_staff if upheld else None), said
    await session.flush()
    if not upheld:
        await _send_back(session, kind, case, said or "", now=now)
        return case
    case.enter(CaseState.NOTICED)
    case.checked_by, case.noticed_at = actor.own_staff, now
    case.answer, case.terms = decision.reason, decision.terms
    final = case.outcome is Outcome.GRANTED or case.round > 1
    if not final:
        await set_clock(session, case, Clock.APPEAL, days=kind.appeal_days, since=now, now=now)
    await session.flush()
    record_step(session, case, "noticed", now=now, detail={"outcome": decision.outcome.value})
    await _tell_answer(session, kind, case, decision, final=final, now=now)
    if final:
        await take_effect(session, kind, case, now=now)
    return case


async def take_effect(
    session: AsyncSession, kind: CaseKind, case: ReviewCase, *, now: datetime
) -> None:
    """Let what was decided, checked and told take effect."""
    case.enter(CaseState.EFFECTIVE)
    case.ended_at = now
    await session.flush()
    outcome = case.outcome.value if case.outcome else None
    record_step(session, case, "effective", now=now, detail={"outcome": outcome})
    await kind.settle(session, case, now=now)
    await keep_ended(session, case, now=now)


async def lapse(session: AsyncSession, kind: CaseKind, case: ReviewCase, *, now: datetime) -> None:
    """End a case whose missing parts were not handed in."""
    case.enter(CaseState.LAPSED)
    case.ended_at = now
    await session.flush()
    await erase_contents(session, case)
    record_step(session, case, "lapsed", now=now)
    await tell_filer(
        session,
        kind,
        case,
        title="：逾期未补正",
        body=f"“{case.item}”未在期限内补充材料，已终止；可以重新提出。",
        now=now,
    )
    await kind.settle(session, case, now=now)
    await keep_ended(session, case, now=now)


async def _lock(
    session: AsyncSession, actor: Actor, kind: CaseKind, case_id: UUID, *, right: Permission
) -> ReviewCase:
    actor.require(right)
    staff_id = actor.own_staff
    case = await queries.lock_case(session, case_id, office_id=actor.own_tenant)
    if case.kind != kind.code:
        raise NotFound(thing_zh="申请事项", thing_en="case")
    if case.filed_by == staff_id:
        raise OwnCase
    return case


async def _send_back(
    session: AsyncSession, kind: CaseKind, case: ReviewCase, said: str, *, now: datetime
) -> None:
    case.give_up_decision()
    case.enter(CaseState.APPEALED if case.round > 1 else CaseState.ACCEPTED)
    if case.accepted_at is None:
        # Whoever checked found that it is one to be decided.
        case.accepted_at = now
        await set_clock(
            session, case, Clock.DECIDE, days=kind.decide_days, since=case.clock_from, now=now
        )
    await session.flush()
    record_step(session, case, "sent_back", now=now)
    await tell_office(
        session,
        kind,
        case,
        title="复核退回",
        body=f"“{case.item}”复核未通过：{said} 请重新决定。",
        now=now,
    )


async def _tell_answer(
    session: AsyncSession,
    kind: CaseKind,
    case: ReviewCase,
    decision: ReviewDecision,
    *,
    final: bool,
    now: datetime,
) -> None:
    appeal = "" if final else f" 如有异议，可在 {day_zh(case.due_at)}前申诉。"
    outcome = kind.outcomes[decision.outcome]
    follows = kind.follows(case) if decision.outcome is Outcome.GRANTED else ""
    await tell_filer(
        session,
        kind,
        case,
        title="已答复",
        body=f"“{case.item}”{outcome}：{decision.reason}{follows}{appeal}",
        now=now,
    )
