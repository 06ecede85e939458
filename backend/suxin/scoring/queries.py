"""Models and runs as the credit office sees them, a subject's own scores with their reasons, and tiers on a basis."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import note_read
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import ScoreDocument, Tier, stored_document
from suxin.scoring.engine import scored, totals_of
from suxin.scoring.explaining import (
    Change,
    Comparison,
    Contribution,
    NextStep,
    Reason,
    Reckoning,
    changes,
    contributions,
    last_month,
    most_helpful,
    possible_steps,
    reasons,
)
from suxin.scoring.models import (
    ModelState,
    Score,
    ScoreModel,
    ScoreRun,
    ScoreTier,
    TierOrigin,
    lines_of,
)
from suxin.scoring.policies import MODEL_READ, TIER_READ
from suxin.scoring.tiers import opens_tiers, tiers_in_force, tiers_receipt
from suxin.subjects.models import CatalogueItem
from suxin.subjects.queries import bases_relied_on

HISTORY_SHOWN: Final = 24
"""How many past scores a subject is shown: two years of months."""


def models() -> Select[ScoreModel]:
    """Return every model the caller sees, by code and the latest version first."""
    return select(ScoreModel).order_by(ScoreModel.code, ScoreModel.version.desc())


async def model_row(session: AsyncSession, actor: Actor, model_id: UUID) -> ScoreModel:
    """Return one model.

    :raises Forbidden: if the actor may not look at models
    :raises NotFound: if there is none
    """
    actor.require(MODEL_READ)
    return _found(await session.get(ScoreModel, model_id))


async def lock_model(session: AsyncSession, actor: Actor, model_id: UUID) -> ScoreModel:
    """Return one model, locked.

    :raises Forbidden: if the actor may not look at models
    :raises NotFound: if there is none
    """
    actor.require(MODEL_READ)
    statement = select(ScoreModel).where(ScoreModel.id == model_id).with_for_update()
    return _found(await session.scalar(statement.execution_options(populate_existing=True)))


async def active_model(session: AsyncSession, code: str) -> ScoreModel | None:
    """Return the version of a code that is in force; anybody may know by what he is scored."""
    return await session.scalar(
        select(ScoreModel).where(ScoreModel.code == code, ScoreModel.state == ModelState.ACTIVE)
    )


def runs() -> Select[ScoreRun, ScoreModel]:
    """Return the runs the caller sees with their models, the latest first."""
    return (
        select(ScoreRun, ScoreModel)
        .join(ScoreModel, ScoreModel.id == ScoreRun.model_id)
        .order_by(ScoreRun.began_at.desc(), ScoreRun.id.desc())
    )


async def run_row(session: AsyncSession, actor: Actor, run_id: UUID) -> tuple[ScoreRun, ScoreModel]:
    """Return one run with its model.

    :raises Forbidden: if the actor may not look at models
    :raises NotFound: if there is none
    """
    actor.require(MODEL_READ)
    found = (await session.execute(runs().where(ScoreRun.id == run_id))).one_or_none()
    if found is None:
        raise NotFound(thing_zh="评分批次", thing_en="score run")
    return found[0], found[1]


async def last_run(
    session: AsyncSession, code: str, *, before: datetime | None = None
) -> ScoreRun | None:
    """Return the latest run of any version of a code, perhaps of those before a moment."""
    latest = runs().where(ScoreModel.code == code).limit(1)
    if before is not None:
        latest = latest.where(ScoreRun.began_at < before)
    found = (await session.execute(latest)).one_or_none()
    return None if found is None else found[0]


def scores_of(subject_id: UUID) -> Select[Score]:
    """Return a subject's scores, the latest first; none but the subject's own are seen."""
    return (
        select(Score)
        .where(Score.subject_id == subject_id)
        .order_by(Score.as_of.desc(), Score.run_id.desc())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A subject's latest score with its reasons, and its scores before.

    ``changes`` are those since the run before, which may be of the same month; ``last_month`` compares with the last score of a month before.
    """

    document: ScoreDocument
    version: int
    score: int
    tier: Tier
    as_of: date
    contributions: tuple[Contribution, ...]
    changes: tuple[Change, ...]
    last_month: Comparison | None
    steps: tuple[NextStep, ...]
    history: tuple[tuple[date, int, str], ...]


