"""Cycles, entries, results and grades, as a village, a subject and the city's office read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import ground_of
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.rural.models import (
    PanelBallot,
    PanelMember,
    PanelRecusal,
    RatingCycle,
    RatingEntry,
    RuralAreaCount,
    RuralGrade,
    RuralHearing,
    RuralNotice,
    RuralReckoning,
    RuralStatement,
    RuralTitle,
)
from suxin.rural.policies import RATING_READ, RURAL_OVERSEE
from suxin.rural.states import CycleState, EntryState, GradeState, RuralKind, TitleLevel
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


async def cycle_of(session: AsyncSession, cycle_id: UUID) -> RatingCycle:
    """Return one cycle; which there are is no secret.

    :raises NotFound: if there is none
    """
    return _cycle(await session.scalar(select(RatingCycle).where(RatingCycle.id == cycle_id)))


async def cycle_in_turn(session: AsyncSession, cycle_id: UUID) -> RatingCycle:
    """Return one cycle as it stands once whoever changes or enters it is done; nobody else does until the transaction ends.

    A subject may not lock the village's row, so that the turn is a lock of its own.

    :raises NotFound: if there is none
    """
    key = func.hashtextextended(f"rural:cycle:{cycle_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    statement = select(RatingCycle).where(RatingCycle.id == cycle_id)
    return _cycle(await session.scalar(statement.execution_options(populate_existing=True)))


async def own_cycle(session: AsyncSession, actor: Actor, cycle_id: UUID) -> RatingCycle:
    """Return one cycle of the actor's village.

    :raises Forbidden: if the actor may not look at ratings
    :raises NotFound: if the village has none of that id
    """
    actor.require(RATING_READ)
    return _cycle(await session.get(RatingCycle, (actor.own_tenant, cycle_id)))


def own_cycles(actor: Actor) -> Select[RatingCycle]:
    """Return the cycles of the actor's village, the latest first.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        select(RatingCycle)
        .where(RatingCycle.tenant_id == actor.own_tenant)
        .order_by(RatingCycle.id.desc())
    )


def city_cycles(actor: Actor) -> Select[RatingCycle]:
    """Return the cycles of every village, the latest first.

    :raises Forbidden: if the actor may not oversee rural credit
    """
    actor.require(RURAL_OVERSEE)
    return select(RatingCycle).order_by(RatingCycle.id.desc())


def entries_of(actor: Actor, cycle_id: UUID) -> Select[RatingEntry]:
    """Return who entered a cycle of the actor's village, by number; whoever left is not among them.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        select(RatingEntry)
        .where(
            RatingEntry.tenant_id == actor.own_tenant,
            RatingEntry.cycle_id == cycle_id,
            RatingEntry.state != EntryState.LEFT,
        )
        .order_by(RatingEntry.number, RatingEntry.id)
    )


async def village_entry(session: AsyncSession, actor: Actor, entry_id: UUID) -> RatingEntry:
    """Return one entry of a cycle of the actor's village.

    :raises Forbidden: if the actor may not look at ratings
    :raises NotFound: if the village has none of that id
    """
    actor.require(RATING_READ)
    return _entry(await session.get(RatingEntry, (actor.own_tenant, entry_id)))


async def lock_entry(session: AsyncSession, tenant_id: UUID, entry_id: UUID) -> RatingEntry:
    """Return one entry, locked.

    :raises NotFound: if the caller may change none of that id
    """
    return _entry(
        await session.scalar(
            select(RatingEntry)
            .where(RatingEntry.tenant_id == tenant_id, RatingEntry.id == entry_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def lock_own_entry(session: AsyncSession, actor: Actor, entry_id: UUID) -> RatingEntry:
    """Return one entry of the acting subject, locked.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has none of that id
    """
    return _entry(
        await session.scalar(
            select(RatingEntry)
            .where(RatingEntry.subject_id == actor.own_subject, RatingEntry.id == entry_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def live_entry(session: AsyncSession, cycle_id: UUID, subject_id: UUID) -> RatingEntry | None:
    """Return the entry of a subject in a cycle that it has not left, if the caller sees one."""
    return await session.scalar(
        select(RatingEntry).where(
            RatingEntry.cycle_id == cycle_id,
            RatingEntry.subject_id == subject_id,
            RatingEntry.state != EntryState.LEFT,
        )
    )


async def panel_of(session: AsyncSession, actor: Actor, cycle_id: UUID) -> Sequence[PanelMember]:
    """Return who is on the panel of a cycle of the actor's village.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        await session.scalars(
            select(PanelMember)
            .where(PanelMember.tenant_id == actor.own_tenant, PanelMember.cycle_id == cycle_id)
            .order_by(PanelMember.named_at, PanelMember.staff_id)
        )
    ).all()


