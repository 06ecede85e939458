"""Device codes (RFC 8628): a device without a keyboard asks, a person with a browser decides.

The user code is eight letters that are hard to misread, typed by a person who is logged in; guessing is slowed by the
limits of the edge and is worth one device's request for ten minutes.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import end_grant
from suxin.consent.oauth.models import DeviceCode, DeviceState
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import (
    AuthorizationPending,
    DeviceCodeExpired,
    DeviceDenied,
    GrantRefused,
    GrantReused,
    SlowDown,
)
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.tokens import new_token, token_hash

DEVICE_CODE_LIFE: Final = timedelta(minutes=10)
INTERVAL_S: Final = 5
SLOWER_BY_S: Final = 5
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_USER_CODE_LETTERS: Final = 8
_HALF: Final = 4


class UserCodeUnknown(Refusal):
    """No device waits under this code, or it has waited too long."""

    code = "USER_CODE_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有等待确认的设备，或设备码已过期"
    en = "No device waits under this code, or the code has expired"


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """What a device is told: its own code, and the one to show."""

    device_code: str
    user_code: str
    expires_in_s: int
    interval_s: int


async def request_device_code(
    session: AsyncSession,
    client: Client,
    *,
    scopes: Sequence[str],
    jkt: str | None,
    now: datetime,
) -> DeviceRequest:
    """Begin a device's request for these scopes."""
    device_code = new_token()
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_USER_CODE_LETTERS))
    async with doorway(session):
        session.add(
            DeviceCode(
                code_hash=token_hash(device_code),
                user_code_hash=token_hash(letters),
                client_id=client.client_id,
                scopes=list(scopes),
                details=[],
                dpop_jkt=jkt,
                state=DeviceState.PENDING,
                grant_id=None,
                interval_s=INTERVAL_S,
                polled_at=None,
                issued_at=now,
                expires_at=now + DEVICE_CODE_LIFE,
            )
        )
    return DeviceRequest(
        device_code,
        shown_code(letters),
        int(DEVICE_CODE_LIFE.total_seconds()),
        INTERVAL_S,
    )


async def waiting_device(
    session: AsyncSession, *, user_code: str, now: datetime, lock: bool = False
) -> DeviceCode:
    """Return the request that waits under a user code, however it was typed.

    :raises UserCodeUnknown: if none does
    """
    letters = _letters(user_code)
    query = select(DeviceCode).where(
        DeviceCode.user_code_hash == token_hash(letters),
        DeviceCode.state == DeviceState.PENDING,
        DeviceCode.expires_at > now,
    )
    async with doorway(session):
        row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise UserCodeUnknown(field="userCode")
    return row


def shown_code(user_code: str) -> str:
    """Return a user code as the device shows it, however it was typed."""
    letters = _letters(user_code)
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def _letters(user_code: str) -> str:
    return "".join(letter for letter in user_code.upper() if letter in _LETTERS)


async def decide_device(
    session: AsyncSession, device: DeviceCode, *, grant_id: UUID | None
) -> None:
    """Approve a waiting device for a grant, or deny it."""
    async with doorway(session):
        device.state = DeviceState.DENIED if grant_id is None else DeviceState.APPROVED
        device.grant_id = grant_id


async def poll_device(
    session: AsyncSession, *, device_code: str, client_id: str, jkt: str, now: datetime
) -> DeviceCode:
    """Return a device's approved request, locked, when it asks for its tokens.

    :raises AuthorizationPending: if it was not decided yet
    :raises SlowDown: if it asks too often; the interval grows, and that is committed
    :raises DeviceDenied: if the person refused
    :raises DeviceCodeExpired: if nobody decided in time
    :raises GrantReused: if it was used before; its grant ends, and that is committed
    :raises GrantRefused: if it is unknown, another client's, or bound to another key
    """
    async with doorway(session):
        row = await session.scalar(
            select(DeviceCode)
            .where(
                DeviceCode.code_hash == token_hash(device_code),
                DeviceCode.client_id == client_id,
            )
            .with_for_update()
        )
    if row is None:
        raise GrantRefused
    if row.state is DeviceState.USED:
        # Two hold the code, as with an authorization code (RFC 6749 §4.1.2): which of them is the device is not known.
        if row.grant_id is not None:
            await end_grant(session, row.grant_id, reason="device_code_reused", now=now)
        raise GrantReused
    if row.dpop_jkt not in (None, jkt):
        raise GrantRefused
    if row.state is DeviceState.DENIED:
        raise DeviceDenied
    if row.expires_at <= now:
        raise DeviceCodeExpired
    if row.state is DeviceState.PENDING:
        await _count_poll(session, row, now=now)
    return row


async def use_device(session: AsyncSession, device: DeviceCode) -> None:
    """Use a locked, approved request up."""
    async with doorway(session):
        device.state = DeviceState.USED


async def _count_poll(session: AsyncSession, row: DeviceCode, *, now: datetime) -> None:
    too_soon = row.polled_at is not None and now < row.polled_at + timedelta(seconds=row.interval_s)
    interval_s = row.interval_s + SLOWER_BY_S * too_soon
    async with doorway(session):
        await session.execute(
            update(DeviceCode)
            .where(DeviceCode.code_hash == row.code_hash)
            .values(polled_at=now, interval_s=interval_s)
            .execution_options(synchronize_session=False)
        )
    if too_soon:
        raise SlowDown(interval_s=interval_s)
    raise AuthorizationPending
