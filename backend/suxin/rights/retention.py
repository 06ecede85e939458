"""How long a correction request is kept after it has ended: three years (*proposed*), in which a right may be pursued.

Source: PIPL art. 19; 民法典 art. 188
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.rights.models import CORRECTION_KEPT_DAYS, CorrectionRequest, CorrectionState

KEPT_FOR: Final = timedelta(days=CORRECTION_KEPT_DAYS)
FORGET_TOPIC: Final = "rights.correction.forget"


async def keep_ended(session: AsyncSession, request: CorrectionRequest, *, now: datetime) -> None:
    """Let a request that has just ended be erased when the time of keeping is over."""
    await outbox.post(
        session,
        FORGET_TOPIC,
        {"subject_id": request.subject_id, "request_id": request.id},
        now=now,
        not_before=now + KEPT_FOR,
    )


async def forget_correction(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, now: datetime
) -> bool:
    """Erase a request that ended long enough ago; return whether there was one. That it was answered stays on record."""
    gone = await session.scalar(
        delete(CorrectionRequest)
        .where(
            CorrectionRequest.subject_id == subject_id,
            CorrectionRequest.id == request_id,
            CorrectionRequest.state != CorrectionState.FILED,
            CorrectionRequest.answered_at <= now - KEPT_FOR,
        )
        .returning(CorrectionRequest.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        return False
    append_act(
        session,
        action="rights.correction.forgotten",
        now=now,
        subject_id=subject_id,
        object_type="correction_request",
        object_id=request_id,
    )
    return True
