"""Commands on the people of a tenant: adding them with a log-in and roles, and their leaving."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.tenancy import passwords
from suxin.tenancy.desk_sessions import end_sessions
from suxin.tenancy.houses import checked_name, house, record
from suxin.tenancy.log_in_failures import normal_login
from suxin.tenancy.models import Membership, StaffLogIn, StaffMember
from suxin.tenancy.policies import STAFF_MANAGE, require_someone_else
from suxin.tenancy.profiles import Profiles, QuotaName
from suxin.tenancy.providers.models import StaffIdentity
from suxin.tenancy.quotas import release_quota, take_quota
from suxin.tenancy.roles import (
    RoleGrant,
    give_role,
    lock_managers,
    lock_staff,
    require_manager_left,
)
from suxin.tenancy.second_factors import forget_second_factor

MAX_ROLES: Final = 10

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}", re.ASCII)


class LogInTaken(Refusal):
    """Somebody in the city has this log-in name."""

    code = "LOG_IN_TAKEN"
    zh = "登录名“{login}”已被使用"
    en = "The log-in name {login} is taken"


async def add_staff(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    login: str,
    password: str,
    roles: Sequence[RoleGrant],
    profiles: Profiles,
    now: datetime,
    tenant_id: UUID | None = None,
) -> UUID:
    """Add a staff member with a log-in and roles; return his id. The password is temporary: he changes it first.

    ``tenant_id`` is another tenant's, for whoever may manage tenants.

    :raises Forbidden: if the actor may not change staff there
    :raises Invalid: if the name, the log-in name or an area code is not acceptable
    :raises PasswordUnfit: if the password is easily guessed
    :raises LogInTaken: if somebody in the city has the log-in name
    :raises RoleUnknown: if tenants of this kind have no such role
    :raises ReachMismatch: if the roles are bounded by different branches or areas
    :raises NotFound: if a branch is not the tenant's
    :raises QuotaExhausted: if the tenant has as many staff as it may have
    """
    async with house(session, actor, tenant_id, STAFF_MANAGE, "add staff") as home:
        return await place_staff(
            session,
            tenant_id=home,
            name=name,
            login=login,
            password=password,
            roles=roles,
            profiles=profiles,
            now=now,
        )


async def place_staff(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    name: str,
    login: str,
    password: str,
    roles: Sequence[RoleGrant],
    profiles: Profiles,
    now: datetime,
) -> UUID:
    """Write a staff member in the row context of his tenant, whose right to do so is checked already."""
    checked_login = normal_login(login)
    if not _LOGIN.fullmatch(checked_login):
        raise Invalid(
            field="login",
            reason_zh="登录名应为 3 至 64 位小写字母、数字或 . _ @ -",
            reason_en="a log-in name has 3 to 64 lower-case letters, digits or . _ @ -",
        )
    passwords.require_fit(password, login=checked_login)
    if not 1 <= len(roles) <= MAX_ROLES:
        raise Invalid(
            field="roles",
            reason_zh=f"应有 1 至 {MAX_ROLES} 个角色",
            reason_en=f"there are 1 to {MAX_ROLES} roles",
        )
    await take_quota(session, tenant_id=tenant_id, name=QuotaName.STAFF, profiles=profiles)
    staff_id = new_id(now)
    session.add(
        StaffMember(
            tenant_id=tenant_id,
            id=staff_id,
            name=checked_name(name),
            login=checked_login,
            created_at=now,
            ended_at=None,
        )
    )
    record(session, "tenancy.staff.added", tenant_id=tenant_id, of=("staff", staff_id), now=now)
    await session.flush()
    for grant in roles:
        await give_role(
            session, tenant_id=tenant_id, staff_id=staff_id, grant=grant, profiles=profiles, now=now
        )
    await _open_log_in(session, (tenant_id, staff_id), checked_login, password, now=now)
    return staff_id


async def end_staff(
    session: AsyncSession,
    actor: Actor,
    *,
    staff_id: UUID,
    profiles: Profiles,
    now: datetime,
    tenant_id: UUID | None = None,
) -> None:
    """Take a staff member's roles and log-in away; his sessions end and his name stays on record.

    :raises Forbidden: if the actor may not change staff there
    :raises OwnAccount: if it is he himself
    :raises NotFound: if nobody of this id works there
    :raises LastManager: if nobody else of the tenant manages its staff
    """
    async with house(session, actor, tenant_id, STAFF_MANAGE, "end staff") as home:
        require_someone_else(actor, staff_id)
        managers = await lock_managers(session, home, profiles)
        member = await lock_staff(session, home, staff_id)
        require_manager_left(managers, [one for one in managers if one.staff_id != staff_id])
        member.ended_at = now
        await session.execute(
            delete(Membership).where(Membership.tenant_id == home, Membership.staff_id == staff_id)
        )
        await release_quota(session, tenant_id=home, name=QuotaName.STAFF)
        record(session, "tenancy.staff.ended", tenant_id=home, of=("staff", staff_id), now=now)
        async with doorway(session):
            await session.execute(
                delete(StaffLogIn).where(
                    StaffLogIn.tenant_id == home, StaffLogIn.staff_id == staff_id
                )
            )
        await forget_second_factor(session, tenant_id=home, staff_id=staff_id)
        await session.execute(
            delete(StaffIdentity).where(
                StaffIdentity.tenant_id == home, StaffIdentity.staff_id == staff_id
            )
        )
        await end_sessions(session, home, staff_id=staff_id, now=now)


async def _open_log_in(
    session: AsyncSession, of: tuple[UUID, UUID], login: str, password: str, *, now: datetime
) -> None:
    tenant_id, staff_id = of
    password_hash = await passwords.hashed(password)
    async with doorway(session):
        taken = await session.scalar(select(StaffLogIn.login).where(StaffLogIn.login == login))
        if taken is None:
            session.add(
                StaffLogIn(
                    login=login,
                    tenant_id=tenant_id,
                    staff_id=staff_id,
                    password_hash=password_hash,
                    password_set_at=now,
                    temporary=True,
                )
            )
    if taken is not None:
        raise LogInTaken(field="login", login=login)
