"""What of a village's ratings waits for one of its people: entries that he votes on, and cycles that he checks."""

from sqlalchemy import Select, select

from suxin.kernel.actor import Actor
from suxin.rural.models import PanelBallot, PanelMember, PanelRecusal, RatingCycle, RatingEntry
from suxin.rural.policies import RATING_READ
from suxin.rural.states import CycleState, EntryState


def entries_to_vote_on(actor: Actor) -> Select[RatingEntry]:
    """Return the entries of the actor's village on which its panel votes and he, who is on it, has not voted yet.

    His own household's is not among them, nor that of kin.

    :raises Forbidden: if the actor may not look at ratings, or is no staff member
    """
    actor.require(RATING_READ)
    voted = select(PanelBallot.entry_id).where(
        PanelBallot.tenant_id == RatingEntry.tenant_id,
        PanelBallot.entry_id == RatingEntry.id,
        PanelBallot.staff_id == actor.own_staff,
    )
    recused = select(PanelRecusal.entry_id).where(
        PanelRecusal.tenant_id == RatingEntry.tenant_id,
        PanelRecusal.entry_id == RatingEntry.id,
        PanelRecusal.staff_id == actor.own_staff,
    )
    return (
        select(RatingEntry)
        .join(
            RatingCycle,
            (RatingCycle.tenant_id == RatingEntry.tenant_id)
            & (RatingCycle.id == RatingEntry.cycle_id),
        )
        .join(
            PanelMember,
            (PanelMember.tenant_id == RatingEntry.tenant_id)
            & (PanelMember.cycle_id == RatingEntry.cycle_id)
            & (PanelMember.staff_id == actor.own_staff),
        )
        .where(
            RatingEntry.tenant_id == actor.own_tenant,
            RatingEntry.state == EntryState.ENTERED,
            RatingCycle.state == CycleState.VOTING,
            RatingEntry.household_id.is_distinct_from(PanelMember.household_id)
            | PanelMember.household_id.is_(None),
            ~voted.exists(),
            ~recused.exists(),
        )
        .order_by(RatingEntry.cycle_id, RatingEntry.id)
    )


def cycles_to_check(actor: Actor) -> Select[RatingCycle]:
    """Return the cycles of the actor's village that wait for another than closed the panel or sat on it.

    :raises Forbidden: if the actor may not look at ratings, or is no staff member
    """
    actor.require(RATING_READ)
    sat = select(PanelMember.staff_id).where(
        PanelMember.tenant_id == RatingCycle.tenant_id,
        PanelMember.cycle_id == RatingCycle.id,
        PanelMember.staff_id == actor.own_staff,
    )
    return (
        select(RatingCycle)
        .where(
            RatingCycle.tenant_id == actor.own_tenant,
            RatingCycle.state == CycleState.REVIEW,
            RatingCycle.closed_by.is_distinct_from(actor.own_staff),
            ~sat.exists(),
        )
        .order_by(RatingCycle.id)
    )
