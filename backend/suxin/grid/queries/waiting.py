"""Which claims wait for one of a village's people: those that he may decide on, and no other."""

from sqlalchemy import Select, select

from suxin.grid.models import ClaimSeat, PointClaim, StaffHome
from suxin.grid.queries import own_claims
from suxin.grid.states import ClaimState
from suxin.kernel.actor import Actor
from suxin.villages.models import Household


def claims_waiting(actor: Actor, state: ClaimState) -> Select[PointClaim, Household]:
    """Return the tenant's claims in a state on which the actor may sit, the most pressing first.

    None on which he sat, that he recorded, or of the household in which he lives (``chain.take_seat`` refuses those).

    :raises Forbidden: if the actor may not look at points
    """
    sat = select(ClaimSeat.claim_id).where(
        ClaimSeat.tenant_id == PointClaim.tenant_id,
        ClaimSeat.claim_id == PointClaim.id,
        ClaimSeat.staff_id == actor.own_staff,
    )
    at_home = select(StaffHome.staff_id).where(
        StaffHome.tenant_id == PointClaim.tenant_id,
        StaffHome.staff_id == actor.own_staff,
        StaffHome.household_id == PointClaim.household_id,
    )
    return (
        own_claims(actor)
        .where(
            PointClaim.state == state,
            PointClaim.claimed_by != actor.own_staff,
            ~sat.exists(),
            ~at_home.exists(),
        )
        .order_by(None)
        .order_by(PointClaim.due_at, PointClaim.id)
    )
