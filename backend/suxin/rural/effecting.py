"""What follows when a public notice is over: hearings before a fall, grades with their certificates and records, and their ends.

Set-based as the batch role, a chunk of entries in one transaction each: what was done is not done again. What was appealed, is reckoned anew
or is heard waits by itself, and follows when that is over.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import add_working_days, local_day
from suxin.rural.cycles import NOTICE_DAYS
from suxin.rural.models import RatingCycle, RuralNotice
from suxin.rural.states import CycleState
from suxin.subjects.contents import months_later

CHUNK: Final = 500
HEARING_DAYS: Final = 10
"""Working days in which whoever's grade would fall may say something (proposed default)."""

GRADE_MONTHS: Final = 12
"""How long a grade holds: until the next yearly review (domain rule: annual; proposed default)."""

ITEM: Final = "RURAL-GRADE"
SOURCE: Final = "rural"
"""What these records name as their source."""

# Entries of cycles whose notice is over, and that nothing holds up.
_DUE: Final = """rural_entries e
    join rural_cycles c on c.tenant_id = e.tenant_id and c.id = e.cycle_id and c.state = 'EFFECTIVE'
    join subjects s on s.id = e.subject_id
    left join rural_grades g on g.subject_id = e.subject_id and g.kind = c.kind and g.state = 'IN_FORCE'
    left join rural_hearings h on h.subject_id = e.subject_id and h.entry_id = e.id
    where e.state = 'RATED'"""

_FALLING: Final = text(
    f"""
    select e.tenant_id, e.id, e.subject_id, c.kind, e.label, g.tier as before, e.tier as proposed from {_DUE}
    and g.place < e.place and h.entry_id is null order by e.id limit :chunk for update of e
    """  # noqa: S608 - all of it is declared here
)
_READY: Final = text(
    f"""
    select e.tenant_id, e.id, e.subject_id, c.kind, c.year, c.village_code, e.tier, e.place, g.id as former,
      s.kind in ('person', 'household') as natural_person from {_DUE}
    and (g.place is null or g.place >= e.place or h.carried_out_at is not null)
    order by e.id limit :chunk for update of e
    """  # noqa: S608 - all of it is declared here
)
_OPEN_HEARINGS: Final = text(
    """
    insert into rural_hearings (subject_id, entry_id, tenant_id, kind, label, tier_before, tier_proposed, opened_at, open_until, open_provisional)
    select t.subject_id, t.entry_id, t.tenant_id, t.kind, t.label, t.before, t.proposed, :now, :open_until, :provisional
    from unnest(cast(:subjects as uuid[]), cast(:entries as uuid[]), cast(:tenants as uuid[]), cast(:kinds as text[]),
      cast(:labels as text[]), cast(:befores as text[]), cast(:proposeds as text[]))
      as t (subject_id, entry_id, tenant_id, kind, label, before, proposed)
    """
)
_HEARD: Final = text(
    """
    with done as (
      update rural_hearings h set carried_out_at = :now
      where h.decided_at is not null and h.carried_out_at is null returning h.*
    )
    update rural_entries e set state = 'RATED',
      tier = case when d.lowered then e.tier else d.tier_before end,
      place = case when d.lowered then e.place else array_position(cast(:tiers as text[]), d.tier_before) - 1 end
    from done d where e.tenant_id = d.tenant_id and e.id = d.entry_id and e.state = 'HEARING'
    returning e.id
    """
)
_STATE: Final = text("update rural_entries set state = :state where id = any (:entries)")
_REPLACE: Final = text(
    """
    with former as (
      update rural_grades set state = 'REPLACED', ended_at = :now where id = any (:former) and state = 'IN_FORCE' returning id, subject_id
    ), certificates as (
      update rural_certificates c set ended_at = :now from former f where c.id = f.id
    )
    update credit_records r set valid_until = greatest(r.occurred_on + 1, :today) from former f
    where r.subject_id = f.subject_id and r.source = 'rural' and r.source_ref = f.id::text
    """
)
_GRANT: Final = text(
    """
    with given as (
      select * from unnest(cast(:subjects as uuid[]), cast(:ids as uuid[]), cast(:records as uuid[]), cast(:tenants as uuid[]),
        cast(:entries as uuid[]), cast(:kinds as text[]), cast(:naturals as boolean[]), cast(:villages as text[]),
        cast(:years as int[]), cast(:tiers as text[]), cast(:places as int[]))
        as t (subject_id, id, record_id, tenant_id, entry_id, kind, natural_person, village_code, year, tier, place)
    ), graded as (
      insert into rural_grades (subject_id, id, tenant_id, entry_id, kind, natural_person, village_code, year, tier, place,
        effective_on, expires_on, state)
      select subject_id, id, tenant_id, entry_id, kind, natural_person, village_code, year, tier, place, :today, :expires, 'IN_FORCE'
      from given
    ), certified as (
      insert into rural_certificates (id, expires_on) select id, :expires from given
    )
    insert into credit_records (subject_id, id, item_code, category, channel, natural_person, source, source_ref, occurred_on,
      valid_until, polarity, status, content, self_declared, loaded_at)
    select t.subject_id, t.record_id, i.code, i.category, i.channel, t.natural_person, 'rural', t.id::text, :today, :expires,
      'neutral', 'active', jsonb_build_object('grade', t.tier, 'year', t.year), false, :now
    from given t join catalogue_items i on i.code = :item and i.retired_in is null
    """
)
_EXPIRE: Final = text(
    """
    with over as (
      update rural_grades set state = 'EXPIRED', ended_at = :now where state = 'IN_FORCE' and expires_on <= :today returning id
    )
    update rural_certificates c set ended_at = :now from over o where c.id = o.id returning c.id
    """
)
_UNRECORD: Final = text(
    """
    update credit_records r set status = 'withdrawn' from rural_grades g
    where g.state = 'WITHDRAWN' and r.subject_id = g.subject_id and r.source = 'rural' and r.source_ref = g.id::text
    and r.status = 'active'
    """
)
_FORGET_VOTES: Final = text(
    "delete from rural_votes v using rural_entries e"
    " where e.tenant_id = v.tenant_id and e.id = v.entry_id and e.cycle_id = any (:cycles)"
)
GRADES: Final = ("AAA", "AA", "A", "B", "C")
"""Every rural model's tiers, the best first; a test holds the packaged models to it."""


