"""Staff as actors: who a desk session's token belongs to, and what a staff member's roles permit him now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Unauthenticated
from suxin.kernel.single_steps import SingleSteps
from suxin.tenancy.log_ins import PasswordChangeRequired, TenantSuspended
from suxin.tenancy.models import StaffMember, Tenant, TenantStatus
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin.tenancy.standing import Standing, standing_at_desk, standing_of


async def staff_actor(
    steps: SingleSteps,
    *,
    token: str,
    profiles: Profiles,
    request_id: str,
    now: datetime,
    with_temporary_password: bool = False,
    seen: bool = True,
) -> Actor:
    """Return the actor behind a desk session's token, and write that the session was seen.

    ``with_temporary_password`` is for the one page on which such a password is changed; without ``seen`` the session is
    only looked at.

    :raises Unauthenticated: if no live session has this token, or its holder works there no longer
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if the holder's password is a temporary one and that is not admitted
    """
    found = await standing_at_desk(steps, token=token, now=now, seen=seen)
    if found is None:
        raise Unauthenticated
    return actor_standing(
        found,
        profiles=profiles,
        request_id=request_id,
        with_temporary_password=with_temporary_password,
    )


async def staff_member_actor(
    steps: SingleSteps,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    authenticated_at: datetime,
    profiles: Profiles,
    request_id: str,
    with_temporary_password: bool = False,
) -> Actor:
    """Return a staff member who showed at ``authenticated_at`` who he is as an actor.

    :raises Unauthenticated: see ``require_since``
    :raises TenantSuspended, PasswordChangeRequired: see ``staff_actor``
    """
    return actor_standing(
        require_since(
            await standing_of(steps, tenant_id=tenant_id, staff_id=staff_id), authenticated_at
        ),
        profiles=profiles,
        request_id=request_id,
        with_temporary_password=with_temporary_password,
    )


def require_since(found: Standing | None, authenticated_at: datetime) -> Standing:
    """Return how a staff member stands who showed at ``authenticated_at`` who he is.

    What he showed before his password was last set is worth nothing any more: it may have been known to somebody else.

    :raises Unauthenticated: if he works there no longer, or his password was set since
    """
    if found is None or authenticated_at < found.password_set_at:
        raise Unauthenticated
    return found


def actor_standing(
    found: Standing, *, profiles: Profiles, request_id: str, with_temporary_password: bool = False
) -> Actor:
    """Return a staff member as an actor with what his roles permit now.

    :raises TenantSuspended, PasswordChangeRequired: see ``staff_actor``
    """
    if found.status is TenantStatus.SUSPENDED:
        raise TenantSuspended
    if found.temporary_password and not with_temporary_password:
        raise PasswordChangeRequired
    profile = profiles[found.kind]
    return Actor(
        kind=found.kind.actor_kind,
        request_id=request_id,
        tenant_id=found.tenant_id,
        staff_id=found.staff_id,
        tenant_kind=found.kind.value,
        branch_id=found.branch_id,
        areas=found.areas,
        permissions=profile.permissions_of(found.roles),
        purposes=profile.purposes,
        sandbox_id=found.tenant_id if found.sandbox else None,
        ahead=found.ahead,
    )


async def active_kind(
    session: AsyncSession, tenant_id: UUID, *, staff_id: UUID | None = None
) -> TenantKind:
    """Return what kind of tenant this is, in its own row context; where a staff member is named, while he works there.

    :raises Unauthenticated: if there is no such tenant, or he works there no longer
    :raises TenantSuspended: if it is suspended
    """
    found = select(Tenant.kind, Tenant.status).where(Tenant.id == tenant_id)
    if staff_id is not None:
        found = found.join(StaffMember, StaffMember.tenant_id == Tenant.id).where(
            StaffMember.id == staff_id, StaffMember.ended_at.is_(None)
        )
    row = (await session.execute(found)).first()
    if row is None:
        raise Unauthenticated
    return running_kind(row.kind, row.status)


def running_kind(kind: TenantKind, status: TenantStatus) -> TenantKind:
    """Return a tenant's kind while it may act.

    :raises TenantSuspended: if it is suspended
    """
    if status is TenantStatus.SUSPENDED:
        raise TenantSuspended
    return kind
