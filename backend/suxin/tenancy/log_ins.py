"""Log-ins of staff: who somebody with a password is, on an anonymous session.

Wrong passwords are counted (``tenancy.log_in_failures``) although the log-in is refused. Five in a row lock the name
for a quarter of an hour, whether anybody has it or not.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.tenancy import passwords
from suxin.tenancy.log_in_failures import (
    Count,
    count_failure,
    forget_failures,
    lock_count,
    normal_login,
)
from suxin.tenancy.models import StaffLogIn, Tenant, TenantStatus

_SECONDS_A_MINUTE: Final = 60


class LogInRefused(Refusal):
    """Log-in name and password do not fit; which of them is wrong is not said."""

    code = "LOG_IN_REFUSED"
    kind = RefusalKind.UNAUTHENTICATED
    commits = True
    zh = "登录名或密码不正确"
    en = "The log-in name or the password is wrong"


class LogInLocked(Refusal):
    """Too many wrong passwords were tried under this name; it is locked for a while, whether anybody has it or not."""

    code = "LOG_IN_LOCKED"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "密码错误次数过多，请在 {minutes} 分钟后再试"
    en = "Too many wrong passwords; try again in {minutes} minutes"


class TenantSuspended(Refusal):
    """The organisation may not act at present."""

    code = "TENANT_SUSPENDED"
    kind = RefusalKind.FORBIDDEN
    zh = "所属机构已被暂停使用，请联系平台运营方"
    en = "Your organisation is suspended; please contact the operator of the platform"


class PasswordChangeRequired(Refusal):
    """The password was set by somebody else; nothing but changing it is possible with this session."""

    code = "PASSWORD_CHANGE_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "当前使用的是初始密码，请先修改密码"
    en = "Your password is a temporary one; change it first"


@dataclass(frozen=True, slots=True)
class _Door:
    tenant_id: UUID
    staff_id: UUID
    password_hash: str
    status: TenantStatus


@dataclass(frozen=True, slots=True)
class KnownStaff:
    """A staff member who has shown that he knows his password."""

    tenant_id: UUID
    staff_id: UUID


async def check_password(
    session: AsyncSession, *, login: str, password: str, sealer: Sealer, now: datetime
) -> KnownStaff:
    """Return whose log-in name and password these are; on an anonymous session.

    Whether the password is a temporary one is looked at by whoever then lets him act (``tenancy.actors``).

    :raises LogInRefused: if name and password do not fit; the failure is counted
    :raises LogInLocked: if five wrong passwords in a row have locked the name
    :raises TenantSuspended: if the password is right and the organisation is suspended
    """
    name = normal_login(login)
    count = await lock_count(session, login=name, sealer=sealer, now=now)
    require_unlocked(count, now=now)
    door = await _door(session, name)
    fits = await passwords.matches(password, door.password_hash if door else None)
    if door is None or not fits:
        if await count_failure(session, count, now=now) and door is not None:
            record_lock(session, door.tenant_id, door.staff_id, now=now)
        raise LogInRefused
    if door.status is not TenantStatus.ACTIVE:
        raise TenantSuspended
    await forget_failures(session, count)
    await _note_success(session, name, door, password, now)
    return KnownStaff(door.tenant_id, door.staff_id)


def require_unlocked(count: Count, *, now: datetime) -> None:
    """Refuse while a name is locked.

    :raises LogInLocked: if it is
    """
    if count.locked_until is None or count.locked_until <= now:
        return
    seconds = math.ceil((count.locked_until - now).total_seconds())
    minutes = math.ceil(seconds / _SECONDS_A_MINUTE)
    raise LogInLocked(minutes=minutes, retry_after_seconds=seconds)


def record_lock(session: AsyncSession, tenant_id: UUID, staff_id: UUID, *, now: datetime) -> None:
    """Put on record that wrong passwords have locked somebody's log-in."""
    append_act(
        session,
        action="tenancy.log_in.locked",
        now=now,
        tenant_id=tenant_id,
        object_type="staff",
        object_id=staff_id,
    )


async def _door(session: AsyncSession, login: str) -> _Door | None:
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    StaffLogIn.tenant_id,
                    StaffLogIn.staff_id,
                    StaffLogIn.password_hash,
                    # Of a sandbox too, which nobody sees before it is known that he works there.
                    Tenant.status,
                )
                .join(Tenant, Tenant.id == StaffLogIn.tenant_id)
                .where(StaffLogIn.login == login)
            )
        ).first()
    return _Door(*row) if row else None


async def _note_success(
    session: AsyncSession, login: str, door: _Door, password: str, now: datetime
) -> None:
    append_act(
        session,
        action="tenancy.log_in.succeeded",
        now=now,
        tenant_id=door.tenant_id,
        object_type="staff",
        object_id=door.staff_id,
    )
    if not passwords.is_outdated(door.password_hash):
        return
    password_hash = await passwords.hashed(password)
    async with doorway(session):
        await session.execute(
            update(StaffLogIn)
            .where(StaffLogIn.login == login)
            .values(password_hash=password_hash)
            .execution_options(synchronize_session=False)
        )
