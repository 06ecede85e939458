"""Notices end by themselves on their day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.relief.models import NOTICES, DisasterNotice, NoticeState


async def end_over(session: AsyncSession, *, now: datetime) -> int:
    """End the notices whose day has come; return how many. A duty of the platform."""
    found = await session.scalars(
        select(DisasterNotice)
        .where(
            DisasterNotice.state == NoticeState.IN_FORCE,
            DisasterNotice.ends_on <= local_day(now),
        )
        .order_by(DisasterNotice.id)
        .with_for_update()
    )
    over = found.all()
    for notice in over:
        notice.state, notice.ended_at = NoticeState.ENDED, now
        NOTICES.record(session, "relief.notice.ended", notice, now=now)
    return len(over)