async def explanation(session: AsyncSession, actor: Actor) -> Explanation | None:
    """Return the acting subject's latest score explained; nothing before its first run.

    :raises Forbidden: if the actor acts for no subject
    Source: PIPL art. 24 (an automated decision is explained to whom it is about)
    """
    rows = (
        await session.execute(
            scores_of(actor.own_subject)
            .add_columns(ScoreModel)
            .join(ScoreModel, ScoreModel.id == Score.model_id)
            .limit(HISTORY_SHOWN)
        )
    ).all()
    if not rows:
        return None
    (score, model), *earlier = rows
    now = _reckoning(score, model)
    before = [_reckoning(*row) for row in earlier if row[1].code == model.code]
    place = now.document.tier_place(score.tier)
    return Explanation(
        document=now.document,
        version=model.version,
        score=score.score,
        tier=now.document.tiers[place or 0],
        as_of=score.as_of,
        contributions=contributions(now),
        changes=changes(now, before[0] if before else None),
        last_month=last_month(now, before),
        steps=await _steps(session, now),
        history=tuple((row.as_of, row.score, row.tier) for row, _ in rows),
    )


async def own_tiers(session: AsyncSession, actor: Actor, *, now: datetime) -> list[ScoreTier]:
    """Return the acting subject's own tiers in force.

    :raises Forbidden: if the actor acts for no subject
    """
    return list(await session.scalars(tiers_in_force(actor.own_subject, on=local_day(now))))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTier:
    """One of a subject's own tiers with the names that its model has for it."""

    row: ScoreTier
    model_name: str
    name: str


async def named_tiers(session: AsyncSession, actor: Actor, *, now: datetime) -> list[OwnTier]:
    """Return the acting subject's own tiers in force with their names; those whose model is not in force are left out.

    :raises Forbidden: if the actor acts for no subject
    """
    found = []
    for row in await own_tiers(session, actor, now=now):
        model = await active_model(session, row.model_code)
        if model is None:
            continue
        document = stored_document(model.document)
        place = document.tier_place(row.tier)
        if place is not None:
            name = document.tiers[place].name
            found.append(OwnTier(row=row, model_name=document.name, name=name))
    return found


async def tiers_of(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, purpose: str, now: datetime
) -> list[ScoreTier]:
    """Return the tiers in force of a subject that the actor's tenant may read for a purpose, and note the receipt.

    A tenant gets none without a live basis for that very purpose which holds ``score_tier``, and a bank without a personal credit
    licence none of a natural person; nobody but the subject gets a number.

    :raises Forbidden: if the actor may not ask for tiers, or not for this purpose
    Source: PIPL art. 6 (no more than the purpose needs)
    """
    actor.require(TIER_READ)
    if purpose not in actor.purposes:
        raise Forbidden(permission=purpose)
    return await tiers_weighed(session, actor, subject_id=subject_id, purpose=purpose, now=now)


async def tiers_weighed(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, purpose: str, now: datetime
) -> list[ScoreTier]:
    """Return the tiers that a context above weighs for the actor's tenant, and of which it tells nobody; note the receipt.

    The basis is asked for as in ``tiers_of``; no right to be told tiers is, because whoever acts is told what comes of them alone.
    """
    found = await bases_relied_on(
        session, actor, subject_id=subject_id, purposes=[purpose], now=now
    )
    bases = [one for one in found if opens_tiers(one)]
    if not bases:
        return []
    tiers = list(await session.scalars(tiers_in_force(subject_id, on=local_day(now))))
    note_read(session, tiers_receipt(subject_id, purpose, bases[0], count=len(tiers)))
    return tiers


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTold:
    """A tier as a tenant is told it: its names, and what counts for and against the subject, without a number.

    ``unseen`` is how many indicators of the model rest on data that the basis does not cover.
    """

    row: ScoreTier
    document: ScoreDocument
    tier: Tier
    reasons: tuple[Reason, ...]
    unseen: int


