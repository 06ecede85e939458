"""Simulation: what a drafted model would do to today's city, before anybody approves it; nothing of it reaches a subject.

The largest moves name nobody: what they are made of is what a reviewer needs, and whose they are is not.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import ScoreDocument, stored_document
from suxin.scoring.models import ModelState, ScoreModel, lines_of
from suxin.scoring.runs import SCORED_ROWS, by_tier, declare
from suxin.subjects.models import CatalogueItem

LARGEST: Final = 20
REASONS: Final = 3
"""How many of the largest moves are shown, and how many lines of each."""

_COMPUTE: Final = text(f"create temporary table computed on commit drop as {SCORED_ROWS}")
_TIERS: Final = text("select tier_place, count(*) as people from computed group by tier_place")
# Who was never scored under this code moves from the base, without a tier.
_BEFORE: Final = """
    from computed c
    left join score_tiers t on t.subject_id = c.subject_id and t.model_code = :code
    left join scores s on s.subject_id = t.subject_id and s.run_id = t.run_id"""
_SHIFTS: Final = text(
    f"select t.tier as before, c.tier_place as place, count(*) as people {_BEFORE}"
    " group by t.tier, c.tier_place order by c.tier_place, t.tier nulls first"
)
_MOVES: Final = text(
    f"""
    select coalesce(s.score, :base) as before, t.tier as tier_before, c.score, c.tier_place,
           c.numbers, c.points {_BEFORE}
    where c.score <> coalesce(s.score, :base)
    order by abs(c.score - coalesce(s.score, :base)) desc, c.score, c.subject_id limit :largest
    """
)


async def simulate_model(session: AsyncSession, model_id: UUID, *, now: datetime) -> bool:
    """Work out how the city would shift under a draft, as the batch role; return whether there was one to simulate.

    A simulated model may be simulated again, until it is approved.
    """
    model = await session.get(ScoreModel, model_id, with_for_update=True)
    if model is None or model.state not in (ModelState.DRAFT, ModelState.SIMULATED):
        return False
    document = stored_document(model.document)
    as_of = local_day(now)
    await session.execute(_COMPUTE, await declare(session, document, as_of=as_of))
    model.simulation = {
        "as_of": as_of.isoformat(),
        "tiers": by_tier(document, await session.execute(_TIERS)),
        "shifts": await _shifts(session, document),
        "moves": await _moves(session, document),
        "unknown_items": await _unknown_items(session, document),
    }
    model.state, model.simulated_at = ModelState.SIMULATED, now
    append_act(
        session,
        action="scoring.model.simulated",
        now=now,
        object_type="score_model",
        object_id=model.id,
        detail={"code": model.code, "version": model.version},
    )
    return True


async def drafts(session: AsyncSession) -> list[UUID]:
    """Return the models that wait to be simulated, in the order in which they were drafted."""
    waiting = select(ScoreModel.id).where(ScoreModel.state == ModelState.DRAFT)
    return list(await session.scalars(waiting.order_by(ScoreModel.drafted_at, ScoreModel.id)))


async def _shifts(session: AsyncSession, document: ScoreDocument) -> list[dict[str, Any]]:
    rows = await session.execute(_SHIFTS, {"code": document.code})
    return [
        {"before": row.before, "after": document.tiers[row.place].code, "people": row.people}
        for row in rows
    ]


async def _moves(session: AsyncSession, document: ScoreDocument) -> list[dict[str, Any]]:
    given = {"code": document.code, "base": document.base, "largest": LARGEST}
    indicators = document.indicators
    moves = []
    for row in await session.execute(_MOVES, given):
        lines = sorted(
            lines_of(row.numbers, row.points).items(), key=lambda line: (-abs(line[1]), line[0])
        )
        moves.append(
            {
                "before": row.before,
                "tier_before": row.tier_before,
                "after": row.score,
                "tier_after": document.tiers[row.tier_place].code,
                "because": [
                    {"code": indicators[number].code, "points": points}
                    for number, points in lines[:REASONS]
                ],
            }
        )
    return moves


async def _unknown_items(session: AsyncSession, document: ScoreDocument) -> list[str]:
    """Return what the model counts and the catalogue has not: of that there can be no record."""
    known = await session.scalars(
        select(CatalogueItem.code).where(CatalogueItem.code.in_(document.items))
    )
    return sorted(document.items - set(known))
