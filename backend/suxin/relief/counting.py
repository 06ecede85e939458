"""Counting whom a notice would concern, as the batch role, before anybody decides on it.

Each figure is rounded down to whole fives by itself, and fewer than five read as nothing, so that neither a figure nor the difference of
two tells anybody apart.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.relief.models import DisasterNotice, NoticeState
from suxin.relief.reach import WITHIN, of_notice

STEP: Final = 5

_COUNTS: Final = text(f"""
    select s.county_code, count(*) as records, count(distinct r.subject_id) as subjects
    from credit_records r join subjects s on s.id = r.subject_id
    where {WITHIN} and r.status = 'active'
    group by s.county_code
""")  # noqa: S608 - all of it is declared here


async def count_notices(session: AsyncSession, *, now: datetime) -> int:
    """Count every notice that waits and was not counted; return how many. A duty of the platform."""
    waiting = await session.scalars(
        select(DisasterNotice).where(
            DisasterNotice.state == NoticeState.PROPOSED, DisasterNotice.counted_at.is_(None)
        )
    )
    notices = waiting.all()
    for notice in notices:
        rows = (await session.execute(_COUNTS, of_notice(notice))).all()
        records, subjects = _pair(
            sum(row.records for row in rows), sum(row.subjects for row in rows)
        )
        await session.execute(
            update(DisasterNotice)
            .where(DisasterNotice.id == notice.id)
            .values(
                records=records,
                subjects=subjects,
                counted={row.county_code: _pair(row.records, row.subjects) for row in rows},
                counted_at=now,
            )
            .execution_options(synchronize_session=False)
        )
    return len(notices)


def shown(count: int) -> int | None:
    """Return a count in whole fives; nothing where it is fewer than five."""
    return count - count % STEP or None


def _pair(records: int, subjects: int) -> tuple[int | None, int | None]:
    """Return both counts as they are shown: of too few subjects the records are somebody's."""
    return (shown(records) if shown(subjects) else None, shown(subjects))
