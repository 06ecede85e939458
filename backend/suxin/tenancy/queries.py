"""Queries of tenancy: what there is of tenants, branches, staff, roles and quotas."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound
from suxin.tenancy.models import (
    Branch,
    Membership,
    Quota,
    StaffLeave,
    StaffLogIn,
    StaffMember,
    Tenant,
)
from suxin.tenancy.profiles import Profiles, QuotaName, TenantKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLevel:
    """How much of a quota is in use, the tenant's ceiling, and what its kind is given."""

    used: int
    ceiling: int
    default: int


async def is_founded(session: AsyncSession) -> bool:
    """Tell whether the city has its operator."""
    operator = select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR)
    return await session.scalar(operator) is not None


async def tenant_name(session: AsyncSession, tenant_id: UUID) -> str:
    """Return a tenant's full name.

    :raises NotFound: if the caller sees no such tenant
    """
    name = await session.scalar(select(Tenant.name).where(Tenant.id == tenant_id))
    if name is None:
        raise NotFound(thing_zh="机构", thing_en="tenant")
    return name


async def tenant_row(session: AsyncSession, tenant_id: UUID) -> Tenant:
    """Return a tenant.

    :raises NotFound: if the caller sees no such tenant
    """
    tenant = await session.get(Tenant, tenant_id)
    if tenant is None:
        raise NotFound(thing_zh="机构", thing_en="tenant")
    return tenant


def tenants(
    *, kind: TenantKind | None = None, search: str = "", city_alone: bool = False
) -> Select[Tenant]:
    """Return the tenants the caller sees, of one kind or all, by name; of the ``city_alone``, without sandboxes.

    ``search`` leaves those whose name, short name or credit code contains it; a per cent sign or an underscore in it is
    meant as itself.
    """
    found = select(Tenant).order_by(Tenant.name, Tenant.id)
    if kind is not None:
        found = found.where(Tenant.kind == kind)
    if city_alone:
        found = found.where(Tenant.sandbox.is_(False))
    if not search:
        return found
    columns = (Tenant.name, Tenant.short_name, Tenant.uscc)
    return found.where(or_(*(column.contains(search, autoescape=True) for column in columns)))


async def tenant_counts(session: AsyncSession) -> dict[TenantKind, int]:
    """Return how many tenants of each kind the caller sees; a kind without any is left out."""
    rows = await session.execute(select(Tenant.kind, func.count()).group_by(Tenant.kind))
    return {row[0]: row[1] for row in rows}


def tenants_with_codes(codes: Collection[str]) -> Select[Tenant]:
    """Return the tenants of the city itself with these credit codes that the caller sees; a sandbox shares its bank's code."""
    return select(Tenant).where(Tenant.uscc.in_(codes), Tenant.sandbox.is_(False))


def tenants_by_id(ids: Iterable[UUID]) -> Select[Tenant]:
    """Return the tenants with these ids that the caller sees."""
    return select(Tenant).where(Tenant.id.in_(ids))


def branches(tenant_id: UUID, *, search: str = "") -> Select[Branch]:
    """Return a tenant's branches, by name; ``search`` leaves those whose name contains it."""
    found = select(Branch).where(Branch.tenant_id == tenant_id).order_by(Branch.name, Branch.id)
    return found.where(Branch.name.contains(search, autoescape=True)) if search else found


def branches_by_id(tenant_id: UUID, ids: Iterable[UUID]) -> Select[Branch]:
    """Return those of a tenant's branches that have these ids."""
    return select(Branch).where(Branch.tenant_id == tenant_id, Branch.id.in_(ids))


def staff_of(tenant_id: UUID, *, search: str = "") -> Select[StaffMember]:
    """Return a tenant's staff, those who have left included, in the order they came.

    ``search`` leaves those whose name or log-in name contains it.
    """
    found = select(StaffMember).where(StaffMember.tenant_id == tenant_id).order_by(StaffMember.id)
    if search:
        columns = (StaffMember.name, StaffMember.login)
        found = found.where(or_(*(column.contains(search, autoescape=True) for column in columns)))
    return found


async def own_staff_member(session: AsyncSession, actor: Actor, staff_id: UUID) -> StaffMember:
    """Return somebody who works, or worked, for the actor's tenant.

    :raises NotFound: if nobody of this id does
    """
    member = await session.get(StaffMember, (actor.own_tenant, staff_id))
    if member is None:
        raise NotFound(thing_zh="工作人员", thing_en="staff member")
    return member


