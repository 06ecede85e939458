"""Second factors of staff: one-time codes of an authenticator app, and recovery codes for when it is lost.

A code is good once. Wrong ones are counted like wrong passwords, under a name of their own: five in a row lock for a
quarter of an hour. Whoever has a second factor shows it at each log-in. Whoever holds a role that commits his tenant
(``Role.second_factor``) must have one from the day on that is written with the tenant.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.kernel.tokens import token_hash
from suxin.tenancy import one_time_codes
from suxin.tenancy.log_in_failures import count_failure, forget_failures, lock_count
from suxin.tenancy.log_ins import record_lock, require_unlocked
from suxin.tenancy.models import SECOND_FACTOR, RecoveryCode, SecondFactor, StaffLogIn
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.standing import Standing

GRACE: Final = timedelta(days=14)
"""How long the staff of a new tenant have before the roles that commit it need a second factor."""

RECOVERY_CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP_LETTERS: Final = 4


class SecondFactorRequired(Refusal):
    """The password is not enough: a one-time code is needed, or first an app that makes them."""

    code = "SECOND_FACTOR_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "请完成动态验证码验证"
    en = "A one-time code of your authenticator app is needed"


class SecondFactorWrong(Refusal):
    """The code is not of this moment, was used already, or is no recovery code; the try is counted."""

    code = "SECOND_FACTOR_WRONG"
    kind = RefusalKind.INVALID
    commits = True
    zh = "动态验证码或恢复码不正确，或已使用过"
    en = "The code is wrong, or was used already"


class SecondFactorHeld(Refusal):
    """There is a second factor already; it is replaced by having the password reset."""

    code = "SECOND_FACTOR_HELD"
    zh = "已启用动态验证码，更换设备请联系管理员重置密码"
    en = "You have a second factor already; to replace it have your password reset"


class SecondFactorMissing(Refusal):
    """What is to be done takes a one-time code, and the staff member has no app that makes them."""

    code = "SECOND_FACTOR_MISSING"
    kind = RefusalKind.FORBIDDEN
    zh = "该操作须由已启用动态验证码的人员办理，请先在“我的账号”中启用"
    en = "This takes a one-time code; first enrol an authenticator app for your account"


async def has_second_factor(session: AsyncSession, *, tenant_id: UUID, staff_id: UUID) -> bool:
    """Return whether a staff member has a second factor that he has shown to work."""
    held = await _factor(session, tenant_id, staff_id)
    return held is not None and held.confirmed_at is not None


def require_second_factor(found: Standing, profiles: Profiles, *, now: datetime) -> None:
    """Refuse whoever has not shown a second factor and needs one.

    :raises SecondFactorRequired: if he has one, or holds a role that needs one by now
    """
    begins = found.second_factor_from
    roles = profiles[found.kind].roles
    due = begins is not None and begins <= now
    asked = due and any(role in roles and roles[role].second_factor for role in found.roles)
    if found.has_second_factor or asked:
        raise SecondFactorRequired


async def begin_enrolment(
    session: AsyncSession, *, tenant_id: UUID, staff_id: UUID, sealer: Sealer, now: datetime
) -> str:
    """Return the address by which an app takes the secret: the same one until it was confirmed; on any session.

    :raises SecondFactorHeld: if there is a second factor already
    """
    row = await _factor(session, tenant_id, staff_id)
    if row is not None and row.confirmed_at is not None:
        raise SecondFactorHeld
    if row is None:
        secret = one_time_codes.new_secret()
        async with doorway(session):
            session.add(
                SecondFactor(
                    tenant_id=tenant_id,
                    staff_id=staff_id,
                    secret_sealed=sealer.seal(secret, purpose=SECOND_FACTOR, row=staff_id),
                    begun_at=now,
                    confirmed_at=None,
                    last_step=None,
                )
            )
    else:
        secret = _secret(row, sealer)
    return one_time_codes.enrolment_address(
        secret, login=await _login_of(session, tenant_id, staff_id)
    )


async def confirm_enrolment(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> list[str]:
    """Take a first code of the app as proof that it works; return the recovery codes, shown once.

    :raises SecondFactorHeld: if there is a second factor already
    :raises SecondFactorWrong: if the code is not of this moment, or nothing was begun; the try is counted
    :raises LogInLocked: if five wrong codes in a row have locked it
    """
    count = await lock_count(session, login=_name(tenant_id, staff_id), sealer=sealer, now=now)
    require_unlocked(count, now=now)
    row = await _factor(session, tenant_id, staff_id)
    if row is not None and row.confirmed_at is not None:
        raise SecondFactorHeld
    step = None if row is None else one_time_codes.step_of_code(_secret(row, sealer), code, now=now)
    if row is None or step is None:
        if await count_failure(session, count, now=now):
            record_lock(session, tenant_id, staff_id, now=now)
        raise SecondFactorWrong(field="code")
    await forget_failures(session, count)
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    async with doorway(session):
        row.confirmed_at, row.last_step = now, step
        session.add_all(
            RecoveryCode(code_hash=token_hash(_plain(one)), tenant_id=tenant_id, staff_id=staff_id)
            for one in codes
        )
        await session.flush()
    _record(session, "tenancy.second_factor.enrolled", tenant_id, staff_id, now=now)
    return codes


async def check_second_factor(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Take a one-time code or a recovery code, each good once; on any session.

    :raises SecondFactorWrong: if it is neither, or was used; the try is counted
    :raises LogInLocked: if five wrong codes in a row have locked it
    """
    count = await lock_count(session, login=_name(tenant_id, staff_id), sealer=sealer, now=now)
    require_unlocked(count, now=now)
    row = await _factor(session, tenant_id, staff_id)
    if row is not None and row.confirmed_at is not None:
        if await _use_code(session, row, code, sealer=sealer, now=now):
            await forget_failures(session, count)
            return
        if await _use_recovery_code(session, tenant_id, staff_id, code):
            await forget_failures(session, count)
            _record(session, "tenancy.second_factor.recovered", tenant_id, staff_id, now=now)
            return
    if await count_failure(session, count, now=now):
        record_lock(session, tenant_id, staff_id, now=now)
    raise SecondFactorWrong(field="code")


