"""Queries of villages: registers, grids, households and who is in them; and the locks under which they change.

One register changes by one command at a time: whoever changes it locks its ``Village`` row first.
"""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.villages.models import (
    Grid,
    GridWorker,
    Household,
    HouseholdLink,
    HouseholdMember,
    RegisterImport,
    Village,
    VillageCount,
    VillageMerger,
)
from suxin.villages.refusals import (
    household_missing,
    link_missing,
    member_missing,
    village_missing,
)
from suxin.villages.states import GridState, HouseholdState, LinkState, MergerState, VillageState


def villages(*, within: str = "") -> Select[Village]:
    """Return the villages that keep a register, by code; ``within`` is the beginning of their codes."""
    return (
        select(Village)
        .where(
            Village.state == VillageState.ACTIVE,
            Village.code.startswith(within, autoescape=True),
        )
        .order_by(Village.code)
    )


async def village_of(session: AsyncSession, tenant_id: UUID) -> Village:
    """Return a tenant's register.

    :raises NotFound: if it has opened none
    """
    return _village(await session.get(Village, tenant_id))


async def village_at(session: AsyncSession, code: str) -> Village | None:
    """Return the village that keeps the register under a code of twelve digits, if there is one."""
    return await session.scalar(villages().where(Village.code == code))


