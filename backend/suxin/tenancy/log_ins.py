"""Log-ins of staff: with a password, on an anonymous session, ending in a desk session.

Wrong passwords are counted on the log-in's row under its lock, so that guesses made at once count one by one; the
count is kept although the log-in is refused. Five wrong ones lock the log-in for a quarter of an hour.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.tokens import new_token, token_hash
from suxin.tenancy import passwords
from suxin.tenancy.models import DeskSession, StaffLogIn, Tenant, TenantStatus
from suxin.tenancy.staff import normal_login

MAX_LOG_IN_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
SESSION_LIFE: Final = timedelta(hours=8)
SESSION_IDLE: Final = timedelta(minutes=60)
SEEN_EVERY: Final = timedelta(minutes=1)
"""A session's last use is written at most this often."""

_SECONDS_A_MINUTE: Final = 60


class LogInRefused(Refusal):
    """Log-in name and password do not fit; which of them is wrong is not said."""

    code = "LOG_IN_REFUSED"
    kind = RefusalKind.UNAUTHENTICATED
    commits = True
    zh = "登录名或密码不正确"
    en = "The log-in name or the password is wrong"


class LogInLocked(Refusal):
    """Too many wrong passwords were tried; the log-in is locked for a while."""

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


@dataclass(frozen=True, slots=True)
class DeskToken:
    """The token of a new desk session, shown once, and when the session ends at the latest."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Door:
    tenant_id: UUID
    staff_id: UUID
    password_hash: str
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class KnownStaff:
    """A staff member who has shown that he knows his password."""

    tenant_id: UUID
    staff_id: UUID


async def check_password(
    session: AsyncSession, *, login: str, password: str, now: datetime
) -> KnownStaff:
    """Return whose log-in name and password these are; on an anonymous session.

    :raises LogInRefused: if name and password do not fit; the failure is counted
    :raises LogInLocked: if five wrong passwords in a row have locked the log-in
    :raises TenantSuspended: if the password is right and the organisation is suspended
    """
    name = normal_login(login)
    door = await _lock_door(session, name)
    if door is not None and door.locked_until is not None and door.locked_until > now:
        seconds = math.ceil((door.locked_until - now).total_seconds())
        minutes = math.ceil(seconds / _SECONDS_A_MINUTE)
        raise LogInLocked(minutes=minutes, retry_after_seconds=seconds)
    fits = await passwords.matches(password, door.password_hash if door else None)
    if door is None:
        raise LogInRefused
    if not fits:
        await _count_failure(session, name, door, now)
        raise LogInRefused
    # An anonymous caller sees active tenants only.
    if not await session.scalar(
        select(Tenant.id).where(Tenant.id == door.tenant_id, Tenant.status == TenantStatus.ACTIVE)
    ):
        raise TenantSuspended
    await _note_success(session, name, door, password, now)
    return KnownStaff(door.tenant_id, door.staff_id)


async def log_in(session: AsyncSession, *, login: str, password: str, now: datetime) -> DeskToken:
    """Begin a desk session for whoever knows the password; on an anonymous session.

    :raises LogInRefused, LogInLocked, TenantSuspended: see ``check_password``
    """
    known = await check_password(session, login=login, password=password, now=now)
    return await begin_desk_session(session, known, now=now)


async def begin_desk_session(
    session: AsyncSession, known: KnownStaff, *, now: datetime
) -> DeskToken:
    """Begin a session at the desk for a staff member who has shown who he is."""
    token, expires_at = new_token(), now + SESSION_LIFE
    async with doorway(session):
        session.add(
            DeskSession(
                token_hash=token_hash(token),
                tenant_id=known.tenant_id,
                staff_id=known.staff_id,
                created_at=now,
                seen_at=now,
                expires_at=expires_at,
                revoked_at=None,
            )
        )
    return DeskToken(token, expires_at)


async def log_out(session: AsyncSession, *, token: str, now: datetime) -> None:
    """End the session of this token; one that is not known or has ended is passed over."""
    async with doorway(session):
        await session.execute(
            update(DeskSession)
            .where(DeskSession.token_hash == token_hash(token), DeskSession.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )


async def _lock_door(session: AsyncSession, login: str) -> _Door | None:
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    StaffLogIn.tenant_id,
                    StaffLogIn.staff_id,
                    StaffLogIn.password_hash,
                    StaffLogIn.failures,
                    StaffLogIn.locked_until,
                )
                .where(StaffLogIn.login == login)
                .with_for_update()
            )
        ).first()
    return _Door(*row) if row else None


async def _count_failure(session: AsyncSession, login: str, door: _Door, now: datetime) -> None:
    failures = door.failures + 1
    locks = failures >= MAX_LOG_IN_FAILURES
    if locks:
        append_act(
            session,
            action="tenancy.log_in.locked",
            now=now,
            tenant_id=door.tenant_id,
            object_type="staff",
            object_id=door.staff_id,
        )
    async with doorway(session):
        await session.execute(
            update(StaffLogIn)
            .where(StaffLogIn.login == login)
            .values(
                failures=0 if locks else failures, locked_until=now + LOCKED_FOR if locks else None
            )
            .execution_options(synchronize_session=False)
        )


async def _note_success(
    session: AsyncSession, login: str, door: _Door, password: str, now: datetime
) -> None:
    password_hash = door.password_hash
    if passwords.is_outdated(password_hash):
        password_hash = await passwords.hashed(password)
    append_act(
        session,
        action="tenancy.log_in.succeeded",
        now=now,
        tenant_id=door.tenant_id,
        object_type="staff",
        object_id=door.staff_id,
    )
    async with doorway(session):
        await session.execute(
            update(StaffLogIn)
            .where(StaffLogIn.login == login)
            .values(failures=0, locked_until=None, password_hash=password_hash)
            .execution_options(synchronize_session=False)
        )
