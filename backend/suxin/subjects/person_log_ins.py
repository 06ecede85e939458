"""Log-ins of proved persons in a browser: the resident id, and a code sent to the phone that was proved with it.

An openid is not at hand in a browser, so what was proved once is shown again: possession of that phone. Whether a resident
id is known here is never told by an answer; only its holder, who gets the code, finds out.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import continue_as
from suxin.kernel.identifiers import check_resident_id
from suxin.kernel.sealing import Sealer
from suxin.subjects.closures import standing_closure
from suxin.subjects.doors import person_behind
from suxin.subjects.models import PHONE, PersonIdentity
from suxin.subjects.phone_codes import (
    PhoneCodeDailyLimit,
    PhoneCodeTooSoon,
    PhoneCodeWrong,
    send_phone_code,
    take_phone_code,
)

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, repr=False)
class _Known:
    """A proved person and his phone."""

    person_id: UUID
    phone: str

    @property
    def account(self) -> str:
        """The name that his codes are kept under, where an openid's would stand."""
        return f"browser:{self.person_id}"


async def send_log_in_code(
    session: AsyncSession, *, resident_id: str, sealer: Sealer, request_id: str, now: datetime
) -> str | None:
    """Send a code to the phone of whoever has this resident id, if he was proved here; on an anonymous session.

    The code is returned for the caller's tests alone.
    The limits on codes hold, and are passed over in silence for the same reason; the edge has limits of its own.

    :raises ResidentIdInvalid: if it is no resident id
    """
    known = await _known(session, resident_id, sealer, request_id=request_id, now=now)
    if known is None:
        return None
    with suppress(PhoneCodeTooSoon, PhoneCodeDailyLimit):
        return await send_phone_code(
            session, openid=known.account, phone=known.phone, sealer=sealer, now=now
        )
    return None


async def person_with_code(
    session: AsyncSession,
    *,
    resident_id: str,
    code: str,
    sealer: Sealer,
    request_id: str,
    now: datetime,
) -> UUID:
    """Return the person who has this resident id and the code that was sent to his phone; on an anonymous session.

    :raises ResidentIdInvalid: if it is no resident id
    :raises PhoneCodeWrong: if the code is another one, or nobody has the resident id; the failure is counted
    :raises PhoneCodeLocked: if five wrong codes were tried
    """
    known = await _known(session, resident_id, sealer, request_id=request_id, now=now)
    if known is None:
        raise PhoneCodeWrong(field="code")
    await take_phone_code(
        session, openid=known.account, phone=known.phone, code=code, sealer=sealer, now=now
    )
    return known.person_id


async def _known(
    session: AsyncSession, resident_id: str, sealer: Sealer, *, request_id: str, now: datetime
) -> _Known | None:
    """Return the proved person with this resident id, if there is one."""
    today = now.astimezone(_SHANGHAI).date()
    checked = check_resident_id(resident_id, field="residentId", today=today)
    person_id = await person_behind(session, sealer, checked.value)
    if person_id is None:
        return None
    # The platform looks up the phone; the person is on record beside it.
    platform = replace(Actor.system(request_id), person_id=person_id, subject_id=person_id)
    await continue_as(session, platform)
    if await standing_closure(session, person_id) is not None:
        return None
    sealed = await session.scalar(
        select(PersonIdentity.phone_sealed).where(PersonIdentity.subject_id == person_id)
    )
    if sealed is None:
        return None
    return _Known(person_id, sealer.open(sealed, purpose=PHONE, row=person_id))
