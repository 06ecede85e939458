"""Queries of tenancy: what there is of tenants, branches, staff, roles and quotas."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.tenancy.models import (
    Branch,
    Membership,
    Quota,
    StaffMember,
    Tenant,
)
from suxin.tenancy.profiles import TenantKind


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


def tenants(*, kind: TenantKind | None = None) -> Select[Tenant]:
    """Return the tenants the caller sees, of one kind or all, by name."""
    found = select(Tenant).order_by(Tenant.name, Tenant.id)
    return found if kind is None else found.where(Tenant.kind == kind)


def tenants_by_id(ids: Iterable[UUID]) -> Select[Tenant]:
    """Return the tenants with these ids that the caller sees."""
    return select(Tenant).where(Tenant.id.in_(ids))


def branches(tenant_id: UUID) -> Select[Branch]:
    """Return a tenant's branches, by name."""
    return select(Branch).where(Branch.tenant_id == tenant_id).order_by(Branch.name, Branch.id)


def staff_of(tenant_id: UUID) -> Select[StaffMember]:
    """Return a tenant's staff, those who have left included, in the order they came."""
    return select(StaffMember).where(StaffMember.tenant_id == tenant_id).order_by(StaffMember.id)


def memberships_of(tenant_id: UUID, staff_id: UUID) -> Select[Membership]:
    """Return a staff member's roles, the first given first."""
    return (
        select(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.staff_id == staff_id)
        .order_by(Membership.id)
    )


def quotas_of(tenant_id: UUID) -> Select[Quota]:
    """Return a tenant's quotas that were touched or set, by name."""
    return select(Quota).where(Quota.tenant_id == tenant_id).order_by(Quota.name)
