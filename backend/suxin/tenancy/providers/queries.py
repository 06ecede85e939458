"""Queries of tenants' own providers: the settings, the links, and where staff may log in."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.providers.models import (
    IdentityProvider,
    ProviderState,
    StaffIdentity,
)


async def own_provider(session: AsyncSession, actor: Actor) -> IdentityProvider | None:
    """Return the settings of the actor's tenant's provider, if it has one."""
    return await session.get(IdentityProvider, actor.own_tenant)


def own_providers(actor: Actor) -> Select[IdentityProvider]:
    """Return the SELECT of the actor's tenant's provider, of which there is one at most."""
    return select(IdentityProvider).where(IdentityProvider.tenant_id == actor.own_tenant)


async def own_link(session: AsyncSession, actor: Actor, staff_id: UUID) -> StaffIdentity | None:
    """Return which account at the provider somebody of the actor's tenant is linked to, if any."""
    return await session.get(StaffIdentity, (actor.own_tenant, staff_id))


async def link_count(session: AsyncSession, actor: Actor) -> int:
    """Return how many of the actor's tenant's staff are linked to an account at its provider."""
    count = await session.scalar(
        select(func.count())
        .select_from(StaffIdentity)
        .where(StaffIdentity.tenant_id == actor.own_tenant)
    )
    return count or 0


async def houses_with_provider(session: AsyncSession) -> list[tuple[UUID, str]]:
    """Return the providers that staff may log in by, each with its tenant's short name; on any session."""
    async with doorway(session):
        active = (
            await session.execute(
                select(IdentityProvider.tenant_id, IdentityProvider.id).where(
                    IdentityProvider.state == ProviderState.ACTIVE
                )
            )
        ).all()
    ids = {row.tenant_id: row.id for row in active}
    names = await session.execute(
        select(Tenant.id, Tenant.short_name)
        .where(Tenant.id.in_(ids), Tenant.status == TenantStatus.ACTIVE)
        .order_by(Tenant.short_name, Tenant.id)
    )
    return [(ids[row.id], row.short_name) for row in names]
