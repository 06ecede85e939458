"""Queries of tenancy: who a desk session's token belongs to, and what there is of tenants, branches and staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound, Unauthenticated
from suxin.kernel.tokens import token_hash
from suxin.tenancy.log_ins import SEEN_EVERY, SESSION_IDLE, TenantSuspended
from suxin.tenancy.models import (
    Branch,
    DeskSession,
    Membership,
    Quota,
    StaffMember,
    Tenant,
    TenantStatus,
)
from suxin.tenancy.profiles import Profiles, TenantKind


@dataclass(frozen=True, slots=True)
class _Holder:
    tenant_id: UUID
    staff_id: UUID
    seen_at: datetime


async def staff_actor(
    session: AsyncSession, *, token: str, profiles: Profiles, request_id: str, now: datetime
) -> Actor:
    """Return the actor behind a desk session's token; on an anonymous session of a read-write transaction.

    What was looked up is a matter of its own transaction: the actor's commands and queries open the next one. The
    session's last use is written here, at most once a minute.

    :raises Unauthenticated: if no live session has this token, or its holder works there no longer
    :raises TenantSuspended: if the organisation is suspended
    """
    holder = await _holder(session, token, now)
    if holder is None:
        raise Unauthenticated
    known = Actor(
        kind=ActorKind.STAFF,
        request_id=request_id,
        tenant_id=holder.tenant_id,
        staff_id=holder.staff_id,
    )
    await continue_as(session, known)
    kind = await _tenant_kind(session, holder)
    memberships = (await session.scalars(memberships_of(holder.tenant_id, holder.staff_id))).all()
    # Every role of one staff member has the same reach; should rows say otherwise, the first one's holds.
    branch_id = memberships[0].branch_id if memberships else None
    areas = tuple(memberships[0].area_codes) if memberships else ()
    roles = frozenset(
        membership.role
        for membership in memberships
        if (membership.branch_id, tuple(membership.area_codes)) == (branch_id, areas)
    )
    profile = profiles[kind]
    return Actor(
        kind=kind.actor_kind,
        request_id=request_id,
        tenant_id=holder.tenant_id,
        tenant_kind=kind.value,
        staff_id=holder.staff_id,
        branch_id=branch_id,
        areas=areas,
        permissions=profile.permissions_of(roles),
        purposes=profile.purposes,
    )


async def _holder(session: AsyncSession, token: str, now: datetime) -> _Holder | None:
    """Find the live session of a token, and write that it was seen."""
    key = token_hash(token)
    async with doorway(session):
        row = (
            await session.execute(
                select(DeskSession.tenant_id, DeskSession.staff_id, DeskSession.seen_at).where(
                    DeskSession.token_hash == key,
                    DeskSession.revoked_at.is_(None),
                    DeskSession.expires_at > now,
                    DeskSession.seen_at > now - SESSION_IDLE,
                )
            )
        ).first()
        if row is not None and now - row.seen_at >= SEEN_EVERY:
            await session.execute(
                update(DeskSession)
                .where(DeskSession.token_hash == key)
                .values(seen_at=now)
                .execution_options(synchronize_session=False)
            )
    return _Holder(*row) if row else None


async def _tenant_kind(session: AsyncSession, holder: _Holder) -> TenantKind:
    row = (
        await session.execute(
            select(Tenant.kind, Tenant.status)
            .join(StaffMember, StaffMember.tenant_id == Tenant.id)
            .where(
                Tenant.id == holder.tenant_id,
                StaffMember.id == holder.staff_id,
                StaffMember.ended_at.is_(None),
            )
        )
    ).first()
    if row is None:
        raise Unauthenticated
    if row.status is TenantStatus.SUSPENDED:
        raise TenantSuspended
    kind: TenantKind = row.kind
    return kind


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