async def has_temporary_password(session: AsyncSession, actor: Actor) -> bool:
    """Tell whether the actor's own password was set by somebody else and waits to be changed."""
    async with doorway(session):
        temporary = await session.scalar(
            select(StaffLogIn.temporary).where(
                StaffLogIn.tenant_id == actor.own_tenant, StaffLogIn.staff_id == actor.own_staff
            )
        )
    return bool(temporary)


async def names_at_work(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID | None
) -> tuple[str, str]:
    """Return the short name of a staff member's tenant, and his own name.

    :raises NotFound: if the caller sees nobody of this id there
    """
    row = (
        await session.execute(
            select(Tenant.short_name, StaffMember.name)
            .join(StaffMember, StaffMember.tenant_id == Tenant.id)
            .where(Tenant.id == tenant_id, StaffMember.id == staff_id)
        )
    ).first()
    if row is None:
        raise NotFound(thing_zh="工作人员", thing_en="staff member")
    return row[0], row[1]


async def staff_names(
    session: AsyncSession, tenant_id: UUID, staff_ids: Iterable[UUID]
) -> dict[UUID, str]:
    """Return the names of some of a tenant's staff."""
    rows = await session.execute(
        select(StaffMember.id, StaffMember.name).where(
            StaffMember.tenant_id == tenant_id, StaffMember.id.in_(set(staff_ids))
        )
    )
    return {row.id: row.name for row in rows}


async def staff_count(session: AsyncSession, tenant_id: UUID) -> int:
    """Return how many people work for a tenant at present."""
    count = await session.scalar(
        select(func.count())
        .select_from(StaffMember)
        .where(StaffMember.tenant_id == tenant_id, StaffMember.ended_at.is_(None))
    )
    return count or 0


async def memberships_by_staff(
    session: AsyncSession, tenant_id: UUID, staff_ids: Iterable[UUID]
) -> dict[UUID, list[Membership]]:
    """Return the roles of some of a tenant's staff, each one's first given first."""
    rows = await session.scalars(
        select(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.staff_id.in_(set(staff_ids)))
        .order_by(Membership.id)
    )
    found: dict[UUID, list[Membership]] = {}
    for membership in rows:
        found.setdefault(membership.staff_id, []).append(membership)
    return found


def memberships_of(tenant_id: UUID, staff_id: UUID) -> Select[Membership]:
    """Return a staff member's roles, the first given first."""
    return (
        select(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.staff_id == staff_id)
        .order_by(Membership.id)
    )


async def quota_levels(
    session: AsyncSession, *, tenant_id: UUID, kind: TenantKind, profiles: Profiles
) -> dict[QuotaName, QuotaLevel]:
    """Return what a tenant uses of each quota that its kind has, and what it may use."""
    own = {
        row.name: row
        for row in await session.scalars(select(Quota).where(Quota.tenant_id == tenant_id))
    }
    return {
        name: QuotaLevel(
            used=own[name].used if name in own else 0,
            ceiling=own[name].ceiling if name in own else default,
            default=default,
        )
        for name, default in profiles[kind].quotas.items()
    }


def leaves_of_house(tenant_id: UUID, *, today: date) -> Select[StaffLeave]:
    """Return a tenant's leaves that run or lie ahead, those of its branches together, by their first day."""
    return (
        select(StaffLeave)
        .where(
            StaffLeave.tenant_id == tenant_id,
            StaffLeave.cancelled_at.is_(None),
            StaffLeave.ends_on >= today,
        )
        .order_by(StaffLeave.starts_on, StaffLeave.id)
    )


async def leaves_ahead(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, *, today: date
) -> Sequence[StaffLeave]:
    """Return a member's leaves that run or lie ahead, by their first day."""
    found = leaves_of_house(tenant_id, today=today).where(StaffLeave.staff_id == staff_id)
    return (await session.scalars(found)).all()


async def covers_on(session: AsyncSession, tenant_id: UUID, *, day: date) -> dict[UUID, UUID]:
    """Return who of a tenant's staff is away on a day, and who covers for him."""
    rows = await session.execute(
        select(StaffLeave.staff_id, StaffLeave.cover_id).where(
            StaffLeave.tenant_id == tenant_id,
            StaffLeave.cancelled_at.is_(None),
            StaffLeave.starts_on <= day,
            StaffLeave.ends_on >= day,
        )
    )
    return {row.staff_id: row.cover_id for row in rows}
