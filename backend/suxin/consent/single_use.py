"""What becomes of a one-time consent when it was used: its basis ends with the use, and the platform ends the consent soon after."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.giving import end, end_bases
from suxin.consent.models import GIVEN, Consent, ConsentState
from suxin.kernel import outbox

USED_TOPIC: Final = "consent.consent.used"
USED: Final = "已按约定使用完毕"
"""Why a one-time consent ended."""


async def close_used(session: AsyncSession, consent: Consent, *, now: datetime) -> None:
    """End the basis of a one-time consent that was just used, in its subject's rows: the tenant reads nothing on it any more."""
    await end_bases(session, consent, now=now)
    await outbox.post(session, USED_TOPIC, to_end(consent.subject_id, consent.id), now=now)


def to_end(subject_id: UUID, consent_id: UUID) -> dict[str, UUID]:
    """Return what the job of ``USED_TOPIC`` is told."""
    return {"subject_id": subject_id, "consent_id": consent_id}


async def end_used(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> bool:
    """End a one-time consent that was used; return False when it has ended otherwise."""
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.state not in GIVEN:
        return False
    await end(session, consent, ConsentState.EXPIRED, step="expired", reason=USED, now=now)
    return True
