"""Passwords given anew: by their owner, who knows the old one, and by an administrator, who sets a temporary one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.tenancy import passwords
from suxin.tenancy.desk_sessions import end_sessions
from suxin.tenancy.houses import house, record
from suxin.tenancy.log_in_failures import count_failure, forget_failures, lock_count
from suxin.tenancy.log_ins import record_lock, require_unlocked
from suxin.tenancy.models import StaffLogIn
from suxin.tenancy.policies import STAFF_MANAGE, require_someone_else
from suxin.tenancy.roles import lock_staff
from suxin.tenancy.second_factors import forget_second_factor


class PasswordWrong(Refusal):
    """The current password is another one; the try is counted like one at the log-in."""

    code = "PASSWORD_WRONG"
    kind = RefusalKind.INVALID
    commits = True
    zh = "当前密码不正确"
    en = "The current password is wrong"


class PasswordUnchanged(Refusal):
    """The new password is the current one."""

    code = "PASSWORD_UNCHANGED"
    kind = RefusalKind.INVALID
    zh = "新密码不能与当前密码相同"
    en = "The new password must differ from the current one"


async def change_password(
    session: AsyncSession,
    actor: Actor,
    *,
    token: str | None,
    current: str,
    new: str,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Give oneself another password; the desk session of ``token`` goes on, everything else of one's own ends.

    Other desk sessions end here; log-ins at the authorization server, and what was granted by them, by the moment at
    which the password was set. A temporary password is an ordinary one from then on.

    :raises Forbidden: if the actor is no staff member
    :raises LogInLocked: if five wrong passwords in a row have locked the name
    :raises PasswordWrong: if ``current`` is not the password; the failure is counted
    :raises PasswordUnfit: if the new password is easily guessed
    :raises PasswordUnchanged: if it is the current one
    """
    tenant_id, staff_id = actor.own_tenant, actor.own_staff
    login = await _login_of(session, tenant_id, staff_id)
    count = await lock_count(session, login=login, sealer=sealer, now=now)
    require_unlocked(count, now=now)
    if not await passwords.matches(current, await _hash_of(session, login)):
        if await count_failure(session, count, now=now):
            record_lock(session, tenant_id, staff_id, now=now)
        raise PasswordWrong(field="current")
    passwords.require_fit(new, login=login, field="new")
    if new == current:
        raise PasswordUnchanged(field="new")
    await _set_password(session, login, new, temporary=False, now=now)
    await forget_failures(session, count)
    await end_sessions(session, tenant_id, staff_id=staff_id, except_token=token, now=now)
    record(
        session, "tenancy.password.changed", tenant_id=tenant_id, of=("staff", staff_id), now=now
    )


async def reset_password(
    session: AsyncSession,
    actor: Actor,
    *,
    staff_id: UUID,
    password: str,
    sealer: Sealer,
    now: datetime,
    tenant_id: UUID | None = None,
) -> None:
    """Give a staff member a temporary password: his sessions end, his log-in is unlocked, and he must change it first.

    His second factor goes as well: whoever lost it begins anew with the administrator's help.

    :raises Forbidden: if the actor may not change staff there
    :raises OwnAccount: if it is his own, whose password he changes knowing the old one
    :raises NotFound: if nobody of this id works there
    :raises PasswordUnfit: if the password is easily guessed
    """
    async with house(session, actor, tenant_id, STAFF_MANAGE, "reset a password") as home:
        require_someone_else(actor, staff_id)
        member = await lock_staff(session, home, staff_id)
        passwords.require_fit(password, login=member.login)
        count = await lock_count(session, login=member.login, sealer=sealer, now=now)
        await _set_password(session, member.login, password, temporary=True, now=now)
        await forget_failures(session, count)
        await forget_second_factor(session, tenant_id=home, staff_id=staff_id)
        await end_sessions(session, home, staff_id=staff_id, now=now)
        record(session, "tenancy.password.reset", tenant_id=home, of=("staff", staff_id), now=now)


async def _login_of(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> str:
    async with doorway(session):
        return (
            await session.scalars(
                select(StaffLogIn.login).where(
                    StaffLogIn.tenant_id == tenant_id, StaffLogIn.staff_id == staff_id
                )
            )
        ).one()


async def _hash_of(session: AsyncSession, login: str) -> str | None:
    """Return the hash, read once the count is locked: of two changes made at once the second meets the new one."""
    async with doorway(session):
        return await session.scalar(
            select(StaffLogIn.password_hash).where(StaffLogIn.login == login)
        )


async def _set_password(
    session: AsyncSession, login: str, password: str, *, temporary: bool, now: datetime
) -> None:
    password_hash = await passwords.hashed(password)
    async with doorway(session):
        await session.execute(
            update(StaffLogIn)
            .where(StaffLogIn.login == login)
            .values(password_hash=password_hash, password_set_at=now, temporary=temporary)
            .execution_options(synchronize_session=False)
        )
