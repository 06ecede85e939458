"""Opening a register, and what each change of one begins and ends with: its turn, and its count."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.places.models import Area, AreaLevel
from suxin.villages import queries
from suxin.villages.models import Grid, Household, HouseholdMember, Village, VillageCount
from suxin.villages.policies import REGISTER_MANAGE
from suxin.villages.refusals import NotAVillage, RegisterMerged, RegisterOpened
from suxin.villages.states import GridState, HouseholdState, VillageState

TOWN_DIGITS: Final = 9


async def open_register(
    session: AsyncSession, actor: Actor, *, area_code: str, now: datetime
) -> Village:
    """Open the actor's register for the village with a code of twelve digits; doing it again changes nothing.

    :raises Forbidden: if the actor may not manage the register
    :raises NotAVillage: if no village in force has the code
    :raises RegisterOpened: if the tenant keeps another village's, or another tenant this one's
    """
    actor.require(REGISTER_MANAGE)
    code = area_code.strip()
    turn = func.hashtextextended(f"villages.register:{code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    own = await session.get(Village, actor.own_tenant, with_for_update=True, populate_existing=True)
    if own is not None and own.code == code:
        return own
    if own is not None or await queries.village_at(session, code) is not None:
        raise RegisterOpened(field="areaCode")
    area = await session.get(Area, code)
    today = local_day(now)
    if (
        area is None
        or area.level is not AreaLevel.VILLAGE
        or (area.valid_until is not None and area.valid_until <= today)
    ):
        raise NotAVillage(field="areaCode", area_code=code)
    village = Village(
        tenant_id=actor.own_tenant,
        code=code,
        town_code=code[:TOWN_DIGITS],
        former_codes=[],
        state=VillageState.ACTIVE,
        valid_from=today,
        merged_into=None,
        merged_at=None,
        next_serial=0,
        opened_at=now,
    )
    session.add(village)
    append_act(
        session,
        action="villages.register.opened",
        now=now,
        object_type="village",
        object_id=actor.own_tenant,
        detail={"area_code": code},
    )
    await session.flush()
    await recount(session, actor.own_tenant, now=now)
    return village


async def take_register(session: AsyncSession, actor: Actor, permission: Permission) -> Village:
    """Return the actor's register, which nobody else changes until the transaction ends.

    :raises Forbidden: if the actor lacks the permission
    :raises NotFound: if the tenant has opened none
    :raises RegisterMerged: if another village has taken it over
    """
    actor.require(permission)
    village = await queries.lock_village(session, actor.own_tenant)
    if village.state is not VillageState.ACTIVE:
        raise RegisterMerged
    return village


async def recount(session: AsyncSession, tenant_id: UUID, *, now: datetime) -> None:
    """Count a register anew, whose turn the transaction has."""
    await session.flush()
    active = [Household.tenant_id == tenant_id, Household.state == HouseholdState.ACTIVE]
    at_home = (Household.tenant_id == HouseholdMember.tenant_id) & (
        Household.id == HouseholdMember.household_id
    )
    present = (
        select(func.count(HouseholdMember.id), func.count(HouseholdMember.subject_id))
        .join(Household, at_home)
        .where(*active, HouseholdMember.left_at.is_(None))
    )
    houses = select(func.count(), func.count().filter(Household.grid_id.is_(None))).where(*active)
    drawn = select(func.count()).where(Grid.tenant_id == tenant_id, Grid.state == GridState.ACTIVE)
    persons, linked = (await session.execute(present)).one()
    households, ungridded = (await session.execute(houses)).one()
    figures = {
        "grids": await session.scalar(drawn) or 0,
        "households": households,
        "ungridded": ungridded,
        "persons": persons,
        "linked": linked,
        "counted_at": now,
    }
    await session.execute(
        insert(VillageCount)
        .values(tenant_id=tenant_id, **figures)
        .on_conflict_do_update(index_elements=[VillageCount.tenant_id], set_=figures)
        .execution_options(synchronize_session=False)
    )
    for known in session.identity_map.values():
        if isinstance(known, VillageCount):
            session.expire(known)


def record(
    session: AsyncSession,
    action: str,
    *,
    of: tuple[str, UUID],
    now: datetime,
    tenant_id: UUID | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Put an act on a register on record; its detail names nobody. ``tenant_id`` is whose it is, where it is not the actor's."""
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        object_type=of[0],
        object_id=of[1],
        detail=detail,
    )