async def show_second_factor(
    session: AsyncSession, actor: Actor, *, code: str, sealer: Sealer, now: datetime
) -> datetime:
    """Take a one-time code for one decision; return when it was shown.

    Each code is good once, at a log-in or here. A recovery code is none: it stands for an app that is lost. Called before anything
    else is written, because a wrong code is counted although the decision is refused.

    :raises Forbidden: if no staff member acts
    :raises SecondFactorMissing: if he has no second factor
    :raises SecondFactorWrong: if the code is not of this moment, or was used; the try is counted
    :raises LogInLocked: if five wrong codes in a row have locked it
    """
    tenant_id, staff_id = actor.own_tenant, actor.own_staff
    count = await lock_count(session, login=_name(tenant_id, staff_id), sealer=sealer, now=now)
    require_unlocked(count, now=now)
    row = await _factor(session, tenant_id, staff_id)
    if row is None or row.confirmed_at is None:
        raise SecondFactorMissing(field="code")
    if not await _use_code(session, row, code, sealer=sealer, now=now):
        if await count_failure(session, count, now=now):
            record_lock(session, tenant_id, staff_id, now=now)
        raise SecondFactorWrong(field="code")
    await forget_failures(session, count)
    _record(session, "tenancy.second_factor.shown", tenant_id, staff_id, now=now)
    return now


async def _use_code(
    session: AsyncSession, row: SecondFactor, code: str, *, sealer: Sealer, now: datetime
) -> bool:
    step = one_time_codes.step_of_code(_secret(row, sealer), code, now=now)
    if step is None or (row.last_step is not None and step <= row.last_step):
        return False
    async with doorway(session):
        row.last_step = step
        await session.flush()
    return True


async def forget_second_factor(session: AsyncSession, *, tenant_id: UUID, staff_id: UUID) -> None:
    """Take a staff member's second factor and recovery codes away: he left, or begins anew with a reset password."""
    async with doorway(session):
        for model in (SecondFactor, RecoveryCode):
            await session.execute(
                delete(model)
                .where(model.tenant_id == tenant_id, model.staff_id == staff_id)
                .execution_options(synchronize_session=False)
            )


async def _factor(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> SecondFactor | None:
    async with doorway(session):
        return await session.scalar(
            select(SecondFactor).where(
                SecondFactor.tenant_id == tenant_id, SecondFactor.staff_id == staff_id
            )
        )


async def _use_recovery_code(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, code: str
) -> bool:
    async with doorway(session):
        used = await session.scalar(
            delete(RecoveryCode)
            .where(
                RecoveryCode.code_hash == token_hash(_plain(code)),
                RecoveryCode.tenant_id == tenant_id,
                RecoveryCode.staff_id == staff_id,
            )
            .returning(RecoveryCode.code_hash)
            .execution_options(synchronize_session=False)
        )
    return used is not None


async def _login_of(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> str:
    async with doorway(session):
        return (
            await session.scalars(
                select(StaffLogIn.login).where(
                    StaffLogIn.tenant_id == tenant_id, StaffLogIn.staff_id == staff_id
                )
            )
        ).one()


def _secret(row: SecondFactor, sealer: Sealer) -> str:
    return sealer.open(row.secret_sealed, purpose=SECOND_FACTOR, row=row.staff_id)


def _name(tenant_id: UUID, staff_id: UUID) -> str:
    # Log-in names are lower case, so that nobody counts against this one by trying to log in under it.
    return f"TOTP {tenant_id} {staff_id}"


def _new_recovery_code() -> str:
    letters = (secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP_LETTERS))
    return "-".join("".join(group) for group in zip(*[letters] * _GROUP_LETTERS, strict=True))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter in _LETTERS)


def _record(
    session: AsyncSession, action: str, tenant_id: UUID, staff_id: UUID, *, now: datetime
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        object_type="staff",
        object_id=staff_id,
    )
