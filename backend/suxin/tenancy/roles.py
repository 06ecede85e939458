"""Roles of staff: given and taken away, bounded by a branch and by areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.announcements import announce_standing
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.tenancy.houses import checked_areas, house, record
from suxin.tenancy.models import Branch, Membership, StaffMember, Tenant
from suxin.tenancy.policies import STAFF_MANAGE, require_someone_else
from suxin.tenancy.profiles import Profiles


class RoleUnknown(Refusal):
    """Tenants of this kind have no such role."""

    code = "ROLE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "该类机构没有“{role}”角色"
    en = "Tenants of this kind have no role {role}"


class ReachMismatch(Refusal):
    """The role would be bounded otherwise than those the staff member has.

    All roles of one person share one branch and one set of areas, so that a right given for one branch is never used
    in another.
    """

    code = "REACH_MISMATCH"
    kind = RefusalKind.INVALID
    zh = "同一工作人员的各角色须限于相同的网点和区域"
    en = "All roles of one staff member share the same branch and areas"


class LastManager(Refusal):
    """Somebody of every tenant can manage its staff."""

    code = "LAST_MANAGER"
    zh = "每个机构至少须有一名可以管理人员的管理员"
    en = "At least one member of every organisation manages its staff"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role to be given, bounded by a branch and by areas (empty: the whole tenant)."""

    role: str
    branch_id: UUID | None = None
    area_codes: tuple[str, ...] = ()


async def grant_role(
    session: AsyncSession,
    actor: Actor,
    *,
    staff_id: UUID,
    grant: RoleGrant,
    profiles: Profiles,
    now: datetime,
    tenant_id: UUID | None = None,
) -> UUID:
    """Give a staff member one more role; return the membership's id, an old one if he has the role.

    :raises Forbidden: if the actor may not change staff there
    :raises NotFound: if nobody of this id works there, or the branch is not the tenant's
    :raises RoleUnknown: if tenants of this kind have no such role
    :raises ReachMismatch: if his other roles are bounded otherwise
    """
    async with house(session, actor, tenant_id, STAFF_MANAGE, "grant a role") as home:
        await lock_staff(session, home, staff_id)
        return await give_role(
            session, tenant_id=home, staff_id=staff_id, grant=grant, profiles=profiles, now=now
        )


async def revoke_role(
    session: AsyncSession,
    actor: Actor,
    *,
    membership_id: UUID,
    profiles: Profiles,
    now: datetime,
    tenant_id: UUID | None = None,
) -> None:
    """Take a role away; it is gone from the holder's next request on.

    :raises Forbidden: if the actor may not change staff there
    :raises NotFound: if there is no such membership
    :raises LastManager: if nobody of the tenant could manage its staff any more
    :raises OwnAccount: if it is the actor's own last right to manage staff
    """
    async with house(session, actor, tenant_id, STAFF_MANAGE, "revoke a role") as home:
        managers = await lock_managers(session, home, profiles)
        membership = await session.get(Membership, (home, membership_id), with_for_update=True)
        if membership is None:
            raise NotFound(thing_zh="角色", thing_en="membership")
        left = [one for one in managers if one.id != membership_id]
        require_manager_left(managers, left)
        if len(left) < len(managers) and all(one.staff_id != actor.staff_id for one in left):
            require_someone_else(actor, membership.staff_id)
        await session.delete(membership)
        record(
            session,
            "tenancy.role.revoked",
            tenant_id=home,
            of=("staff", membership.staff_id),
            now=now,
            detail={"role": membership.role},
        )
        await announce_standing(session, tenant_id=home)


async def lock_managers(
    session: AsyncSession, tenant_id: UUID, profiles: Profiles
) -> Sequence[Membership]:
    """Return the roles of a tenant's staff that give the right to manage staff, under the locks of their rows.

    Whoever takes such a role away locks them first: of two administrators who remove each other at once, the second
    finds himself the last one.
    """
    kind = (await session.scalars(select(Tenant.kind).where(Tenant.id == tenant_id))).one()
    managing = [
        code for code, role in profiles[kind].roles.items() if STAFF_MANAGE in role.permissions
    ]
    return (
        await session.scalars(
            select(Membership)
            .where(Membership.tenant_id == tenant_id, Membership.role.in_(managing))
            .order_by(Membership.id)
            .with_for_update()
        )
    ).all()


def require_manager_left(before: Sequence[Membership], left: Sequence[Membership]) -> None:
    """Refuse a change after which nobody of a tenant could manage its staff any more.

    :raises LastManager: if there was somebody and nobody is left
    """
    if before and not left:
        raise LastManager


async def lock_staff(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> StaffMember:
    """Return a staff member under the lock of his row.

    :raises NotFound: if nobody of this id works there
    """
    member = await session.get(
        StaffMember, (tenant_id, staff_id), with_for_update=True, populate_existing=True
    )
    if member is None or member.ended_at is not None:
        raise NotFound(thing_zh="工作人员", thing_en="staff member")
    return member


async def give_role(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    grant: RoleGrant,
    profiles: Profiles,
    now: datetime,
) -> UUID:
    """Write a role in the row context of the tenant, whose right to do so is checked already."""
    kind = (await session.scalars(select(Tenant.kind).where(Tenant.id == tenant_id))).one()
    if grant.role not in profiles[kind].roles:
        raise RoleUnknown(field="role", role=grant.role)
    if grant.branch_id and not await session.get(Branch, (tenant_id, grant.branch_id)):
        raise NotFound(thing_zh="网点", thing_en="branch", field="branchId")
    areas = checked_areas(grant.area_codes)
    held = (
        await session.scalars(
            select(Membership).where(
                Membership.tenant_id == tenant_id, Membership.staff_id == staff_id
            )
        )
    ).all()
    for other in held:
        if (other.branch_id, tuple(other.area_codes)) != (grant.branch_id, areas):
            raise ReachMismatch(field="areaCodes")
        if other.role == grant.role:
            return other.id
    membership_id = new_id(now)
    session.add(
        Membership(
            tenant_id=tenant_id,
            id=membership_id,
            staff_id=staff_id,
            role=grant.role,
            branch_id=grant.branch_id,
            area_codes=list(areas),
            granted_at=now,
        )
    )
    record(
        session,
        "tenancy.role.granted",
        tenant_id=tenant_id,
        of=("staff", staff_id),
        now=now,
        detail={"role": grant.role, "areas": list(areas)},
    )
    await session.flush()
    return membership_id
