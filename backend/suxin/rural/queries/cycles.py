"""Cycles with their panels and entries, as a village reads and locks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.rural.models import (
    PanelBallot,
    PanelMember,
    PanelRecusal,
    RatingCycle,
    RatingEntry,
    RuralNotice,
    RuralStatement,
)
from suxin.rural.policies import RATING_READ, RURAL_OVERSEE
from suxin.rural.states import EntryState
from suxin.tenancy.models import StaffMember

MAX_ENTRIES: Final = 5_000
"""How many entries of one cycle a page or a panel has: more than any village has households (proposed default)."""


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


def own_entries(actor: Actor, cycle_id: UUID | None = None) -> Select[RatingEntry]:
    """Return who entered any cycle of the actor's village, or one of them, the latest first; whoever left is not among them.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    found = (
        select(RatingEntry)
        .where(RatingEntry.tenant_id == actor.own_tenant, RatingEntry.state != EntryState.LEFT)
        .order_by(RatingEntry.id.desc())
    )
    return found if cycle_id is None else found.where(RatingEntry.cycle_id == cycle_id)


async def standing_of(
    session: AsyncSession, actor: Actor, cycle_id: UUID
) -> Sequence[tuple[EntryState, str | None, int]]:
    """Return how many entries of a cycle of the actor's village stand in each state with each grade; whoever left is not counted.

    :raises Forbidden: if the actor may not look at ratings
    :raises NotFound: if the village has none of that id
    """
    cycle = await own_cycle(session, actor, cycle_id)
    rows = await session.execute(
        select(RatingEntry.state, RatingEntry.tier, func.count())
        .where(
            RatingEntry.tenant_id == actor.own_tenant,
            RatingEntry.cycle_id == cycle.id,
            RatingEntry.state != EntryState.LEFT,
        )
        .group_by(RatingEntry.state, RatingEntry.tier, RatingEntry.place)
        .order_by(RatingEntry.state, RatingEntry.place)
    )
    return [(state, tier, entries) for state, tier, entries in rows]


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


def possible_members(actor: Actor) -> Select[StaffMember]:
    """Return who of the actor's village could be on a panel: its people, in the order in which they came.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        select(StaffMember)
        .where(StaffMember.tenant_id == actor.own_tenant, StaffMember.ended_at.is_(None))
        .order_by(StaffMember.created_at, StaffMember.id)
    )


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
    return await session.scalar(select(RuralNotice).where(RuralNotice.cycle_id == cycle_id))


def statements_at(actor: Actor) -> Select[RuralStatement, RatingEntry]:
    """Return what the actor's village attests, with whom it is about, the latest first.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return (
        select(RuralStatement, RatingEntry)
        .join(
            RatingEntry,
            (RatingEntry.tenant_id == RuralStatement.tenant_id)
            & (RatingEntry.id == RuralStatement.entry_id),
        )
        .where(RuralStatement.tenant_id == actor.own_tenant)
        .order_by(RuralStatement.id.desc())
    )


def _cycle(found: RatingCycle | None) -> RatingCycle:
    if found is None:
        raise NotFound(thing_zh="评级批次", thing_en="rating cycle")
    return found


def _entry(found: RatingEntry | None) -> RatingEntry:
    if found is None:
        raise NotFound(thing_zh="参评记录", thing_en="entry")
    return found
