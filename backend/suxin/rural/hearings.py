"""Hearings before a fall: the subject says what it has to say, and one of the city's office, who had no part in the rating, decides."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import NotFound
from suxin.kernel.texts import bounded_text
from suxin.rural.models import RuralHearing
from suxin.rural.policies import HEARING_DECIDE
from suxin.rural.refusals import HearingOver, HearingRunning

MAX_STATEMENT: Final = 500
MAX_ANSWER: Final = 300


async def state_hearing(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, statement: str, now: datetime
) -> RuralHearing:
    """Say something against a fall of one's grade; what was said before is replaced while the time runs.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is not heard
    :raises Invalid: if the statement is missing or too long
    :raises HearingOver: if that was decided, or the time is over
    """
    hearing = await _lock(session, actor.own_subject, entry_id)
    said = bounded_text(statement, "statement", most=MAX_STATEMENT)
    if hearing.decided_at is not None or hearing.open_until <= now:
        raise HearingOver
    hearing.statement, hearing.stated_by, hearing.stated_at = said, actor.own_person, now
    _record(session, "rural.hearing.stated", hearing, now=now)
    return hearing


async def decide_hearing(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    entry_id: UUID,
    lowered: bool,
    answer: str,
    now: datetime,
) -> RuralHearing:
    """Let a grade fall, or stay for another year, with the reason; the subject has been heard, or had the time to be.

    :raises Forbidden: if the actor may not decide on hearings
    :raises NotFound: if there is none
    :raises Invalid: if the answer is missing or too long
    :raises HearingRunning: if the subject has said nothing, and its time is not over
    :raises HearingOver: if it was decided
    """
    actor.require(HEARING_DECIDE)
    hearing = await _lock(session, subject_id, entry_id)
    said = bounded_text(answer, "answer", most=MAX_ANSWER)
    if hearing.decided_at is not None:
        raise HearingOver
    if hearing.stated_at is None and hearing.open_until > now:
        raise HearingRunning
    hearing.lowered, hearing.answer = lowered, said
    hearing.decided_by, hearing.decided_at = actor.own_staff, now
    _record(session, "rural.hearing.decided", hearing, now=now)
    return hearing


async def _lock(session: AsyncSession, subject_id: UUID, entry_id: UUID) -> RuralHearing:
    found = await session.scalar(
        select(RuralHearing)
        .where(RuralHearing.subject_id == subject_id, RuralHearing.entry_id == entry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="降级陈述", thing_en="hearing")
    return found


def _record(session: AsyncSession, action: str, hearing: RuralHearing, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=hearing.tenant_id,
        subject_id=hearing.subject_id,
        object_type="rural_entry",
        object_id=hearing.entry_id,
    )