async def votes_cast(session: AsyncSession, actor: Actor, cycle_id: UUID) -> dict[UUID, int]:
    """Return how many have voted on each entry of a cycle of the actor's village, by entry; what was voted nobody reads.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    rows = await session.execute(
        select(PanelBallot.entry_id, func.count().label("votes"))
        .where(PanelBallot.tenant_id == actor.own_tenant, PanelBallot.cycle_id == cycle_id)
        .group_by(PanelBallot.entry_id)
    )
    return {row.entry_id: row.votes for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBallots:
    """How a panel member stands in a cycle: on whom he has voted, and on whom he does not vote."""

    seat: PanelMember | None
    voted: frozenset[UUID]
    recused: frozenset[UUID]


async def own_ballots(session: AsyncSession, actor: Actor, cycle_id: UUID) -> OwnBallots:
    """Return how the acting staff member stands in the panel of a cycle.

    :raises Forbidden: if the actor may not look at ratings, or is no staff member
    """
    actor.require(RATING_READ)
    own = actor.own_staff
    seat = await session.get(PanelMember, (actor.own_tenant, cycle_id, own))
    voted = await session.scalars(
        select(PanelBallot.entry_id).where(
            PanelBallot.tenant_id == actor.own_tenant,
            PanelBallot.cycle_id == cycle_id,
            PanelBallot.staff_id == own,
        )
    )
    recused = set(
        await session.scalars(
            select(PanelRecusal.entry_id)
            .join(
                RatingEntry,
                (RatingEntry.tenant_id == PanelRecusal.tenant_id)
                & (RatingEntry.id == PanelRecusal.entry_id),
            )
            .where(
                PanelRecusal.tenant_id == actor.own_tenant,
                PanelRecusal.staff_id == own,
                RatingEntry.cycle_id == cycle_id,
            )
        )
    )
    if seat is not None and seat.household_id is not None:
        recused |= set(
            await session.scalars(
                select(RatingEntry.id).where(
                    RatingEntry.tenant_id == actor.own_tenant,
                    RatingEntry.cycle_id == cycle_id,
                    RatingEntry.household_id == seat.household_id,
                )
            )
        )
    return OwnBallots(seat=seat, voted=frozenset(voted), recused=frozenset(recused))


async def public_notice(session: AsyncSession, cycle_id: UUID) -> RuralNotice | None:
    """Return what is on public notice of a cycle, as far as the caller sees it: everybody while it runs, and nobody afterwards."""
    return await session.get(RuralNotice, cycle_id)


def statements_at(actor: Actor) -> Select[RuralStatement]:
    """Return what the actor's village attests, the latest first.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        select(RuralStatement)
        .where(RuralStatement.tenant_id == actor.own_tenant)
        .order_by(RuralStatement.id.desc())
    )


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


def hearings(actor: Actor) -> Select[RuralHearing]:
    """Return the hearings that wait for a decision, those whose time ends first at the head.

    :raises Forbidden: if the actor may not oversee rural credit
    """
    actor.require(RURAL_OVERSEE)
    return (
        select(RuralHearing)
        .where(RuralHearing.decided_at.is_(None))
        .order_by(RuralHearing.open_until, RuralHearing.entry_id)
    )


def area_counts(actor: Actor, level: TitleLevel) -> Select[RuralAreaCount]:
    """Return the areas of a level with their figures, by code.

    :raises Forbidden: if the actor may not oversee rural credit
    """
    actor.require(RURAL_OVERSEE)
    return (
        select(RuralAreaCount)
        .where(RuralAreaCount.level == level)
        .order_by(RuralAreaCount.area_code)
    )


async def own_count(session: AsyncSession, actor: Actor) -> RuralAreaCount | None:
    """Return the figures of the actor's own village, once they were counted.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return await session.scalar(
        select(RuralAreaCount).where(RuralAreaCount.tenant_id == actor.own_tenant)
    )


async def area_count(session: AsyncSession, area_code: str) -> RuralAreaCount | None:
    """Return the figures of one area, as far as the caller sees them."""
    return await session.get(RuralAreaCount, area_code)


def titles(*, level: TitleLevel | None = None) -> Select[RuralTitle]:
    """Return the titles that the caller sees, the latest first."""
    found = select(RuralTitle).order_by(RuralTitle.id.desc())
    return found if level is None else found.where(RuralTitle.level == level)


async def lock_title(session: AsyncSession, actor: Actor, title_id: UUID) -> RuralTitle:
    """Return one title, locked.

    :raises Forbidden: if the actor may not oversee rural credit
    :raises NotFound: if there is none
    """
    actor.require(RURAL_OVERSEE)
    found = await session.scalar(
        select(RuralTitle)
        .where(RuralTitle.id == title_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="信用村镇命名", thing_en="title")
    return found


def _cycle(found: RatingCycle | None) -> RatingCycle:
    if found is None:
        raise NotFound(thing_zh="评级批次", thing_en="rating cycle")
    return found


def _entry(found: RatingEntry | None) -> RatingEntry:
    if found is None:
        raise NotFound(thing_zh="参评记录", thing_en="entry")
    return found
