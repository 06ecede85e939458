"""What a village does about its rules: draft, change, take down their adoption, confirm, return, drop."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.minutes import Minutes, check_minutes
from suxin.grid.models import RuleSet
from suxin.grid.policies import RULE_CONFIRM, RULE_MANAGE
from suxin.grid.refusals import ConfirmedByAnother, StartNotAhead
from suxin.grid.rules import RuleBook, check_book
from suxin.grid.states import RuleSetState
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day

MAX_REASON: Final = 200
MAX_AHEAD_DAYS: Final = 366


async def draft_rule_set(
    session: AsyncSession, actor: Actor, *, book: RuleBook, now: datetime
) -> RuleSet:
    """Write a new version of the village's rules.

    :raises Forbidden: without the right to keep rules
    :raises Refusal: what ``rules.check_book`` refuses it for
    """
    actor.require(RULE_MANAGE)
    check_book(book)
    await queries.take_turn(session, actor.own_tenant)
    last = await session.scalar(
        select(func.max(RuleSet.number)).where(RuleSet.tenant_id == actor.own_tenant)
    )
    rule_set = RuleSet(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        number=(last or 0) + 1,
        state=RuleSetState.DRAFT,
        book=book.stored(),
        drafted_by=actor.own_staff,
        drafted_at=now,
        edited_at=now,
    )
    session.add(rule_set)
    _record(session, rule_set, "drafted", now=now)
    await session.flush()
    return rule_set


async def edit_rule_set(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, book: RuleBook, now: datetime
) -> RuleSet:
    """Change a draft.

    :raises Forbidden: without the right to keep rules
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is no draft
    :raises Refusal: what ``rules.check_book`` refuses it for
    """
    actor.require(RULE_MANAGE)
    check_book(book)
    rule_set = await queries.lock_rule_set(session, actor, rule_set_id)
    rule_set.edit(book, now=now)
    _record(session, rule_set, "edited", now=now)
    return rule_set


async def adopt_rule_set(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, minutes: Minutes, now: datetime
) -> RuleSet:
    """Take down that the village's assembly adopted a draft.

    :raises Forbidden: without the right to keep rules
    :raises NotFound: if it is not this tenant's
    :raises MinutesIncomplete: see ``minutes.check_minutes``
    :raises StepNotPossible: if it is no draft
    """
    actor.require(RULE_MANAGE)
    check_minutes(minutes, today=local_day(now))
    rule_set = await queries.lock_rule_set(session, actor, rule_set_id)
    rule_set.adopt(minutes, by=actor.own_staff, now=now)
    _record(session, rule_set, "adopted", now=now)
    return rule_set


async def return_rule_set(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, reason: str, now: datetime
) -> RuleSet:
    """Make what was taken down as adopted a draft again, because it is not what the assembly decided.

    :raises Forbidden: without the right to confirm rules
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it is not adopted
    """
    actor.require(RULE_CONFIRM)
    said = checked_reason(reason)
    rule_set = await queries.lock_rule_set(session, actor, rule_set_id)
    rule_set.give_back(said)
    _record(session, rule_set, "returned", now=now)
    return rule_set


async def confirm_rule_set(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, starts_on: date, now: datetime
) -> RuleSet:
    """Let what was adopted come into force on a day to come; another person than wrote it or took it down.

    :raises Forbidden: without the right to confirm rules
    :raises NotFound: if it is not this tenant's
    :raises ConfirmedByAnother: if the actor drafted it or recorded the minutes
    :raises StartNotAhead: if the day is not ahead, or not after that of what was confirmed before
    :raises StepNotPossible: if it is not adopted
    :raises RuleTouchesRights: if the check has learnt something since it was drafted
    """
    actor.require(RULE_CONFIRM)
    await queries.take_turn(session, actor.own_tenant)
    rule_set = await queries.lock_rule_set(session, actor, rule_set_id)
    check_book(rule_set.rules)
    if actor.own_staff in (rule_set.drafted_by, rule_set.adopted_by):
        raise ConfirmedByAnother
    latest = await session.scalar(
        select(func.max(RuleSet.starts_on)).where(
            RuleSet.tenant_id == actor.own_tenant, RuleSet.state == RuleSetState.CONFIRMED
        )
    )
    today = local_day(now)
    late = starts_on <= max(today, latest or today)
    if late or (starts_on - today).days > MAX_AHEAD_DAYS:
        raise StartNotAhead(field="startsOn", latest=latest.isoformat() if latest else "—")
    rule_set.confirm(starts_on=starts_on, by=actor.own_staff, now=now)
    _record(session, rule_set, "confirmed", now=now)
    await session.flush()
    return rule_set


async def drop_rule_set(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, now: datetime
) -> RuleSet:
    """Let nothing come of a version that was not confirmed.

    :raises Forbidden: without the right to keep rules
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is confirmed, or was dropped
    """
    actor.require(RULE_MANAGE)
    rule_set = await queries.lock_rule_set(session, actor, rule_set_id)
    rule_set.drop()
    _record(session, rule_set, "dropped", now=now)
    return rule_set


def checked_reason(given: str) -> str:
    """Return a reason without the space around it.

    :raises Invalid: if it is none, or longer than ``MAX_REASON``
    """
    said = given.strip()
    if not 2 <= len(said) <= MAX_REASON:  # noqa: PLR2004 - one character says nothing
        raise Invalid(
            field="reason",
            reason_zh=f"请写明理由，2 至 {MAX_REASON} 字",
            reason_en=f"a reason has 2 to {MAX_REASON} characters",
        )
    return said


def _record(session: AsyncSession, rule_set: RuleSet, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.rules.{step}",
        now=now,
        object_type="grid_rule_set",
        object_id=rule_set.id,
        detail={"number": rule_set.number},
    )
