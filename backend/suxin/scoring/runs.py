"""Runs: everybody scored anew at once, by the batch role, in one transaction: all tiers change together or none does.

Nobody waits for a run, and no request can begin one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, cast, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import ScoreDocument, stored_document
from suxin.scoring.engine import scored
from suxin.scoring.models import ModelState, ScoreModel, ScoreRun, TierOrigin
from suxin.subjects.contents import months_later

KEPT_MONTHS: Final = 24
"""How long a subject's past scores are kept (proposed default)."""

GRACE: Final = timedelta(days=7)
"""How long a tier outlives the month of its run, so that a late run takes nothing from anybody (proposed default)."""

_PANEL: Final = cast("$[*].indicators[*] ? (@.panel == true)", JSONPATH)
_RUN_LOCK: Final = 0x5358_5343

# Rows come out of a function, because nothing that writes may be worked out by several processes beside each other, and what a function
# returns may. It lives in the session's own schema and knows the model's words as parameters alone. The parts of the records are spread
# over the machine's cores, each whole: nothing is then put together out of halves. Sorting keeps a subject's lines side by side, which
# hashing some hundred thousand groups does not. No row policy is in the way.
#
# In the order of their ids: each process then sorts what it has before it sends any of it. Without that one that is done with a part
# waits, with its few rows that fit between them, until the first process has done with a part of its own.
_DECLARE: Final = """
    create or replace function pg_temp.scored(indicators text, kinds text[], as_of date)
    returns table (subject_id uuid, natural_person boolean, numbers smallint[], points int[], dimensions int[],
                   score int, tier_place int)
    language plpgsql rows {at_once}
    set enable_hashagg = off
    -- Records that came in a moment ago have no statistics yet, and by loops a city of some thousands takes most of a minute.
    set enable_nestloop = off
    set min_parallel_table_scan_size = '1TB'
    set parallel_setup_cost = 100
    set parallel_tuple_cost = 0.01
    as $scored$
    #variable_conflict use_column
    begin
      return query {statement} order by subject_id;
    end $scored$
"""
SCORED_ROWS: Final = "select * from pg_temp.scored(:indicators, :kinds, :as_of)"
_MANY: Final = 1_000_000
"""As many rows as the planner should reckon with: a city's."""
_PARAMETER: Final = re.compile(r"(?<!:):(\w+)")
_SETTINGS: Final = ("set local work_mem = '256MB'", "set local synchronous_commit = off")

# What was computed is read out of memory, in the order of the ids, so that the indexes grow at their ends. Tiers in one pass over both:
# last month's are renewed, and whoever had none gets one.
_WRITE: Final = text(
    f"""
    with computed as materialized ({SCORED_ROWS}),
    written as (
      insert into scores (subject_id, run_id, model_id, as_of, score, tier, numbers, points, dimensions)
      select c.subject_id, :run_id, :model_id, :as_of, c.score, (cast(:tier_codes as text[]))[c.tier_place + 1],
             c.numbers, c.points, c.dimensions
      from computed c
    )
    merge into score_tiers kept
    using computed c on kept.subject_id = c.subject_id and kept.model_code = :model_code
    when matched then update
        set natural_person = c.natural_person, run_id = :run_id, origin = 'engine', learned_at = :learned_at,
            tier = (cast(:tier_codes as text[]))[c.tier_place + 1],
            place = c.tier_place, as_of = :as_of, valid_until = :valid_until
    when not matched then insert
        (subject_id, model_code, natural_person, run_id, origin, learned_at, tier, place, as_of, valid_until)
        values (c.subject_id, :model_code, c.natural_person, :run_id, 'engine', :learned_at,
                (cast(:tier_codes as text[]))[c.tier_place + 1], c.tier_place, :as_of, :valid_until)
    """  # noqa: S608 - a statement of our own
)
_COUNT_TIERS: Final = text(
    "select place as tier_place, count(*) as people from score_tiers"
    " where run_id = :run_id group by place"
)
_FORGET: Final = text("delete from scores where as_of < :before")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to."""

    run_id: UUID
    subject_count: int
    tiers: dict[str, int]


async def declare(session: AsyncSession, document: ScoreDocument, *, as_of: date) -> dict[str, Any]:
    """Declare the function that scores everybody as of a day; return the parameters of ``SCORED_ROWS``, which calls it.

    The transaction has from now on the memory that a whole city wants, and does not wait for the disk when it commits.
    """
    for setting in _SETTINGS:
        await session.execute(text(setting))
    compiled = scored(document, as_of=as_of)
    body = _PARAMETER.sub(r"scored.\1", compiled.sql)
    await (await session.connection()).exec_driver_sql(
        _DECLARE.format(statement=body, at_once=_MANY)
    )
    return dict(compiled.parameters)


def by_tier(document: ScoreDocument, counted: Iterable[Row[Any]]) -> dict[str, int]:
    """Return how many are in each tier, the best first, given rows of a tier's place and its people."""
    found = {row.tier_place: row.people for row in counted}
    return {tier.code: found.get(place, 0) for place, tier in enumerate(document.tiers)}


