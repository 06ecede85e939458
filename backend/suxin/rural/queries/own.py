"""What a subject reads of its ratings, and a tenant of its grades on a basis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import ground_of
from suxin.kernel.refusals import Forbidden
from suxin.kernel.working_days import local_day
from suxin.rural.models import (
    RatingCycle,
    RatingEntry,
    RuralGrade,
    RuralHearing,
    RuralReckoning,
    RuralStatement,
)
from suxin.rural.states import CycleState, GradeState, RuralKind
from suxin.scoring.documents import stored_document
from suxin.scoring.explaining import Contribution, Reckoning, contributions
from suxin.scoring.models import ScoreModel, lines_of
from suxin.subjects.models import DataCategory, Subject
from suxin.subjects.queries import bases_relied_on
from suxin.villages.queries import household_of_subject

MAX_ENTRIES: Final = 5_000
"""How many entries of one cycle a page or a panel has: more than any village has households (proposed default)."""

CYCLES_SHOWN: Final = 50
GRADE_FIELDS: Final = ("kind", "tier", "effective_on", "expires_on")


def statements_about(subject_id: UUID) -> Select[RuralStatement]:
    """Return what villages attest about a subject, as far as the caller sees it, the latest first."""
    return (
        select(RuralStatement)
        .where(RuralStatement.subject_id == subject_id)
        .order_by(RuralStatement.id.desc())
    )


async def cycles_for(session: AsyncSession, actor: Actor) -> Sequence[RatingCycle]:
    """Return the cycles that the acting subject may enter now.

    :raises Forbidden: if the actor acts for no subject
    """
    subject = await session.get_one(Subject, actor.own_subject)
    kinds = [kind for kind in RuralKind if subject.kind in kind.subject_kinds]
    found = select(RatingCycle).where(
        RatingCycle.state == CycleState.OPEN, RatingCycle.kind.in_(kinds)
    )
    if RuralKind.HOUSEHOLD in kinds:
        household = await household_of_subject(session, subject.id)
        if household is None:
            return []
        found = found.where(RatingCycle.tenant_id == household.tenant_id)
    else:
        near = subject.town_code or subject.county_code
        found = found.where(RatingCycle.village_code.startswith(near, autoescape=True))
    ordered = found.order_by(RatingCycle.village_code, RatingCycle.id).limit(CYCLES_SHOWN)
    return (await session.scalars(ordered)).all()


def entries_about(subject_id: UUID) -> Select[RatingEntry, RatingCycle]:
    """Return a subject's entries with their cycles, as far as the caller sees them, the latest first."""
    return (
        select(RatingEntry, RatingCycle)
        .join(RatingCycle, RatingCycle.id == RatingEntry.cycle_id)
        .where(RatingEntry.subject_id == subject_id)
        .order_by(RatingEntry.id.desc())
    )


def grades_about(subject_id: UUID) -> Select[RuralGrade]:
    """Return a subject's grades, as far as the caller sees them, the latest first."""
    return (
        select(RuralGrade).where(RuralGrade.subject_id == subject_id).order_by(RuralGrade.id.desc())
    )


def hearings_about(subject_id: UUID) -> Select[RuralHearing]:
    """Return a subject's hearings, as far as the caller sees them, the latest first."""
    return (
        select(RuralHearing)
        .where(RuralHearing.subject_id == subject_id)
        .order_by(RuralHearing.opened_at.desc(), RuralHearing.entry_id)
    )


def reckonings_about(subject_id: UUID) -> Select[RuralReckoning, ScoreModel]:
    """Return how a subject was reckoned, with the models; none but the subject's own are seen."""
    return (
        select(RuralReckoning, ScoreModel)
        .join(ScoreModel, ScoreModel.id == RuralReckoning.model_id)
        .where(RuralReckoning.subject_id == subject_id)
        .order_by(RuralReckoning.entry_id.desc())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingExplained:
    """How an entry was rated, for its subject: the score with what makes it up, and what the panel thought on the whole."""

    row: RuralReckoning
    model_name: str
    model_version: int
    contributions: tuple[Contribution, ...]


async def explained(session: AsyncSession, actor: Actor, entry_id: UUID) -> RatingExplained | None:
    """Return how an entry of the acting subject was rated; nothing before that.

    :raises Forbidden: if the actor acts for no subject
    Source: PIPL art. 24
    """
    found = (
        await session.execute(
            reckonings_about(actor.own_subject).where(RuralReckoning.entry_id == entry_id)
        )
    ).one_or_none()
    if found is None:
        return None
    row, model = found
    document = stored_document(model.document)
    reckoning = Reckoning(
        document=document,
        score=row.score,
        as_of=row.as_of,
        lines=lines_of(row.numbers, row.points),
        dimensions=row.dimensions,
    )
    return RatingExplained(
        row=row,
        model_name=document.name,
        model_version=model.version,
        contributions=contributions(reckoning),
    )


async def grades_told(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, purpose: str, now: datetime
) -> Sequence[RuralGrade]:
    """Return the grades in force of a subject that the actor's tenant may read for a purpose, and note the receipt.

    A tenant gets none without a live basis for that purpose which holds ``rural_rating``, and a bank without a personal credit licence
    none of a household or person.

    :raises Forbidden: if the actor does not act for this purpose
    Source: PIPL art. 6, 23
    """
    if purpose not in actor.purposes:
        raise Forbidden(permission=purpose)
    bases = [
        one
        for one in await bases_relied_on(
            session, actor, subject_id=subject_id, purposes=[purpose], now=now
        )
        if DataCategory.RURAL_RATING in one.categories
    ]
    if not bases:
        return []
    found = (
        await session.scalars(
            grades_about(subject_id).where(
                RuralGrade.state == GradeState.IN_FORCE, RuralGrade.expires_on > local_day(now)
            )
        )
    ).all()
    note_read(
        session,
        Receipt(
            subject_id=subject_id,
            purpose=purpose,
            categories=(DataCategory.RURAL_RATING.value,),
            fields=GRADE_FIELDS,
            row_count=len(found),
            object_type="rural_grade",
            ground=ground_of(bases[0]),
        ),
    )
    return found
