"""Every loan judged once a day, by the worker as the batch role, and whoever it concerns told by the platform; then all are counted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

import structlog

from suxin.grid.recording import AT_ONCE, call_for_records
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.lending.guarantees.ending import FOLLOWED_AT_ONCE, follow_loans
from suxin.lending.league.closing import close_due_quarters
from suxin.lending.league.months import count_month
from suxin.lending.loans.collateral import REMINDED_AT_ONCE, remind_of_collateral
from suxin.lending.loans.daily import TOLD_AT_ONCE, judge_loans, tell_of_loans
from suxin.perks.figures.counting import count_perks
from suxin.perks.settlements.drawing import draw_up, month_due
from suxin_server.pool_keeping import keep_pools

FIRST_AFTER_S: Final = 45.0
_AFTER_MIDNIGHT: Final = time(0, 5)
_JUDGE: Final = Actor.system("loans")

log = structlog.get_logger("suxin.judging")


async def judge_all(batch: Database, database: Database, *, now: datetime) -> int:
    """Judge all loans in one transaction, then tell of those that stand elsewhere, some at a time; return how many changed."""
    async with batch.transaction(_JUDGE, now=now) as session:
        changed = await judge_loans(session, now=now)
    told = TOLD_AT_ONCE
    while told == TOLD_AT_ONCE:
        async with database.transaction(_JUDGE, now=now) as session:
            told = await tell_of_loans(session, now=now)
    await keep_pools(batch, database, now=now)
    followed = FOLLOWED_AT_ONCE
    while followed == FOLLOWED_AT_ONCE:
        async with database.transaction(_JUDGE, now=now) as session:
            followed = await follow_loans(session, now=now)
    reminded = REMINDED_AT_ONCE
    while reminded == REMINDED_AT_ONCE:
        async with database.transaction(_JUDGE, now=now) as session:
            reminded = await remind_of_collateral(session, now=now)
    await count_all_loans(database, now=now)
    await settle_perks(batch, database, now=now)
    async with database.transaction(_JUDGE, now=now) as session:
        await count_perks(session, now=now)
    await record_village_points(database, now=now)
    return changed


async def record_village_points(database: Database, *, now: datetime) -> None:
    """Have the month before looked at, of whoever agreed that his plus points become records."""
    called = AT_ONCE
    while called == AT_ONCE:
        async with database.transaction(_JUDGE, now=now) as session:
            called = await call_for_records(session, now=now)


async def settle_perks(batch: Database, database: Database, *, now: datetime) -> int:
    """Draw up the statements of the month before once its third working day has come; return how many are new."""
    async with database.snapshot(_JUDGE, now=now) as session:
        month = await month_due(session, now=now)
    if month is None:
        return 0
    async with batch.transaction(_JUDGE, now=now) as session:
        drawn = await draw_up(session, month=month, now=now)
    if drawn:
        log.info("statements drawn up", month=month.isoformat(), statements=len(drawn))
    return len(drawn)


async def count_all_loans(database: Database, *, now: datetime) -> None:
    """Count the month's figures as loans stand now, and then the quarters whose facts are in."""
    async with database.transaction(_JUDGE, now=now) as session:
        await count_month(session, now=now)
    async with database.transaction(_JUDGE, now=now) as session:
        for quarter in await close_due_quarters(session, now=now):
            log.info("quarter counted", quarter=quarter.code)


async def judge_daily(
    batch: Database,
    database: Database,
    before: Callable[..., Awaitable[bool]] | None = None,
) -> None:
    """Judge shortly after the start, and then each day shortly after midnight in Shanghai; ``before`` all of it, do this once."""
    await asyncio.sleep(FIRST_AFTER_S)
    if before is not None:
        await before(now=datetime.now(UTC))
    while True:
        now = datetime.now(UTC)
        changed = await judge_all(batch, database, now=now)
        log.info("loans judged", changed=changed)
        tomorrow = datetime.combine(local_day(now) + timedelta(days=1), _AFTER_MIDNIGHT, SHANGHAI)
        await asyncio.sleep((tomorrow - now).total_seconds())