async def end_notices(session: AsyncSession, *, now: datetime) -> int:
    """Let cycles whose notice is over take effect, and erase what was on notice and what was voted; return how many.

    A provisional end is worked out anew first, by the calendar as it is known now.
    """
    running = (
        await session.scalars(
            select(RatingCycle)
            .where(RatingCycle.state == CycleState.NOTICED)
            .order_by(RatingCycle.id)
            .with_for_update()
        )
    ).all()
    over = []
    for cycle in running:
        notice = await session.get_one(RuralNotice, (cycle.tenant_id, cycle.id))
        if cycle.notice_provisional and cycle.noticed_at is not None:
            calendar = await calendar_for_deadlines(session)
            end = add_working_days(cycle.noticed_at, NOTICE_DAYS, calendar=calendar)
            cycle.notice_ends_at, cycle.notice_provisional = end.at, end.provisional
            notice.ends_at = end.at
        if cycle.notice_ends_at is not None and cycle.notice_ends_at <= now:
            cycle.state = CycleState.EFFECTIVE
            notice.lines, notice.ended_at = None, now
            over.append(cycle)
    for cycle in over:
        append_act(
            session,
            action="rural.cycle.effective",
            now=now,
            tenant_id=cycle.tenant_id,
            object_type="rural_cycle",
            object_id=cycle.id,
            detail={"kind": cycle.kind.value, "year": cycle.year},
        )
    await session.flush()
    await session.execute(_FORGET_VOTES, {"cycles": [cycle.id for cycle in over]})
    return len(over)


async def open_hearings(session: AsyncSession, *, now: datetime) -> int:
    """Open a hearing for some of those whose grade would fall; return how many, fewer than ``CHUNK`` when none are left."""
    found = (await session.execute(_FALLING, {"chunk": CHUNK})).all()
    if not found:
        return 0
    calendar = await calendar_for_deadlines(session)
    until = add_working_days(now, HEARING_DAYS, calendar=calendar)
    given = {
        "subjects": [row.subject_id for row in found],
        "entries": [row.id for row in found],
        "tenants": [row.tenant_id for row in found],
        "kinds": [row.kind for row in found],
        "labels": [row.label for row in found],
        "befores": [row.before for row in found],
        "proposeds": [row.proposed for row in found],
    }
    await session.execute(
        _OPEN_HEARINGS,
        given | {"now": now, "open_until": until.at, "provisional": until.provisional},
    )
    await session.execute(_STATE, {"state": "HEARING", "entries": given["entries"]})
    for row in found:
        _record(session, "rural.hearing.opened", row.tenant_id, row.subject_id, row.id, now=now)
    return len(found)


async def carry_out_hearings(session: AsyncSession, *, now: datetime) -> int:
    """Carry out what was decided on hearings; return how many entries go on."""
    rows = await session.execute(_HEARD, {"now": now, "tiers": list(GRADES)})
    return len(rows.all())


async def give_grades(session: AsyncSession, *, now: datetime) -> int:
    """Put the grades of some in force, each in the place of the former, with certificate and record; return how many."""
    found = (await session.execute(_READY, {"chunk": CHUNK})).all()
    if not found:
        return 0
    today = local_day(now)
    expires = months_later(today, GRADE_MONTHS)
    ids = [new_id(now) for _ in found]
    former = [row.former for row in found if row.former is not None]
    await _execute(session, _REPLACE, former=former, now=now, today=today)
    await _execute(
        session,
        _GRANT,
        subjects=[row.subject_id for row in found],
        ids=ids,
        records=[new_id(now) for _ in found],
        tenants=[row.tenant_id for row in found],
        entries=[row.id for row in found],
        kinds=[row.kind for row in found],
        naturals=[row.natural_person for row in found],
        villages=[row.village_code for row in found],
        years=[row.year for row in found],
        tiers=[row.tier for row in found],
        places=[row.place for row in found],
        today=today,
        expires=expires,
        item=ITEM,
        now=now,
    )
    await _execute(session, _STATE, state="EFFECTIVE", entries=[row.id for row in found])
    for row in found:
        _record(session, "rural.grade.given", row.tenant_id, row.subject_id, row.id, now=now)
    return len(found)


async def expire_grades(session: AsyncSession, *, now: datetime) -> int:
    """End the grades whose time is over, and use the records of those whose subject left no more; return how many ended."""
    await session.execute(_UNRECORD)
    rows = await session.execute(_EXPIRE, {"now": now, "today": local_day(now)})
    return len(rows.all())


async def _execute(session: AsyncSession, statement: TextClause, **given: object) -> None:
    await session.execute(statement, given)


def _record(
    session: AsyncSession,
    action: str,
    tenant_id: UUID,
    subject_id: UUID,
    entry_id: UUID,
    *,
    now: datetime,
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        subject_id=subject_id,
        object_type="rural_entry",
        object_id=entry_id,
    )
