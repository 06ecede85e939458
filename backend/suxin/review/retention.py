"""How long a case is kept after it has ended: three years (*proposed*), in which a right may be pursued.

Source: PIPL art. 19; 民法典 art. 188
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.review.models import CASE_KEPT_DAYS, ReviewCase, ReviewDecision
from suxin.review.states import ENDED

KEPT_FOR: Final = timedelta(days=CASE_KEPT_DAYS)
FORGET_TOPIC: Final = "review.case.forget"


async def keep_ended(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let a case that has just ended be erased when the time of keeping is over."""
    await outbox.post(
        session,
        FORGET_TOPIC,
        {"subject_id": case.subject_id, "case_id": case.id},
        now=now,
        not_before=now + KEPT_FOR,
    )


async def forget_case(
    session: AsyncSession, *, subject_id: UUID, case_id: UUID, now: datetime
) -> bool:
    """Erase a case that ended long enough ago with its decisions; return whether there was one. That it was answered stays on record."""
    gone = await session.scalar(
        delete(ReviewCase)
        .where(
            ReviewCase.subject_id == subject_id,
            ReviewCase.id == case_id,
            ReviewCase.state.in_(ENDED),
            ReviewCase.ended_at <= now - KEPT_FOR,
        )
        .returning(ReviewCase.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        return False
    await session.execute(
        delete(ReviewDecision)
        .where(ReviewDecision.subject_id == subject_id, ReviewDecision.case_id == case_id)
        .execution_options(synchronize_session=False)
    )
    append_act(
        session,
        action="review.case.forgotten",
        now=now,
        subject_id=subject_id,
        object_type="review_case",
        object_id=case_id,
    )
    return True
