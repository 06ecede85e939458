"""Joining a panel's votes with what is on record, set-based as the batch role: every cycle that waits, in one pass for each model and day.

Whoever has no live consent any more is taken out first, so that nothing of his is read. Votes become points by the rule of ``panel`` (which a
test compares), points and records become a score by the engine, and the score is the subject's alone.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import RURAL_RATE
from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.rural.models import RatingCycle, RatingEntry
from suxin.rural.panel import LEAST_VOTES, TRIMMED, WHOLE
from suxin.rural.states import CycleState, EntryState
from suxin.scoring.documents import ScoreDocument, stored_document
from suxin.scoring.engine import scored_among
from suxin.scoring.models import ScoreModel

_AMONG: Final = "rural_among"

_LIVE: Final = """exists (select from access_bases b
      where b.subject_id = e.subject_id and b.tenant_id = e.tenant_id and b.purpose = :purpose
      and 'rural_rating' = any (b.categories) and b.ended_at is null and b.starts_at <= :now and b.ends_at > :now)"""

_TAKE_OUT: Final = text(
    f"""
    update rural_entries e set state = 'LEFT', label = '', publish_name = false, reason = null
    where e.cycle_id = any (:cycles) and e.state = 'ENTERED' and not {_LIVE}
    """  # noqa: S608 - all of it is declared here
)

_VOTED: Final = text(
    f"""
    create temporary table {_AMONG} on commit drop as
    with summed as (
      select v.tenant_id, v.entry_id, count(*) as votes,
        sum(v.character + v.family + v.ability - 3)
          - max(v.character + v.family + v.ability - 3) - min(v.character + v.family + v.ability - 3) as kept,
        (sum(v.character) * 20 + count(*)) / (2 * count(*)) as character,
        (sum(v.family) * 20 + count(*)) / (2 * count(*)) as family,
        (sum(v.ability) * 20 + count(*)) / (2 * count(*)) as ability
      from rural_votes v join rural_entries e on e.tenant_id = v.tenant_id and e.id = v.entry_id
      where e.cycle_id = any (:cycles) and e.state = 'ENTERED'
      group by v.tenant_id, v.entry_id having count(*) >= :least_votes
    )
    select e.tenant_id, e.id as entry_id, e.subject_id, s.votes,
      ((2 * :most * s.kept + (s.votes - :trimmed) * :whole) / (2 * (s.votes - :trimmed) * :whole))::int as panel_points,
      jsonb_build_object('character', s.character, 'family', s.family, 'ability', s.ability) as aspects
    from rural_entries e left join summed s on s.tenant_id = e.tenant_id and s.entry_id = e.id
    where e.cycle_id = any (:cycles) and e.state = 'ENTERED'
    """  # noqa: S608 - all of it is declared here
)

# After an appeal that was granted, the panel's part is no less than the cycle's mean.
_AGAIN: Final = text(
    f"""
    create temporary table {_AMONG} on commit drop as
    select e.tenant_id, e.id as entry_id, e.subject_id, r.votes, r.aspects,
      greatest(r.panel_points, (select round(avg(o.panel_points))::int from rural_reckonings o
        join rural_entries x on x.subject_id = o.subject_id and x.id = o.entry_id where x.cycle_id = e.cycle_id)) as panel_points
    from rural_entries e join rural_reckonings r on r.subject_id = e.subject_id and r.entry_id = e.id
    where e.id = any (:entries) and e.state = 'REOPENED' and {_LIVE}
    """  # noqa: S608 - all of it is declared here
)

# A grade that is in force, or was until some weeks ago, is what a new one is compared with.
_RECKON: Final = text(
    f"""
    insert into rural_reckonings
      (subject_id, entry_id, model_id, as_of, score, tier, numbers, points, dimensions, panel_points, votes, aspects)
    select a.subject_id, a.entry_id, :model_id, :as_of, c.score, (cast(:tiers as text[]))[c.tier_place + 1],
      c.numbers, c.points, c.dimensions, a.panel_points, a.votes, case when a.votes is not null then a.aspects end
    from rural_scored c join {_AMONG} a on a.subject_id = c.subject_id
    on conflict (subject_id, entry_id) do update
    set as_of = excluded.as_of, score = excluded.score, tier = excluded.tier, numbers = excluded.numbers,
      points = excluded.points, dimensions = excluded.dimensions, panel_points = excluded.panel_points
    where excluded.score >= rural_reckonings.score
    """  # noqa: S608 - all of it is declared here
)
_RATE: Final = text(
    f"""
    update rural_entries e
    set state = 'RATED', tier = r.tier, place = array_position(cast(:tiers as text[]), r.tier) - 1,
      tier_before = coalesce(e.tier_before, g.tier)
    from {_AMONG} a join rural_reckonings r on r.subject_id = a.subject_id and r.entry_id = a.entry_id
    left join rural_grades g on g.subject_id = a.subject_id and g.kind = :kind and g.state = 'IN_FORCE'
    where e.tenant_id = a.tenant_id and e.id = a.entry_id
    """  # noqa: S608 - all of it is declared here
)

_SETTINGS: Final = ("set local work_mem = '256MB'", "set local enable_nestloop = off")
# Lines sorted once by subject and indicator serve both groupings of the engine; how many there are, a planner guesses too low.
_SORTED: Final = "set local enable_hashagg = off"
_DONE: Final = ("set local enable_hashagg = on", "set local enable_nestloop = on")


async def combine_cycles(session: AsyncSession, *, now: datetime) -> int:
    """Join votes and records of every cycle that waits; return how many cycles. As the batch role."""
    waiting = (
        await session.scalars(
            select(RatingCycle)
            .where(RatingCycle.state == CycleState.COMBINING)
            .order_by(RatingCycle.model_id, RatingCycle.as_of, RatingCycle.id)
            .with_for_update()
        )
    ).all()
    groups: dict[tuple[UUID, date | None], list[RatingCycle]] = {}
    for cycle in waiting:
        groups.setdefault((cycle.model_id, cycle.as_of), []).append(cycle)
    for (model_id, as_of), cycles in groups.items():
        given = {"cycles": [one.id for one in cycles]} | _live(now)
        await session.execute(_TAKE_OUT, given)
        model = await session.get_one(ScoreModel, model_id)
        document = stored_document(model.document)
        votes = {
            "most": _most(document),
            "least_votes": LEAST_VOTES,
            "trimmed": TRIMMED,
            "whole": WHOLE,
        }
        await session.execute(_VOTED, {"cycles": given["cycles"], **votes})
        await _score(session, model, document, as_of=as_of or local_day(now), kind=cycles[0].kind)
        for cycle in cycles:
            cycle.state = CycleState.REVIEW
            _record(session, cycle, now=now)
        await session.flush()
    return len(waiting)


async def reckon_again(session: AsyncSession, *, now: datetime) -> int:
    """Reckon anew whoever's appeal was granted, by today's records and never to his harm; return how many. As the batch role."""
    rows = (
        await session.execute(
            select(RatingEntry.id, RatingCycle.model_id, RatingCycle.kind)
            .join(
                RatingCycle,
                (RatingCycle.tenant_id == RatingEntry.tenant_id)
                & (RatingCycle.id == RatingEntry.cycle_id),
            )
            .where(RatingEntry.state == EntryState.REOPENED)
            .order_by(RatingEntry.id)
        )
    ).all()
    groups: dict[tuple[UUID, Any], list[UUID]] = {}
    for row in rows:
        groups.setdefault((row.model_id, row.kind), []).append(row.id)
    for (model_id, kind), entries in groups.items():
        model = await session.get_one(ScoreModel, model_id)
        await session.execute(_AGAIN, {"entries": entries} | _live(now))
        document = stored_document(model.document)
        await _score(session, model, document, as_of=local_day(now), kind=kind)
    return len(rows)


async def _score(
    session: AsyncSession, model: ScoreModel, document: ScoreDocument, *, as_of: date, kind: object
) -> None:
    """Score whoever is in the temporary relation, keep how, and rate; the relation ends here."""
    await session.execute(text(f"analyze {_AMONG}"))
    for setting in _SETTINGS:
        await session.execute(text(setting))
    compiled = scored_among(document, as_of=as_of, among=_AMONG)
    await session.execute(text(_SORTED))
    await session.execute(
        text(f"create temporary table rural_scored on commit drop as {compiled.sql}"),
        compiled.parameters,
    )
    tiers = [tier.code for tier in document.tiers]
    common: dict[str, Any] = {"model_id": model.id, "as_of": as_of, "tiers": tiers}
    await session.execute(_RECKON, common)
    await session.execute(_RATE, {"tiers": tiers, "kind": kind})
    await session.execute(text(f"drop table {_AMONG}, rural_scored"))
    for setting in _DONE:
        await session.execute(text(setting))


def _most(document: ScoreDocument) -> int:
    number = document.panel_number
    return 0 if number is None else document.indicators[number].at_most


def _live(now: datetime) -> dict[str, Any]:
    return {"purpose": RURAL_RATE.code, "now": now}


def _record(session: AsyncSession, cycle: RatingCycle, *, now: datetime) -> None:
    append_act(
        session,
        action="rural.cycle.combined",
        now=now,
        tenant_id=cycle.tenant_id,
        object_type="rural_cycle",
        object_id=cycle.id,
        detail={"kind": cycle.kind.value, "year": cycle.year},
    )