async def grades_of(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, purpose: str, now: datetime
) -> list[GradeTold]:
    """Return the tiers of a subject that the actor's tenant may read for a purpose, explained by what it may read besides.

    What counts is found by the engine among the records that the basis opens, and in its categories alone: an explanation tells
    nothing that the tenant could not look up, and neither points nor a score.

    :raises Forbidden: see ``tiers_of``
    Source: PIPL art. 6, 24
    """
    told = []
    covered = await _covered(session, actor, subject_id=subject_id, purpose=purpose, now=now)
    for row in await tiers_of(session, actor, subject_id=subject_id, purpose=purpose, now=now):
        model = await active_model(session, row.model_code)
        if model is None:
            continue
        document = stored_document(model.document)
        place = document.tier_place(row.tier)
        if place is None:
            continue
        seen = await _seen_numbers(session, document, covered)
        lines = await _own_lines(session, document, row)
        told.append(
            GradeTold(
                row=row,
                document=document,
                tier=document.tiers[place],
                reasons=reasons(document, {one: lines[one] for one in sorted(seen & set(lines))}),
                unseen=len(document.indicators) - len(seen),
            )
        )
    return told


async def _own_lines(
    session: AsyncSession, document: ScoreDocument, row: ScoreTier
) -> dict[int, int]:
    """Return what makes a tier up as far as the reader sees the records; of what the city's own system says there is nothing known."""
    if row.origin is not TierOrigin.ENGINE:
        return {}
    compiled = scored(document, as_of=row.as_of, subject_id=row.subject_id)
    found = (await session.execute(text(compiled.sql), compiled.parameters)).one_or_none()
    return {} if found is None else lines_of(found.numbers, found.points)


async def _covered(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, purpose: str, now: datetime
) -> frozenset[str]:
    """Return the categories that the tenant may read of a subject for a purpose."""
    found = await bases_relied_on(
        session, actor, subject_id=subject_id, purposes=[purpose], now=now
    )
    return frozenset(category for basis in found for category in basis.categories)


async def _seen_numbers(
    session: AsyncSession, document: ScoreDocument, covered: frozenset[str]
) -> set[int]:
    """Return the numbers of the indicators all of whose catalogue items are of covered categories."""
    rows = await session.scalars(
        select(CatalogueItem.code).where(
            CatalogueItem.code.in_(document.items), CatalogueItem.category.in_(covered)
        )
    )
    readable = set(rows)
    return {
        number for number, one in enumerate(document.indicators) if readable.issuperset(one.items)
    }


async def is_eligible(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    purpose: str,
    model_code: str,
    at_least: str,
    now: datetime,
) -> bool:
    """Return whether a subject has a tier or a better one: what opens a door to it, and closes none.

    Without a basis, or without a tier in force, the answer is no, which says nothing about the subject.

    :raises Forbidden: if the actor may not ask for tiers, or not for this purpose
    """
    tiers = await tiers_of(session, actor, subject_id=subject_id, purpose=purpose, now=now)
    model = await active_model(session, model_code)
    wanted = None if model is None else stored_document(model.document).tier_place(at_least)
    return wanted is not None and any(
        tier.place <= wanted for tier in tiers if tier.model_code == model_code
    )


async def _steps(session: AsyncSession, now: Reckoning) -> tuple[NextStep, ...]:
    """Ask the engine what each possible step would bring."""
    possible = possible_steps(now)
    if not possible:
        return ()
    compiled = totals_of(now.document, [step.lines for step in possible])
    rows = await session.execute(text(compiled.sql), compiled.parameters)
    scores = {row.subject_id: row.score for row in rows}
    return most_helpful(now, possible, [scores[place] for place in range(len(possible))])


def _reckoning(score: Score, model: ScoreModel) -> Reckoning:
    return Reckoning(
        document=stored_document(model.document),
        score=score.score,
        as_of=score.as_of,
        lines=score.lines,
        dimensions=score.dimensions,
    )


def _found(model: ScoreModel | None) -> ScoreModel:
    if model is None:
        raise NotFound(thing_zh="评分模型", thing_en="score model")
    return model
