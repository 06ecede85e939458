"""One-time codes that show possession of a phone (短信验证码), sent before a person is proved.

A code is kept only as a keyed hash and travels to the job that sends it sealed. Limits are per phone and per openid,
so that neither one phone can be flooded nor one account flood many; they are proposed defaults (demo configuration).
"""

import base64
import secrets
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.doorways import doorway
from suxin.kernel.identifiers import check_phone
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import PHONE, PhoneCode

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=5)
SEND_EVERY: Final = timedelta(seconds=60)
MAX_CODES_A_DAY: Final = 5
MAX_CODES_A_DAY_BY_OPENID: Final = 10
MAX_CODE_FAILURES: Final = 5

SEND_TOPIC: Final = "subjects.phone_code.send"
CODE_PURPOSE: Final = "phone.code"
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class PhoneCodeTooSoon(Refusal):
    """A code was sent to this phone less than a minute ago."""

    code = "PHONE_CODE_TOO_SOON"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "验证码已发送，请在 {retry_after_seconds} 秒后再试"
    en = "A code was just sent; try again in {retry_after_seconds} seconds"


class PhoneCodeDailyLimit(Refusal):
    """As many codes as a day allows were sent to this phone or asked for by this account."""

    code = "PHONE_CODE_DAILY_LIMIT"
    kind = RefusalKind.LIMITED
    zh = "今日验证码次数已达上限 {limit} 次，请明天再试"
    en = "The limit of {limit} codes a day is reached; try again tomorrow"


class PhoneCodeWrong(Refusal):
    """The code is not the one that was sent to this phone, or it has expired or was used."""

    code = "PHONE_CODE_WRONG"
    kind = RefusalKind.INVALID
    commits = True
    zh = "验证码不正确或已过期"
    en = "The code is wrong or has expired"


class PhoneCodeLocked(Refusal):
    """Too many wrong codes were tried; a new code is needed."""

    code = "PHONE_CODE_LOCKED"
    kind = RefusalKind.LIMITED
    zh = "验证码错误次数过多，请重新获取"
    en = "Too many wrong codes; ask for a new one"


async def send_phone_code(
    session: AsyncSession, *, openid: str, phone: str, sealer: Sealer, now: datetime
) -> str:
    """Make a code for a phone and leave it to a job to send; return it, for the caller's tests alone.

    A new code ends the one before.

    :raises PhoneInvalid: if it is no mobile number of mainland China
    :raises PhoneCodeTooSoon: if one was sent less than a minute ago
    :raises PhoneCodeDailyLimit: if the phone or the account has had its codes of the day
    """
    number = check_phone(phone, field="phone")
    indexes = sealer.blind_indexes(number, purpose=PHONE)
    index = sealer.blind_index(number, purpose=PHONE)
    today = now.astimezone(_SHANGHAI).date()
    sent_before = await _require_within_limits(session, indexes, openid, today, now)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    fresh = {
        "openid": openid,
        "key_version": index.key_version,
        "code_hash": sealer.blind_index(_spoken(number, code), purpose=CODE_PURPOSE).digest,
        "sent_at": now,
        "expires_at": now + CODE_LIFE,
        "failures": 0,
        "sent_on": today,
        "sent_count": sent_before + 1,
    }
    async with doorway(session):
        # What is kept of the phone under an older key ends with it; its count goes on in the new row.
        await session.execute(
            delete(PhoneCode)
            .where(PhoneCode.phone_index.in_(indexes), PhoneCode.phone_index != index.digest)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            insert(PhoneCode)
            .values(phone_index=index.digest, **fresh)
            .on_conflict_do_update(index_elements=[PhoneCode.phone_index], set_=fresh)
        )
    await _post(session, sealer, number, code, now)
    return code


