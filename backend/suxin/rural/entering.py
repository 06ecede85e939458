"""Entering a rating: the subject itself, with its consent; and what a village does about a farm entity that has consented.

A household that enters is in. Whatever else is rated is proposed by one of the village's people and admitted by another. Whoever does not
enter is on no list.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import grant_consent
from suxin.consent.giving import end
from suxin.consent.models import ConsentState
from suxin.consent.notice_texts import Told, current_text, told
from suxin.consent.purposes import RURAL_RATE
from suxin.consent.queries import lock_open, recipient
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.texts import bounded_text
from suxin.rural.models import RatingCycle, RatingEntry
from suxin.rural.policies import RATING_CHECK, RATING_MANAGE
from suxin.rural.queries import cycles as queries
from suxin.rural.refusals import (
    CycleNotAt,
    EnteredAlready,
    NotOfThisCycle,
    SecondRaterNeeded,
)
from suxin.rural.states import CycleState, EntryState, RuralKind
from suxin.subjects.models import DataCategory, Subject
from suxin.villages.queries import household_of_subject
from suxin.villages.states import HouseholdState

CATEGORIES: Final = (DataCategory.RURAL_RATING,)
CONSENT_DAYS: Final = RURAL_RATE.max_life_days
MAX_REASON: Final = 200
_TOWN_DIGITS: Final = 9
_COUNTY_DIGITS: Final = 6


async def rating_notice(session: AsyncSession, *, cycle_id: UUID) -> Told:
    """Return what a subject is told before it enters a cycle.

    :raises NotFound: if there is no such cycle, or its village is suspended
    Source: PIPL art. 17, 23
    """
    cycle = await queries.cycle_of(session, cycle_id)
    village = await recipient(session, cycle.tenant_id)
    if village is None:
        raise NotFound(thing_zh="评级批次", thing_en="rating cycle")
    return told(
        current_text(RURAL_RATE.code),
        recipient=village.name,
        contact=village.contact,
        categories=tuple(one.value for one in CATEGORIES),
        life_days=CONSENT_DAYS,
        retention_days=RURAL_RATE.retention_days,
    )


async def enter_cycle(
    session: AsyncSession,
    actor: Actor,
    *,
    cycle_id: UUID,
    notice_version: str,
    publish_name: bool,
    now: datetime,
) -> RatingEntry:
    """Enter the acting subject into a cycle that is open, with its consent; a household is in, another waits for its proposal.

    ``publish_name`` is a consent of its own: without it the public notice has a number alone.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if there is no such cycle
    :raises CycleNotAt: if nobody may enter it any more
    :raises NotOfThisCycle: if it rates other kinds of entity, or those of another village
    :raises EnteredAlready: if the subject is in it
    :raises NoticeOutdated, AssessmentMissing, RecipientUnknown: see ``grant_consent``
    Source: PIPL art. 13(1), 14, 23, 25
    """
    subject = await session.get_one(Subject, actor.own_subject)
    cycle = await queries.cycle_in_turn(session, cycle_id)
    if cycle.state is not CycleState.OPEN:
        raise CycleNotAt(field="cycleId")
    household_id = await _place_in(session, subject, cycle)
    if await queries.live_entry(session, cycle.id, subject.id) is not None:
        raise EnteredAlready(field="cycleId")
    consent_id = await _consent(session, actor, cycle, notice_version, now=now)
    in_at_once = cycle.kind is RuralKind.HOUSEHOLD
    entry = RatingEntry(
        tenant_id=cycle.tenant_id,
        id=new_id(now),
        cycle_id=cycle.id,
        subject_id=subject.id,
        household_id=household_id,
        consent_id=consent_id,
        label=subject.name[:80],
        publish_name=publish_name,
        state=EntryState.ENTERED if in_at_once else EntryState.CONSENTED,
        entered_at=now,
    )
    session.add(entry)
    record(session, entry, "entered", now=now)
    await session.flush()
    return entry


async def leave_cycle(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, now: datetime
) -> RatingEntry:
    """Take the acting subject's consent back; it is out at once, and where it was graded already, the platform ends that next.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such entry
    :raises EntryNotAt: if it is out already
    Source: PIPL art. 15, 47
    """
    entry = await queries.lock_own_entry(session, actor, entry_id)
    consent = await lock_open(session, entry.subject_id, entry.tenant_id, RURAL_RATE.code, None)
    if consent is None:
        entry.leave()
        return entry
    await end(session, consent, ConsentState.REVOKED, step="revoked", now=now)
    if entry.is_leavable:
        entry.leave()
    record(session, entry, "left", now=now)
    return entry


async def propose_entity(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, reason: str, now: datetime
) -> RatingEntry:
    """Put a farm entity forward that has consented, with the reason; another person admits it.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no such entry
    :raises Invalid: if the reason is missing or too long
    :raises EntryNotAt: if it was proposed already, or has not consented
    :raises CycleNotAt: if nobody is taken in any more
    """
    actor.require(RATING_MANAGE)
    entry = await _entry_of_open(session, actor, entry_id)
    entry.propose(bounded_text(reason, "reason", most=MAX_REASON), by=actor.own_staff, now=now)
    record(session, entry, "proposed", now=now)
    return entry


async def admit_entity(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, granted: bool, now: datetime
) -> RatingEntry:
    """Take a proposed entity in, or not; it is told.

    :raises Forbidden: if the actor may not check ratings
    :raises NotFound: if the village has no such entry
    :raises EntryNotAt: if it was not proposed
    :raises SecondRaterNeeded: if the actor proposed it
    :raises CycleNotAt: if nobody is taken in any more
    """
    actor.require(RATING_CHECK)
    entry = await _entry_of_open(session, actor, entry_id)
    if entry.proposed_by == actor.own_staff:
        raise SecondRaterNeeded
    entry.admit(granted=granted, by=actor.own_staff, now=now)
    record(session, entry, "admitted" if granted else "not_admitted", now=now)
    return entry


def record(session: AsyncSession, entry: RatingEntry, step: str, *, now: datetime) -> None:
    """Put a step of an entry on record."""
    append_act(
        session,
        action=f"rural.entry.{step}",
        now=now,
        tenant_id=entry.tenant_id,
        subject_id=entry.subject_id,
        object_type="rural_entry",
        object_id=entry.id,
    )


async def _entry_of_open(session: AsyncSession, actor: Actor, entry_id: UUID) -> RatingEntry:
    entry = await queries.village_entry(session, actor, entry_id)
    cycle = await queries.cycle_in_turn(session, entry.cycle_id)
    if cycle.state is not CycleState.OPEN:
        raise CycleNotAt
    return await queries.lock_entry(session, entry.tenant_id, entry.id)


async def _place_in(session: AsyncSession, subject: Subject, cycle: RatingCycle) -> UUID | None:
    """Return the household of the register that a subject is, if it is one, where the cycle is for it."""
    if subject.kind not in cycle.kind.subject_kinds or subject.sandbox_id is not None:
        raise NotOfThisCycle(field="cycleId")
    if cycle.kind is RuralKind.HOUSEHOLD:
        household = await household_of_subject(session, subject.id)
        if (
            household is None
            or household.tenant_id != cycle.tenant_id
            or household.state is not HouseholdState.ACTIVE
        ):
            raise NotOfThisCycle(field="cycleId")
        return household.id
    near = cycle.village_code[: _TOWN_DIGITS if subject.town_code else _COUNTY_DIGITS]
    if near != (subject.town_code or subject.county_code):
        raise NotOfThisCycle(field="cycleId")
    return None


async def _consent(
    session: AsyncSession, actor: Actor, cycle: RatingCycle, version: str, *, now: datetime
) -> UUID:
    """Return the consent under which the subject is rated: the open one, or a new one."""
    found = await lock_open(session, actor.own_subject, cycle.tenant_id, RURAL_RATE.code, None)
    if found is not None and found.state is not ConsentState.REQUESTED:
        # A year passes before the grade ends: what was given for the year before is given anew.
        await end(session, found, ConsentState.SUPERSEDED, step="superseded", now=now)
        await session.flush()
    granted = await grant_consent(
        session,
        actor,
        tenant_id=cycle.tenant_id,
        purpose=RURAL_RATE.code,
        categories=CATEGORIES,
        life_days=CONSENT_DAYS,
        notice_version=version,
        context_id=None,
        now=now,
    )
    return granted.consent_id
