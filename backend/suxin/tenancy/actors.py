"""Staff as actors: who a desk session's token belongs to, and what a staff member's roles permit him now."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Unauthenticated
from suxin.kernel.tokens import token_hash
from suxin.tenancy.desk_sessions import SEEN_EVERY, SESSION_IDLE
from suxin.tenancy.log_ins import PasswordChangeRequired, TenantSuspended
from suxin.tenancy.models import DeskSession, StaffLogIn, StaffMember, Tenant, TenantStatus
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin.tenancy.queries import memberships_of


@dataclass(frozen=True, slots=True)
class _Holder:
    tenant_id: UUID
    staff_id: UUID
    seen_at: datetime
    temporary: bool


async def staff_actor(
    session: AsyncSession,
    *,
    token: str,
    profiles: Profiles,
    request_id: str,
    now: datetime,
    with_temporary_password: bool = False,
) -> Actor:
    """Return the actor behind a desk session's token; on an anonymous session of a read-write transaction.

    What was looked up is a matter of its own transaction: the actor's commands and queries open the next one. The
    session's last use is written here, at most once a minute. ``with_temporary_password`` is for the one page on which
    such a password is changed.

    :raises Unauthenticated: if no live session has this token, or its holder works there no longer
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if the holder's password is a temporary one and that is not admitted
    """
    holder = await _holder(session, token, now)
    if holder is None:
        raise Unauthenticated
    return await _actor(
        session,
        tenant_id=holder.tenant_id,
        staff_id=holder.staff_id,
        profiles=profiles,
        request_id=request_id,
        may_act=with_temporary_password or not holder.temporary,
    )


async def staff_member_actor(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    authenticated_at: datetime,
    profiles: Profiles,
    request_id: str,
    with_temporary_password: bool = False,
) -> Actor:
    """Return a staff member who showed at ``authenticated_at`` who he is as an actor; on an anonymous session.

    He acts with what his roles permit now. What he showed before his password was last set is worth nothing any more:
    it may have been known to somebody else.

    :raises Unauthenticated: if he works there no longer, or his password was set since
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if his password is a temporary one and that is not admitted; see ``staff_actor``
    """
    async with doorway(session):
        password = (
            await session.execute(
                select(StaffLogIn.password_set_at, StaffLogIn.temporary).where(
                    StaffLogIn.tenant_id == tenant_id, StaffLogIn.staff_id == staff_id
                )
            )
        ).first()
    if password is None or authenticated_at < password.password_set_at:
        raise Unauthenticated
    return await _actor(
        session,
        tenant_id=tenant_id,
        staff_id=staff_id,
        profiles=profiles,
        request_id=request_id,
        may_act=with_temporary_password or not password.temporary,
    )


async def _actor(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    profiles: Profiles,
    request_id: str,
    may_act: bool,
) -> Actor:
    known = Actor(
        kind=ActorKind.STAFF, request_id=request_id, tenant_id=tenant_id, staff_id=staff_id
    )
    await continue_as(session, known)
    kind = await active_kind(session, tenant_id, staff_id=staff_id)
    if not may_act:
        raise PasswordChangeRequired
    memberships = (await session.scalars(memberships_of(tenant_id, staff_id))).all()
    # Every role of one staff member has the same reach; should rows say otherwise, the first one's holds.
    branch_id = memberships[0].branch_id if memberships else None
    areas = tuple(memberships[0].area_codes) if memberships else ()
    roles = frozenset(
        membership.role
        for membership in memberships
        if (membership.branch_id, tuple(membership.area_codes)) == (branch_id, areas)
    )
    profile = profiles[kind]
    return replace(
        known,
        kind=kind.actor_kind,
        tenant_kind=kind.value,
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
                select(
                    DeskSession.tenant_id,
                    DeskSession.staff_id,
                    DeskSession.seen_at,
                    StaffLogIn.temporary,
                )
                .join(
                    StaffLogIn,
                    (StaffLogIn.tenant_id == DeskSession.tenant_id)
                    & (StaffLogIn.staff_id == DeskSession.staff_id),
                )
                .where(
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
    if row.status is TenantStatus.SUSPENDED:
        raise TenantSuspended
    kind: TenantKind = row.kind
    return kind
