"""Where a household is: its number, group, door and grid, checked, and written into a household new or old."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.villages import queries
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.models import Household
from suxin.villages.refusals import GridEnded, HouseholdNumberTaken, RegisterFull
from suxin.villages.states import GridState, HouseholdState
from suxin.villages.texts import (
    MAX_ADDRESS,
    MAX_GROUP,
    MAX_HOUSEHOLDS,
    MAX_NUMBER,
    checked_text,
)


async def checked_place(
    session: AsyncSession, tenant_id: UUID, draft: HouseholdDraft, *, but: UUID | None = None
) -> HouseholdDraft:
    """Return where a household is to be, in one spelling; ``but`` is the household that may have the number.

    :raises Invalid: if a text is too long
    :raises HouseholdNumberTaken: if another household has the number
    :raises NotFound, GridEnded: if the grid is none of the village's, or used no more
    """
    number = checked_text(draft.number, field="number", least=1, most=MAX_NUMBER)
    taken = await queries.household_numbered(session, tenant_id, number)
    if taken is not None and taken.id != but:
        raise HouseholdNumberTaken(field="number", number=number)
    if draft.grid_id is not None:
        grid = await queries.grid(session, tenant_id, draft.grid_id)
        if grid.state is not GridState.ACTIVE:
            raise GridEnded(field="gridId")
    return HouseholdDraft(
        number=number,
        group_name=checked_text(draft.group_name, field="groupName", most=MAX_GROUP),
        address=checked_text(draft.address, field="address", most=MAX_ADDRESS),
        grid_id=draft.grid_id,
    )


async def require_room(session: AsyncSession, tenant_id: UUID) -> None:
    """Refuse if the register has as many households as one may have, those that left it included.

    :raises RegisterFull: if it has
    """
    counted = select(func.count()).where(Household.tenant_id == tenant_id)
    if (await session.scalar(counted) or 0) >= MAX_HOUSEHOLDS:
        raise RegisterFull(limit=MAX_HOUSEHOLDS)


def new_household(
    tenant_id: UUID, place: HouseholdDraft, *, now: datetime, split_from: UUID | None = None
) -> Household:
    """Return a household at a checked place, whose head is still to be named."""
    return Household(
        tenant_id=tenant_id,
        id=new_id(now),
        number=place.number,
        group_name=place.group_name,
        address=place.address,
        grid_id=place.grid_id,
        head_id=None,
        state=HouseholdState.ACTIVE,
        merged_into=None,
        split_from=split_from,
        came_from=None,
        subject_id=None,
        register_number=None,
        linked_by=None,
        linked_at=None,
        notice_version=None,
        registered_at=now,
        updated_at=now,
        ended_at=None,
        reason=None,
    )


def write_place(household: Household, place: HouseholdDraft, *, now: datetime) -> bool:
    """Write a checked place into a household; return whether it is another than before."""
    before = (household.number, household.group_name, household.address, household.grid_id)
    after = (place.number, place.group_name, place.address, place.grid_id)
    if before == after:
        return False
    household.number, household.group_name, household.address, household.grid_id = after
    household.updated_at = now
    return True
