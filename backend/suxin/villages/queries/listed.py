"""What a village's pages list: households with their heads, groups, grids with how many live there; and villages with their counts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from suxin.villages.models import Grid, Household, HouseholdMember, Village, VillageCount
from suxin.villages.states import GridState, HouseholdState, VillageState


def households_listed(
    tenant_id: UUID,
    *,
    search: str = "",
    doors: Collection[bytes] = (),
    group_name: str | None = None,
    grid_id: UUID | None = None,
    state: HouseholdState | None = None,
) -> Select[Household, HouseholdMember | None, int]:
    """Return households of a village, each with its head and how many are in it, the latest first.

    ``search`` is the beginning of a number, a part of the door, or the head's family name; ``doors`` are the indexes of a member's resident id.
    """
    present = (HouseholdMember.tenant_id == Household.tenant_id) & (
        HouseholdMember.household_id == Household.id
    )
    counted = (
        select(func.count())
        .select_from(HouseholdMember)
        .where(present, HouseholdMember.left_at.is_(None))
        .correlate(Household)
        .scalar_subquery()
    )
    head = aliased(HouseholdMember)
    found = (
        select(Household, head, counted)
        .outerjoin(head, (head.tenant_id == Household.tenant_id) & (head.id == Household.head_id))
        .where(Household.tenant_id == tenant_id)
        .order_by(Household.id.desc())
    )
    if doors:
        someone = present & HouseholdMember.resident_id_index.in_(doors)
        found = found.where(
            select(HouseholdMember.id)
            .where(someone, HouseholdMember.left_at.is_(None))
            .correlate(Household)
            .exists()
        )
    elif search:
        found = found.where(
            or_(
                Household.number.startswith(search, autoescape=True),
                Household.address.contains(search, autoescape=True),
                head.name_masked.startswith(search[:1], autoescape=True) & (len(search) == 1),
            )
        )
    if group_name is not None:
        found = found.where(Household.group_name == group_name)
    if grid_id is not None:
        found = found.where(Household.grid_id == grid_id)
    return found if state is None else found.where(Household.state == state)


def groups(tenant_id: UUID) -> Select[str]:
    """Return the names of a village's groups that have households, in their order."""
    return (
        select(Household.group_name)
        .where(
            Household.tenant_id == tenant_id,
            Household.group_name != "",
            Household.state == HouseholdState.ACTIVE,
        )
        .distinct()
        .order_by(Household.group_name)
    )


def grids_listed(tenant_id: UUID) -> Select[Grid, int]:
    """Return the grids of a village that are in use, each with how many households it has, by code."""
    counted = (
        select(func.count())
        .select_from(Household)
        .where(
            Household.tenant_id == Grid.tenant_id,
            Household.grid_id == Grid.id,
            Household.state == HouseholdState.ACTIVE,
        )
        .correlate(Grid)
        .scalar_subquery()
    )
    return (
        select(Grid, counted)
        .where(Grid.tenant_id == tenant_id, Grid.state == GridState.ACTIVE)
        .order_by(Grid.code)
    )


def villages_counted(*, within: str = "") -> Select[Village, VillageCount | None]:
    """Return the villages that keep a register, each with how many it holds where the caller may know, by code."""
    return (
        select(Village, VillageCount)
        .outerjoin(VillageCount, VillageCount.tenant_id == Village.tenant_id)
        .where(
            Village.state == VillageState.ACTIVE,
            Village.code.startswith(within, autoescape=True),
        )
        .order_by(Village.code)
    )
