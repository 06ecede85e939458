"""Runs: everybody scored anew at once, by the batch role, in one transaction: all tiers change together or none does.

Nobody waits for a run, and no request can begin one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, cast, func, or_, select, text
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

# The parts of the records are spread over the machine's cores, each whole: nothing is then put together out of halves. Sorting
# keeps a subject's lines side by side, which hashing some hundred thousand groups does not. No row policy is in the way.
_SETTINGS: Final = (
    "set local work_mem = '256MB'",
    "set local enable_hashagg = off",
    "set local min_parallel_table_scan_size = '1TB'",
    # Records that came in a moment ago have no statistics yet, and by loops a city of some thousands takes most of a minute.
    "set local enable_nestloop = off",
    "set local parallel_setup_cost = 100",
    "set local parallel_tuple_cost = 0.01",
    "set local synchronous_commit = off",
)
# What is asked of the table beside has a handful of groups.
_COMPUTED: Final = text("set local enable_hashagg = on")

# What was computed lies in the order of their keys, so that the indexes grow at their ends.
_WRITE_SCORES: Final = text(
    """
    insert into scores (subject_id, run_id, model_id, as_of, score, tier, numbers, points, dimensions)
    select subject_id, :run_id, :model_id, :as_of, score, (cast(:tier_codes as text[]))[tier_place + 1],
           numbers, points, dimensions
    from computed
    """
)
# In one pass over both: last month's tiers are renewed, and whoever had none gets one.
_WRITE_TIERS: Final = text(
    """
    merge into score_tiers kept
    using computed c on kept.subject_id = c.subject_id and kept.model_code = :model_code
    when matched then update
        set natural_person = c.natural_person, run_id = :run_id, origin = 'engine', learned_at = :learned_at,
            tier = (cast(:tier_codes as text[]))[tier_place + 1],
            place = tier_place, as_of = :as_of, valid_until = :valid_until
    when not matched then insert
        (subject_id, model_code, natural_person, run_id, origin, learned_at, tier, place, as_of, valid_until)
        values (c.subject_id, :model_code, c.natural_person, :run_id, 'engine', :learned_at,
                (cast(:tier_codes as text[]))[tier_place + 1], tier_place, :as_of, :valid_until)
    """
)
_COUNT_TIERS: Final = text(
    "select tier_place, count(*) as people from computed group by tier_place"
)
_FORGET: Final = text("delete from scores where as_of < :before")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to."""

    run_id: UUID
    subject_count: int
    tiers: dict[str, int]


async def compute(session: AsyncSession, document: ScoreDocument, *, as_of: date) -> None:
    """Score everybody into the temporary table ``computed``, which ends with the transaction.

    In the order of their ids: each process then sorts what it has before it sends any of it. Without that one that is done
    with a part waits, with its few rows that fit between them, until the first process has done with a part of its own.
    """
    for setting in _SETTINGS:
        await session.execute(text(setting))
    compiled = scored(document, as_of=as_of)
    await session.execute(
        text(
            f"create temporary table computed on commit drop as {compiled.sql} order by subject_id"
        ),
        compiled.parameters,
    )
    await session.execute(_COMPUTED)


async def count_tiers(session: AsyncSession, document: ScoreDocument) -> dict[str, int]:
    """Return how many were computed into each tier, the best first."""
    found = {row.tier_place: row.people for row in await session.execute(_COUNT_TIERS)}
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
    await compute(session, document, as_of=as_of)
    run_id, tiers = new_id(now), await count_tiers(session, document)
    common = {
        "run_id": run_id,
        "as_of": as_of,
        "tier_codes": [tier.code for tier in document.tiers],
    }
    # First: what was just written has no summary by days yet, and would be read whole.
    await session.execute(_FORGET, {"before": months_later(as_of, -KEPT_MONTHS)})
    await session.execute(_WRITE_SCORES, common | {"model_id": model_id})
    kept = {"model_code": document.code, "valid_until": valid_until(as_of), "learned_at": now}
    await session.execute(_WRITE_TIERS, common | kept)
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