async def run_model(session: AsyncSession, model_id: UUID, *, now: datetime) -> RunReport | None:
    """Score everybody by a model in force, as the batch role; return nothing where that was done today and not asked for again.

    Two that begin at once wait for each other.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_RUN_LOCK)))
    as_of = local_day(now)
    model = await session.get(ScoreModel, model_id)
    due = {due_id for due_id, _ in await due_models(session, since=as_of)}
    if model is None or model_id not in due:
        return None
    document = stored_document(model.document)
    # First: what is written then has no summary by days yet, and would be read whole.
    await session.execute(_FORGET, {"before": months_later(as_of, -KEPT_MONTHS)})
    run_id, given = new_id(now), await declare(session, document, as_of=as_of)
    kept = {
        "run_id": run_id,
        "model_id": model_id,
        "model_code": document.code,
        "tier_codes": [tier.code for tier in document.tiers],
        "learned_at": now,
        "valid_until": valid_until(as_of),
    }
    await session.execute(_WRITE, given | kept)
    tiers = by_tier(document, await session.execute(_COUNT_TIERS, {"run_id": run_id}))
    return finish(session, ScoreRun(
        id=run_id,
        model_id=model_id,
        as_of=as_of,
        began_at=now,
        origin=TierOrigin.ENGINE,
        subject_count=sum(tiers.values()),
        tiers=tiers,
    ))  # fmt: skip


def valid_until(as_of: date) -> date:
    """Return until when, exclusive, a tier of a day's run is good: to the next month, when it is due again, and a grace."""
    return months_later(as_of.replace(day=1), 1) + GRACE


async def due_models(session: AsyncSession, *, since: date) -> list[tuple[UUID, str]]:
    """Return the models in force, with their codes, that were not run since a day, or not since a run of them was asked for.

    One with a panel's indicator is run by whoever enters subjects for it, and over nobody else.
    """
    run = select(ScoreRun.id).where(ScoreRun.model_id == ScoreModel.id)
    ran = run.where(ScoreRun.as_of >= since)
    after = run.where(ScoreRun.began_at >= ScoreModel.run_asked_at)
    active = select(ScoreModel.id, ScoreModel.code).where(
        ScoreModel.state == ModelState.ACTIVE,
        ScoreModel.document["dimensions"].op("@?")(_PANEL).is_(False),
        or_(~ran.exists(), and_(ScoreModel.run_asked_at.is_not(None), ~after.exists())),
    )
    rows = await session.execute(active.order_by(ScoreModel.id))
    return [(row.id, row.code) for row in rows]


def finish(session: AsyncSession, run: ScoreRun) -> RunReport:
    """Write a run down that has been done."""
    session.add(run)
    append_act(
        session,
        action="scoring.run.completed",
        now=run.began_at,
        object_type="score_run",
        object_id=run.id,
        detail={"subjects": run.subject_count, "as_of": run.as_of.isoformat()},
    )
    return RunReport(run.id, run.subject_count, dict(run.tiers))
