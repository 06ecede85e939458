"""Each night: what statements say beside the book, day by day and kept, and each new difference told to the operator once.

A pool is reckoned in one transaction by what the rows say, so that a worker that dies in between leaves the others to the next one,
and that doing it again finds the same and tells nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.working_days import local_day
from suxin.ledger.models import LedgerAccount, LedgerTransfer
from suxin.risk_pool.claims.policies import STATEMENT_IMPORT
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.reconciliation.comparing import (
    balance_on,
    lines_alone,
    moved_on,
    movements_alone,
    sums_by_day,
)
from suxin.risk_pool.reconciliation.models import ReckonedDay
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.states import LineState

RECKONED_DAYS: Final = 31
"""How many of the latest days are compared anew each night, whatever came since (proposed): postings reach back within a month."""
STATEMENT_DAYS: Final = 92
"""How many days of one statement are compared, the latest ones: its period is the custodian's to write, and has no other end."""

# A day is due when it is recent, was never compared, is spoken of by a statement that came since, or was not equal.
_DUE: Final = text(
    """
    with spoken as (
        select d.day::date as day, s.received_at
        from custodian_statements s, generate_series(
            greatest(s.from_day, s.to_day - cast(:statement_days as integer) + 1)::timestamp,
            least(s.to_day, :today)::timestamp, interval '1 day') as d(day)
        where s.tenant_id = :tenant_id and s.pool_id = :pool_id
        union
        select l.value_on, s.received_at
        from custodian_lines l
        join custodian_statements s on s.tenant_id = l.tenant_id and s.id = l.statement_id
        where l.tenant_id = :tenant_id and l.pool_id = :pool_id and l.state <> 'MATCHED'
    )
    select distinct s.day
    from spoken s
    left join reckoned_days r
        on r.tenant_id = :tenant_id and r.pool_id = :pool_id and r.day = s.day
    where s.day > :since or r.day is null or s.received_at > r.reckoned_at
        or r.missing_here + r.missing_there + r.amount_differs + r.waiting > 0
        or r.closing_fen <> r.book_fen
    order by s.day
    """
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Differences of one kind on one day: which, and their sum in fen."""

    ids: Sequence[UUID] = ()
    fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """What there is of a pool for the days that are due."""

    closings: Mapping[date, int]
    books: Mapping[date, int]
    letters: Mapping[date, tuple[int, int]]
    here: Mapping[date, _Found]
    there: Mapping[date, _Found]
    differs: Mapping[date, _Found]
    aside: Mapping[date, _Found]


async def reckon_next_pool(
    session: AsyncSession, *, now: datetime, after: UUID | None = None
) -> UUID | None:
    """Compare the due days of the first pool past one that has statements; return its id, nothing when there is none. A duty of the platform."""
    spoken = select(CustodianStatement.id).where(
        CustodianStatement.tenant_id == RiskPool.tenant_id,
        CustodianStatement.pool_id == RiskPool.id,
    )
    wanted = select(RiskPool).where(spoken.exists())
    if after is not None:
        wanted = wanted.where(RiskPool.id > after)
    # The lock keeps two workers from telling the same twice.
    pool = await session.scalar(
        wanted.order_by(RiskPool.id).limit(1).with_for_update(key_share=True)
    )
    if pool is None:
        return None
    # Whoever posts waits for the account and then commits line and posting together, so that both sides are read as of one moment.
    book = (pool.tenant_id, pool.custody_id)
    await session.get_one(LedgerAccount, book, with_for_update={"key_share": True})
    days = await _due_days(session, pool, now=now)
    if days:
        compared = await _compare(session, pool, days)
        await _keep(session, pool, days, compared, now=now)
    return pool.id


async def _due_days(session: AsyncSession, pool: RiskPool, *, now: datetime) -> list[date]:
    today = local_day(now)
    given = {
        "tenant_id": pool.tenant_id,
        "pool_id": pool.id,
        "today": today,
        "since": today - timedelta(days=RECKONED_DAYS),
        "statement_days": STATEMENT_DAYS,
    }
    return list((await session.scalars(_DUE, given)).all())


async def _compare(session: AsyncSession, pool: RiskPool, days: list[date]) -> _Compared:
    first, last = days[0], days[-1]
    here, differs, aside = await _lines(session, pool, first, last)
    return _Compared(
        closings=await _closings(session, pool, days),
        books=await _books(session, pool, days),
        letters=await _letters(session, pool, days),
        here=here,
        there=await _movements(session, pool, first, last),
        differs=differs,
        aside=aside,
    )


async def _lines(
    session: AsyncSession, pool: RiskPool, first: date, last: date
) -> tuple[Mapping[date, _Found], ...]:
    """Return the lines alone by their day: those that are missing here, of another amount, and set aside."""
    unnamed = CustodianLine.note.is_(None)
    rows = await session.execute(
        lines_alone(pool, first, last)
        .with_only_columns(
            CustodianLine.value_on,
            CustodianLine.state,
            unnamed,
            func.array_agg(CustodianLine.id),
            func.sum(CustodianLine.amount_fen),
        )
        .group_by(CustodianLine.value_on, CustodianLine.state, unnamed)
    )
    here, differs, aside = (defaultdict[date, _Found](_Found) for _ in range(3))
    for day, state, nothing_named, ids, fen in rows:
        named = here if nothing_named else differs
        (aside if state is LineState.SET_ASIDE else named)[day] = _Found(ids, int(fen))
    return here, differs, aside


async def _movements(
    session: AsyncSession, pool: RiskPool, first: date, last: date
) -> Mapping[date, _Found]:
    day_of = moved_on()
    rows = await session.execute(
        movements_alone(pool, first, last)
        .with_only_columns(
            day_of, func.array_agg(LedgerTransfer.id), func.sum(LedgerTransfer.amount)
        )
        .order_by(None)
        .group_by(day_of)
    )
    there = defaultdict[date, _Found](_Found)
    there.update({day: _Found(ids, int(fen)) for day, ids, fen in rows})
    return there


async def _closings(
    session: AsyncSession, pool: RiskPool, days: Collection[date]
) -> Mapping[date, int]:
    """Return with what the days close on which a statement does; of two, what came later."""
    rows = await session.execute(
        select(CustodianStatement.to_day, CustodianStatement.closing_fen)
        .where(
            CustodianStatement.tenant_id == pool.tenant_id,
            CustodianStatement.pool_id == pool.id,
            CustodianStatement.to_day.in_(days),
        )
        .order_by(CustodianStatement.id)
    )
    return {row[0]: row[1] for row in rows}


async def _books(session: AsyncSession, pool: RiskPool, days: list[date]) -> Mapping[date, int]:
    """Return what the book had at the end of each day."""
    first, last = days[0], days[-1]
    moved: defaultdict[date, int] = defaultdict(int)
    for day, comes, fen in await session.execute(sums_by_day(pool, first, last)):
        moved[day] += int(fen) if comes else -int(fen)
    return _running(days, moved.items(), await balance_on(session, pool, first - timedelta(days=1)))


async def _letters(
    session: AsyncSession, pool: RiskPool, days: list[date]
) -> Mapping[date, tuple[int, int]]:
    """Return of each day how many letters were issued until then that are not paid, and over how much."""
    issued_on = func.date(func.timezone("Asia/Shanghai", PoolPayment.issued_at))
    rows = await session.execute(
        select(issued_on, func.count(), func.sum(PoolPayment.amount_fen))
        .where(
            PoolPayment.tenant_id == pool.tenant_id,
            PoolPayment.pool_id == pool.id,
            PoolPayment.state == PaymentState.ISSUED,
        )
        .group_by(issued_on)
    )
    issued = rows.all()
    counts = _running(days, [(day, count) for day, count, _ in issued], 0)
    sums = _running(days, [(day, int(fen)) for day, _, fen in issued], 0)
    return {day: (counts[day], sums[day]) for day in days}


def _running(days: list[date], moved: Iterable[tuple[date, int]], total: int) -> Mapping[date, int]:
    """Return the running total at the end of each day."""
    left = sorted(moved, reverse=True)
    totals = {}
    for day in days:
        while left and left[-1][0] <= day:
            total += left.pop()[1]
        totals[day] = total
    return totals


async def _keep(
    session: AsyncSession, pool: RiskPool, days: list[date], compared: _Compared, *, now: datetime
) -> None:
    """Write what was found, and tell of what was not told before."""
    before = await _kept(session, pool, days)
    news = _News()
    for day in sorted({*before, *days}):
        row = before.get(day)
        if row is None:
            row = ReckonedDay(
                tenant_id=pool.tenant_id, pool_id=pool.id, day=day, told=[], told_fen=0
            )
            session.add(row)
        if day in compared.books:
            _write(row, compared, now=now)
            news.note(row, compared)
        news.carry(row)
    await session.flush()
    if news.days:
        await _tell(session, pool, news, now=now)


async def _kept(
    session: AsyncSession, pool: RiskPool, days: list[date]
) -> Mapping[date, ReckonedDay]:
    """Return what is kept from the first due day to the last, and of the last day before on which a statement closed."""
    own = select(ReckonedDay).where(
        ReckonedDay.tenant_id == pool.tenant_id, ReckonedDay.pool_id == pool.id
    )
    earlier = await session.scalars(
        own.where(ReckonedDay.day < days[0], ReckonedDay.closing_fen.is_not(None))
        .order_by(ReckonedDay.day.desc())
        .limit(1)
    )
    within = await session.scalars(own.where(ReckonedDay.day.between(days[0], days[-1])))
    return {row.day: row for row in (*earlier.all(), *within.all())}


def _write(row: ReckonedDay, compared: _Compared, *, now: datetime) -> None:
    day = row.day
    here, there = compared.here[day], compared.there[day]
    differs, aside = compared.differs[day], compared.aside[day]
    row.closing_fen, row.book_fen = compared.closings.get(day), compared.books[day]
    row.missing_here, row.missing_here_fen = len(here.ids), here.fen
    row.missing_there, row.missing_there_fen = len(there.ids), there.fen
    row.amount_differs, row.amount_differs_fen = len(differs.ids), differs.fen
    row.set_aside, row.set_aside_fen = len(aside.ids), aside.fen
    row.waiting, row.waiting_fen = compared.letters[day]
    row.reckoned_at = now


class _News:
    """The differences of a pool that nobody was told of yet."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.lines = self.balances = self._carried_fen = 0

    def note(self, row: ReckonedDay, compared: _Compared) -> None:
        """Count what is new about a day, and remember it as told."""
        found = (compared.here[row.day], compared.there[row.day], compared.differs[row.day])
        told = set(row.told)
        fresh = [one for kind in found for one in kind.ids if one not in told]
        balance = row.balance_fen or 0
        # What was off at the closing before is off at this one too, and is nothing new.
        unequal = balance not in (0, row.told_fen, self._carried_fen)
        row.told_fen = balance
        if fresh:
            row.told = [*row.told, *fresh]
            self.lines += len(fresh)
        self.balances += unequal
        if fresh or unequal:
            self.days.append(row.day)

    def carry(self, row: ReckonedDay) -> None:
        """Remember by how much the balances differed when a statement closed last."""
        if row.balance_fen is not None:
            self._carried_fen = row.balance_fen


async def _tell(session: AsyncSession, pool: RiskPool, news: _News, *, now: datetime) -> None:
    first, last = news.days[0], news.days[-1]
    await notices.notify_tenant(
        session,
        tenant_id=pool.tenant_id,
        permission=STATEMENT_IMPORT,
        template="pool_reconciliation",
        title="托管对账有新的差异",
        body=(
            f"“{pool.name}” {first} 至 {last} 新发现差异：逐笔 {news.lines} 项，"
            f"期末余额 {news.balances} 项。"
        ),
        link=f"/desk/reconciliation?pool={pool.id}&from={first}&to={last}",
        now=now,
    )