async def take_phone_code(
    session: AsyncSession, *, openid: str, phone: str, code: str, sealer: Sealer, now: datetime
) -> datetime:
    """Use up the code that this openid had sent to this phone; return when it would have expired.

    :raises PhoneCodeWrong: if it is not that code; the failure is counted
    :raises PhoneCodeLocked: if five wrong ones were tried before
    """
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    PhoneCode.phone_index,
                    PhoneCode.code_hash,
                    PhoneCode.failures,
                    PhoneCode.expires_at,
                )
                .where(
                    PhoneCode.phone_index.in_(sealer.blind_indexes(phone, purpose=PHONE)),
                    PhoneCode.openid == openid,
                    PhoneCode.expires_at > now,
                )
                .order_by(PhoneCode.sent_at.desc())
                .limit(1)
                .with_for_update()
            )
        ).first()
    if row is None:
        raise PhoneCodeWrong(field="code")
    if row.failures >= MAX_CODE_FAILURES:
        raise PhoneCodeLocked(field="code")
    # A code may have been sent under the key before.
    tried = sealer.blind_indexes(_spoken(phone, code), purpose=CODE_PURPOSE)
    if any(secrets.compare_digest(row.code_hash, one) for one in tried):
        await _change(session, row.phone_index, expires_at=now)
    else:
        await _change(session, row.phone_index, failures=row.failures + 1)
        raise PhoneCodeWrong(field="code")
    expires_at: datetime = row.expires_at
    return expires_at


async def give_phone_code_back(
    session: AsyncSession, *, openid: str, phone: str, expires_at: datetime, sealer: Sealer
) -> None:
    """Let a code be used once more, because the check it was taken for could not be made."""
    indexes = sealer.blind_indexes(phone, purpose=PHONE)
    async with doorway(session):
        await session.execute(
            update(PhoneCode)
            .where(
                PhoneCode.phone_index.in_(indexes),
                PhoneCode.openid == openid,
                # A newer code has a later end.
                PhoneCode.expires_at < expires_at,
                PhoneCode.sent_at == expires_at - CODE_LIFE,
            )
            .values(expires_at=expires_at)
            .execution_options(synchronize_session=False)
        )


async def _require_within_limits(
    session: AsyncSession, indexes: tuple[bytes, ...], openid: str, today: date, now: datetime
) -> int:
    """Return how many codes the phone has had today, under the lock of the asking account's requests."""
    async with doorway(session):
        # Requests made at once would otherwise each see the count before the others.
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(openid, 0))))
        last = (
            await session.execute(
                select(PhoneCode.sent_at, PhoneCode.sent_on, PhoneCode.sent_count)
                .where(PhoneCode.phone_index.in_(indexes))
                .order_by(PhoneCode.sent_at.desc())
                .limit(1)
                .with_for_update()
            )
        ).first()
        by_openid = await session.scalar(
            select(func.coalesce(func.sum(PhoneCode.sent_count), 0)).where(
                PhoneCode.openid == openid, PhoneCode.sent_on == today
            )
        )
    if last is not None and now < last.sent_at + SEND_EVERY:
        wait = last.sent_at + SEND_EVERY - now
        raise PhoneCodeTooSoon(field="phone", retry_after_seconds=int(wait.total_seconds()) + 1)
    sent_today = int(last.sent_count) if last is not None and last.sent_on == today else 0
    if sent_today >= MAX_CODES_A_DAY:
        raise PhoneCodeDailyLimit(field="phone", limit=MAX_CODES_A_DAY)
    if by_openid is not None and by_openid >= MAX_CODES_A_DAY_BY_OPENID:
        raise PhoneCodeDailyLimit(limit=MAX_CODES_A_DAY_BY_OPENID)
    return sent_today


async def _post(
    session: AsyncSession, sealer: Sealer, phone: str, code: str, now: datetime
) -> None:
    row: UUID = new_id(now)
    payload = {
        "row": row,
        "phone": base64.b64encode(sealer.seal(phone, purpose=PHONE, row=row)).decode(),
        "code": base64.b64encode(sealer.seal(code, purpose=CODE_PURPOSE, row=row)).decode(),
        "expires_at": (now + CODE_LIFE).isoformat(),
    }
    await outbox.post(session, SEND_TOPIC, payload, now=now, wake=True)


async def _change(session: AsyncSession, index: bytes, **values: object) -> None:
    async with doorway(session):
        await session.execute(
            update(PhoneCode)
            .where(PhoneCode.phone_index == index)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _spoken(phone: str, code: str) -> str:
    """Return what a code's hash is made of; keyed, for six digits under a plain hash would be found by trying all."""
    return f"{phone}:{code}"