async def lock_village(session: AsyncSession, tenant_id: UUID) -> Village:
    """Return a tenant's register, which nobody else changes until the transaction ends.

    :raises NotFound: if it has opened none that the caller may change
    """
    return _village(
        await session.scalar(
            select(Village)
            .where(Village.tenant_id == tenant_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def counts_of(session: AsyncSession, tenant_id: UUID) -> VillageCount | None:
    """Return how many a tenant's register holds, for itself and the operator."""
    return await session.get(VillageCount, tenant_id)


def grids(tenant_id: UUID) -> Select[Grid]:
    """Return the grids of a village that are in use, by code."""
    return (
        select(Grid)
        .where(Grid.tenant_id == tenant_id, Grid.state == GridState.ACTIVE)
        .order_by(Grid.code)
    )


async def grid(session: AsyncSession, tenant_id: UUID, grid_id: UUID) -> Grid:
    """Return one grid of a village, also one that is used no more.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.get(Grid, (tenant_id, grid_id))
    if found is None:
        raise NotFound(thing_zh="网格", thing_en="grid")
    return found


def workers(tenant_id: UUID, *, on: date) -> Select[GridWorker]:
    """Return who covers which grid of a village on a day, by grid."""
    return (
        select(GridWorker)
        .where(
            GridWorker.tenant_id == tenant_id,
            GridWorker.starts_on <= on,
            or_(GridWorker.ends_before.is_(None), GridWorker.ends_before > on),
        )
        .order_by(GridWorker.grid_id, GridWorker.id)
    )


async def grids_covered(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, *, on: date
) -> frozenset[UUID]:
    """Return the grids that a staff member covers on a day."""
    found = workers(tenant_id, on=on).where(GridWorker.staff_id == staff_id)
    return frozenset(await session.scalars(found.with_only_columns(GridWorker.grid_id)))


def households(tenant_id: UUID) -> Select[Household]:
    """Return the households of a village, also those that are in it no more, by number."""
    return select(Household).where(Household.tenant_id == tenant_id).order_by(Household.number)


def active_households(tenant_id: UUID) -> Select[Household]:
    """Return the households that a village counts, by number."""
    return households(tenant_id).where(Household.state == HouseholdState.ACTIVE)


async def household(session: AsyncSession, tenant_id: UUID, household_id: UUID) -> Household:
    """Return one household of a village.

    :raises NotFound: if the caller sees none of that id
    """
    return _household(await session.get(Household, (tenant_id, household_id)))


async def lock_household(session: AsyncSession, tenant_id: UUID, household_id: UUID) -> Household:
    """Return one household, locked until the transaction ends; several are locked by id, after the village.

    :raises NotFound: if the caller may change none of that id
    """
    return _household(
        await session.scalar(
            select(Household)
            .where(Household.tenant_id == tenant_id, Household.id == household_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def household_numbered(
    session: AsyncSession, tenant_id: UUID, number: str
) -> Household | None:
    """Return the household of a village that has a number, if there is one."""
    return await session.scalar(households(tenant_id).where(Household.number == number))


async def household_of_subject(session: AsyncSession, subject_id: UUID) -> Household | None:
    """Return the household that a credit subject was made of, in the register where it is now."""
    return await session.scalar(
        select(Household)
        .where(
            Household.subject_id == subject_id,
            Household.state != HouseholdState.TRANSFERRED,
        )
        .order_by(Household.registered_at)
        .limit(1)
    )


def members(tenant_id: UUID, household_ids: Collection[UUID]) -> Select[HouseholdMember]:
    """Return who is in some households now, as they joined, the head of each first."""
    return (
        select(HouseholdMember)
        .where(
            HouseholdMember.tenant_id == tenant_id,
            HouseholdMember.household_id.in_(household_ids),
            HouseholdMember.left_at.is_(None),
        )
        .order_by(
            HouseholdMember.household_id,
            HouseholdMember.relation != "head",
            HouseholdMember.joined_at,
            HouseholdMember.id,
        )
    )


async def members_of(
    session: AsyncSession, tenant_id: UUID, household_id: UUID
) -> Sequence[HouseholdMember]:
    """Return who is in a household now; see ``members``."""
    return (await session.scalars(members(tenant_id, [household_id]))).all()


async def member(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> HouseholdMember:
    """Return one member of a household of a village, also one who has left.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.get(HouseholdMember, (tenant_id, member_id))
    if found is None:
        raise member_missing()
    return found


def memberships_of(person_id: UUID) -> Select[HouseholdMember]:
    """Return where a person is in a household now, the latest first; he may be so in several villages."""
    return (
        select(HouseholdMember)
        .where(HouseholdMember.subject_id == person_id, HouseholdMember.left_at.is_(None))
        .order_by(HouseholdMember.joined_at.desc(), HouseholdMember.id)
    )


async def household_of_person(
    session: AsyncSession, tenant_id: UUID, person_id: UUID
) -> HouseholdMember | None:
    """Return a person's membership in a household of a village, if he linked himself to one there."""
    return await session.scalar(
        memberships_of(person_id).where(HouseholdMember.tenant_id == tenant_id)
    )


def links(tenant_id: UUID) -> Select[HouseholdLink]:
    """Return what people said of the households that they are in, those who wait first, then the latest."""
    return (
        select(HouseholdLink)
        .where(HouseholdLink.tenant_id == tenant_id)
        .order_by(HouseholdLink.state != LinkState.ASKED, HouseholdLink.id.desc())
    )


def links_of(person_id: UUID) -> Select[HouseholdLink]:
    """Return what a person said of the households that he is in, the latest first."""
    return (
        select(HouseholdLink)
        .where(HouseholdLink.person_id == person_id)
        .order_by(HouseholdLink.id.desc())
    )


async def own_link(session: AsyncSession, tenant_id: UUID, link_id: UUID) -> HouseholdLink:
    """Return one request of a village as it is now.

    :raises NotFound: if the village has none of that id
    """
    found = await session.get(HouseholdLink, (tenant_id, link_id), populate_existing=True)
    if found is None:
        raise link_missing()
    return found


def imports(tenant_id: UUID) -> Select[RegisterImport]:
    """Return the lists that a village imported, the latest first."""
    return (
        select(RegisterImport)
        .where(RegisterImport.tenant_id == tenant_id)
        .order_by(RegisterImport.id.desc())
    )


async def register_import(
    session: AsyncSession, tenant_id: UUID, import_id: UUID
) -> RegisterImport:
    """Return one list that a village imported.

    :raises NotFound: if it imported none under that id
    """
    found = await session.get(RegisterImport, (tenant_id, import_id))
    if found is None:
        raise NotFound(thing_zh="导入记录", thing_en="import of households")
    return found


def mergers() -> Select[VillageMerger]:
    """Return the mergers that the caller sees, those that wait first, then the latest."""
    return select(VillageMerger).order_by(
        VillageMerger.state != MergerState.PROPOSED, VillageMerger.id.desc()
    )


async def lock_merger(session: AsyncSession, merger_id: UUID) -> VillageMerger:
    """Return one merger, locked until the transaction ends.

    :raises NotFound: if the caller may change none of that id
    """
    found = await session.scalar(
        select(VillageMerger)
        .where(VillageMerger.id == merger_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="村居合并事项", thing_en="merger of villages")
    return found


def _village(found: Village | None) -> Village:
    if found is None:
        raise village_missing()
    return found


def _household(found: Household | None) -> Household:
    if found is None:
        raise household_missing()
    return found
