"""Closing quarters: the platform counts each once, when its facts are in, and again where a correction was asked for.

What the platform does alone; it runs after the day's figures of all loans.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar
from suxin.kernel.ids import new_id
from suxin.lending.league import queries
from suxin.lending.league.counting import count_lines, ranked_values, working_days_in
from suxin.lending.league.measures import DEFINITION, REPORTED_WITHIN_DAYS
from suxin.lending.league.models import LeagueLine, LeagueTable
from suxin.lending.league.quarters import Quarter
from suxin.lending.models import Referral

COUNT_TOPIC: Final = "lending.league.count"
MADE_UP_FOR: Final = 4
"""So many quarters back the platform closes what was never closed: it may have stood still."""


async def close_due_quarters(session: AsyncSession, *, now: datetime) -> list[Quarter]:
    """Count every quarter whose facts are in and that has no table yet, the oldest first; return which. A duty of the platform."""
    closed = []
    for quarter in sorted(Quarter.of(now).back(MADE_UP_FOR)):
        until = facts_in_at(quarter)
        if (
            now < until
            or await queries.versions_of(session, quarter)
            or not await _busy(session, quarter)
        ):
            continue
        table = LeagueTable(
            quarter=quarter.first,
            version=1,
            id=new_id(now),
            definition=DEFINITION,
            asked_at=now,
            counted_until=until,
            worked_on=[],
            named=False,
        )
        session.add(table)
        await _count(session, table, now=now)
        closed.append(quarter)
    return closed


async def count_asked(session: AsyncSession, *, table_id: UUID, now: datetime) -> bool:
    """Count a correction that was asked for; return whether there was anything to count. A duty of the platform."""
    table = await queries.lock_table(session, table_id)
    if table is None or table.counted_at is not None:
        return False
    await _count(session, table, now=now)
    return True


def facts_in_at(quarter: Quarter) -> datetime:
    """Return when a quarter's facts are taken as reported."""
    return quarter.ends_at + timedelta(days=REPORTED_WITHIN_DAYS)


async def _count(session: AsyncSession, table: LeagueTable, *, now: datetime) -> None:
    quarter = Quarter(table.quarter)
    table.worked_on = working_days_in(quarter, table.counted_until, await calendar(session))
    await session.flush()
    lines = await count_lines(session, table)
    if lines:
        await session.execute(
            insert(LeagueLine),
            [
                {
                    "quarter": table.quarter,
                    "version": table.version,
                    "table_id": table.id,
                    "id": new_id(now),
                    **line._asdict(),
                }
                for line in lines
            ],
        )
    table.ranked, table.counted_at = ranked_values(lines), now
    append_act(
        session,
        action="lending.league.counted",
        now=now,
        object_type="league_table",
        object_id=table.id,
        detail={"quarter": quarter.code, "version": table.version, "definition": table.definition},
    )


async def _busy(session: AsyncSession, quarter: Quarter) -> bool:
    """Tell whether anything was dispatched in the quarter: an installation has no tables of the time before it."""
    dispatched = Referral.dispatched_at
    return bool(
        await session.scalar(
            select(exists().where(dispatched >= quarter.begins_at, dispatched < quarter.ends_at))
        )
    )
