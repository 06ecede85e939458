"""What a village does about a rating cycle: open it, name the panel, let it vote, close it, check what came of it, call it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import add_working_days, local_day
from suxin.rural.entering import MAX_REASON
from suxin.rural.event_types import CYCLE_STEPS
from suxin.rural.models import (
    PanelBallot,
    PanelMember,
    RatingCycle,
    RatingEntry,
    RuralNotice,
)
from suxin.rural.panel import LEAST_MEMBERS, LEAST_VOTES, MOST_MEMBERS
from suxin.rural.policies import RATING_CHECK, RATING_MANAGE
from suxin.rural.queries import cycles as queries
from suxin.rural.refusals import (
    CycleOpenAlready,
    NobodyEntered,
    PanelSize,
    RatingModelMissing,
    SecondRaterNeeded,
    VotesMissing,
)
from suxin.rural.states import KINDS_ZH, CycleState, EntryState, RuralKind
from suxin.scoring.queries import active_model
from suxin.tenancy.models import StaffMember
from suxin.tenancy.queries import tenant_name
from suxin.villages.queries import village_of

NOTICE_DAYS: Final = 7
"""Working days for which what came of a cycle is on public notice (proposed default: the practice is about seven days)."""

# Who is in has a number from now on; the order says nothing.
_NUMBER: Final = text(
    """
    update rural_entries e set number = n.number
    from (select id, row_number() over (order by id) as number from rural_entries
          where tenant_id = :tenant_id and cycle_id = :cycle_id and state = 'ENTERED') n
    where e.tenant_id = :tenant_id and e.id = n.id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody to be on the panel, and the household of the register that is his own, on which he does not vote."""

    staff_id: UUID
    household_id: UUID | None = None


async def open_cycle(
    session: AsyncSession, actor: Actor, *, kind: RuralKind, now: datetime
) -> RatingCycle:
    """Open this year's rating of one kind of entity in the actor's village; whoever it is for may enter.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no register
    :raises RatingModelMissing: if no model of the kind is in force
    :raises CycleOpenAlready: if there is one of this kind and year
    """
    actor.require(RATING_MANAGE)
    village = await village_of(session, actor.own_tenant)
    model = await active_model(session, kind.model_code)
    if model is None:
        raise RatingModelMissing(field="kind")
    year = local_day(now).year
    await _take_village_turn(session, actor.own_tenant)
    there = await session.scalar(
        select(RatingCycle.id).where(
            RatingCycle.tenant_id == actor.own_tenant,
            RatingCycle.kind == kind,
            RatingCycle.year == year,
            RatingCycle.state != CycleState.CALLED_OFF,
        )
    )
    if there is not None:
        raise CycleOpenAlready(field="kind")
    cycle = RatingCycle(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        kind=kind,
        year=year,
        village_code=village.code,
        model_id=model.id,
        state=CycleState.OPEN,
        opened_by=actor.own_staff,
        opened_at=now,
    )
    session.add(cycle)
    _record(session, cycle, "opened", now=now)
    await session.flush()
    return cycle


async def name_panel(
    session: AsyncSession, actor: Actor, *, cycle_id: UUID, seats: Sequence[Seat], now: datetime
) -> Sequence[PanelMember]:
    """Say who is on the panel of a cycle that is open, in the place of whoever was named before.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no such cycle
    :raises CycleNotAt: if the panel votes already
    :raises PanelSize: if they are fewer than five or more than nine, one is named twice, or one is not of the village
    """
    actor.require(RATING_MANAGE)
    cycle = await _in_turn(session, actor, cycle_id)
    cycle.require(CycleState.OPEN)
    people = {seat.staff_id for seat in seats}
    ours = await session.scalar(
        select(func.count())
        .select_from(StaffMember)
        .where(StaffMember.tenant_id == actor.own_tenant, StaffMember.id.in_(people))
    )
    if (
        not LEAST_MEMBERS <= len(people) <= MOST_MEMBERS
        or len(people) != len(seats)
        or ours != len(people)
    ):
        raise PanelSize(field="members", least=LEAST_MEMBERS, most=MOST_MEMBERS)
    await session.execute(
        delete(PanelMember).where(
            PanelMember.tenant_id == actor.own_tenant, PanelMember.cycle_id == cycle.id
        )
    )
    named = [
        PanelMember(
            tenant_id=actor.own_tenant,
            cycle_id=cycle.id,
            staff_id=seat.staff_id,
            household_id=seat.household_id,
            named_by=actor.own_staff,
            named_at=now,
        )
        for seat in seats
    ]
    session.add_all(named)
    _record(session, cycle, "panel_named", now=now, members=len(named))
    await session.flush()
    return named


async def begin_panel(
    session: AsyncSession, actor: Actor, *, cycle_id: UUID, now: datetime
) -> RatingCycle:
    """Take nobody more in, number those who are, and let the panel vote; the records of today count.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no such cycle
    :raises CycleNotAt: if it is not open
    :raises PanelSize: if no panel was named
    :raises NobodyEntered: if nobody is in
    """
    actor.require(RATING_MANAGE)
    cycle = await _in_turn(session, actor, cycle_id)
    cycle.require(CycleState.OPEN)
    if not await queries.panel_of(session, actor, cycle.id):
        raise PanelSize(field="members", least=LEAST_MEMBERS, most=MOST_MEMBERS)
    entries = await session.scalar(
        select(func.count())
        .select_from(RatingEntry)
        .where(
            RatingEntry.tenant_id == cycle.tenant_id,
            RatingEntry.cycle_id == cycle.id,
            RatingEntry.state == EntryState.ENTERED,
        )
    )
    if not entries:
        raise NobodyEntered
    await session.execute(_NUMBER, {"tenant_id": cycle.tenant_id, "cycle_id": cycle.id})
    cycle.begin_panel(entries=entries, as_of=local_day(now))
    _record(session, cycle, "panel_began", now=now, entries=entries)
    return cycle


async def close_panel(
    session: AsyncSession, actor: Actor, *, cycle_id: UUID, now: datetime
) -> RatingCycle:
    """End the vote, once there are five on each entry; the platform then joins votes and records.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no such cycle
    :raises CycleNotAt: if the panel does not vote
    :raises VotesMissing: if an entry has fewer than five votes
    """
    actor.require(RATING_MANAGE)
    cycle = await _in_turn(session, actor, cycle_id)
    cycle.require(CycleState.VOTING)
    voted = (
        select(PanelBallot.entry_id)
        .where(PanelBallot.tenant_id == cycle.tenant_id, PanelBallot.cycle_id == cycle.id)
        .group_by(PanelBallot.entry_id)
        .having(func.count() >= LEAST_VOTES)
    )
    short = await session.scalar(
        select(func.count())
        .select_from(RatingEntry)
        .where(
            RatingEntry.tenant_id == cycle.tenant_id,
            RatingEntry.cycle_id == cycle.id,
            RatingEntry.state == EntryState.ENTERED,
            RatingEntry.id.not_in(voted),
        )
    )
    if short:
        raise VotesMissing(entries=short, least=LEAST_VOTES)
    cycle.close_panel(by=actor.own_staff, now=now)
    _record(session, cycle, "panel_closed", now=now)
    return cycle


async def check_results(
    session: AsyncSession, actor: Actor, *, cycle_id: UUID, now: datetime
) -> RatingCycle:
    """Put what came of a cycle on public notice, as somebody else than whoever closed the panel; nothing is in force before its end.

    The notice has numbers and grades, and the names of those alone who agreed to that.

    :raises Forbidden: if the actor may not check ratings
    :raises NotFound: if the village has no such cycle
    :raises CycleNotAt: if it does not wait for that
    :raises SecondRaterNeeded: if the actor closed the panel, or was on it
    Source: PIPL art. 25; docs/rural.md
    """
    actor.require(RATING_CHECK)
    cycle = await _in_turn(session, actor, cycle_id)
    cycle.require(CycleState.REVIEW)
    own = actor.own_staff
    if own == cycle.closed_by or own in {
        one.staff_id for one in await queries.panel_of(session, actor, cycle.id)
    }:
        raise SecondRaterNeeded
    calendar = await calendar_for_deadlines(session)
    end = add_working_days(now, NOTICE_DAYS, calendar=calendar)
    cycle.notice(by=own, ends_at=end.at, provisional=end.provisional, now=now)
    session.add(
        RuralNotice(
            tenant_id=cycle.tenant_id,
            cycle_id=cycle.id,
            title=f"{await tenant_name(session, cycle.tenant_id)} {cycle.year} 年度{KINDS_ZH[cycle.kind]}信用等级公示",
            lines=await _lines(session, cycle),
            begins_at=now,
            ends_at=end.at,
        )
    )
    _record(session, cycle, "noticed", now=now)
    return cycle


async def call_off_cycle(
    session: AsyncSession, actor: Actor, *, cycle_id: UUID, reason: str, now: datetime
) -> RatingCycle:
    """Give a cycle up that has not taken effect, with the reason; nobody is graded by it, and another may be opened.

    :raises Forbidden: if the actor may not manage ratings
    :raises NotFound: if the village has no such cycle
    :raises Invalid: if the reason is missing or too long
    :raises CycleNotAt: if it took effect, or was called off
    """
    actor.require(RATING_MANAGE)
    cycle = await _in_turn(session, actor, cycle_id)
    cycle.call_off(bounded_text(reason, "reason", most=MAX_REASON), now=now)
    _record(session, cycle, "called_off", now=now)
    return cycle


async def _in_turn(session: AsyncSession, actor: Actor, cycle_id: UUID) -> RatingCycle:
    await queries.own_cycle(session, actor, cycle_id)
    return await queries.cycle_in_turn(session, cycle_id)


async def _lines(session: AsyncSession, cycle: RatingCycle) -> list[dict[str, object]]:
    """Return what the notice says of each, by number."""
    rows = await session.scalars(
        select(RatingEntry)
        .where(
            RatingEntry.tenant_id == cycle.tenant_id,
            RatingEntry.cycle_id == cycle.id,
            RatingEntry.state == EntryState.RATED,
        )
        .order_by(RatingEntry.number)
    )
    return [
        {"number": one.number, "tier": one.tier, "name": one.label if one.publish_name else None}
        for one in rows
    ]


async def _take_village_turn(session: AsyncSession, tenant_id: UUID) -> None:
    """Let one cycle of a village be opened at a time."""
    key = func.hashtextextended(f"rural:village:{tenant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(
    session: AsyncSession, cycle: RatingCycle, step: str, *, now: datetime, **detail: object
) -> None:
    append_act(
        session,
        action=f"rural.cycle.{step}",
        now=now,
        tenant_id=cycle.tenant_id,
        object_type="rural_cycle",
        object_id=cycle.id,
        detail={"kind": cycle.kind.value, "year": cycle.year, **detail},
    )
    kind = CYCLE_STEPS.get(step)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=cycle.tenant_id,
            object_id=cycle.id,
            now=now,
            entity=cycle.kind.value,
            year=cycle.year,
        )
