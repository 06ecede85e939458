"""What the custodian says beside what the book says: sums by the day, balances by the statement, and each difference."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import SHANGHAI
from suxin.lending.terms import LabelledEnum
from suxin.risk_pool.claims.policies import STATEMENT_READ
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.reconciliation.comparing import (
    balance_on,
    lines_alone,
    movements_alone,
    sums_by_day,
)
from suxin.risk_pool.reconciliation.models import ReckonedDay
from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.states import LineState

MAX_DAYS: Final = 92
"""How long a period one answer is about: a quarter."""
MAX_DIFFERENCES: Final = 500
"""How many differences are listed of one kind; the sums by the day say whether there are more."""


class DifferenceKind(LabelledEnum):
    """What is different."""

    MISSING_HERE = "missing_here", "账簿缺", "the book has no such movement"
    MISSING_THERE = "missing_there", "对账单缺", "no line of a statement shows it"
    AMOUNT_DIFFERS = "amount_differs", "金额不符", "the line is not of the amount it should be"
    SET_ASIDE = "set_aside", "已搁置（有说明）", "a person has said what it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySums:
    """One day: what came in and went out by the custodian and by the book, in fen."""

    day: date
    custodian_in_fen: int = 0
    custodian_out_fen: int = 0
    book_in_fen: int = 0
    book_out_fen: int = 0

    @property
    def difference_fen(self) -> int:
        """What the custodian has moved more than the book, net."""
        return (self.custodian_in_fen - self.custodian_out_fen) - (
            self.book_in_fen - self.book_out_fen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: which, on which day, which way and how much in fen, under which reference, and what is said of it."""

    kind: DifferenceKind
    day: date
    direction: Direction
    amount_fen: int
    reference: str
    note: str
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ClosingBalance:
    """A statement's closing balance beside what the book had at the end of its last day, in fen."""

    statement: CustodianStatement
    book_fen: int

    @property
    def difference_fen(self) -> int:
        """What the custodian holds more than the book."""
        return self.statement.closing_fen - self.book_fen


async def days_of(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, first: date, last: date
) -> Sequence[DaySums]:
    """Return the days of a period on which anything moved, the latest first; days go by value dates.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    pool = await _pool(session, actor, pool_id)
    if pool is None:
        return []
    sums: defaultdict[date, dict[str, int]] = defaultdict(dict)
    lines = await session.execute(
        select(CustodianLine.value_on, CustodianLine.direction, func.sum(CustodianLine.amount_fen))
        .where(
            CustodianLine.tenant_id == pool.tenant_id,
            CustodianLine.pool_id == pool.id,
            CustodianLine.value_on.between(first, last),
        )
        .group_by(CustodianLine.value_on, CustodianLine.direction)
    )
    for day, direction, fen in lines:
        way = "in" if direction is Direction.CREDIT else "out"
        sums[day][f"custodian_{way}_fen"] = int(fen)
    moved = await session.execute(sums_by_day(pool, first, last))
    for day, comes, fen in moved:
        sums[day][f"book_{'in' if comes else 'out'}_fen"] = int(fen)
    return [DaySums(day=day, **found) for day, found in sorted(sums.items(), reverse=True)]


async def differences(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, first: date, last: date
) -> Sequence[Difference]:
    """Return what of a period is on one side alone, or not of the same amount, the latest first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    pool = await _pool(session, actor, pool_id)
    if pool is None:
        return []
    found = [
        *await _lines_alone(session, pool, first, last),
        *await _movements_alone(session, pool, first, last),
    ]
    return sorted(found, key=lambda one: (one.day, one.reference), reverse=True)


async def reckoned_days(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, first: date, last: date
) -> Sequence[ReckonedDay]:
    """Return what the nights have found about the days of a period that statements are about, the latest first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    found = await session.scalars(
        select(ReckonedDay)
        .where(
            ReckonedDay.tenant_id == actor.own_tenant,
            ReckonedDay.pool_id == pool_id,
            ReckonedDay.day.between(first, last),
        )
        .order_by(ReckonedDay.day.desc())
        .limit(MAX_DAYS)
    )
    return found.all()


async def closing_balances(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, limit: int = 12
) -> Sequence[ClosingBalance]:
    """Return the latest statements of a pool with what the book had when each ended.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    pool = await _pool(session, actor, pool_id)
    if pool is None:
        return []
    statements = await session.scalars(
        select(CustodianStatement)
        .where(
            CustodianStatement.tenant_id == pool.tenant_id,
            CustodianStatement.pool_id == pool.id,
        )
        .order_by(CustodianStatement.to_day.desc(), CustodianStatement.id.desc())
        .limit(limit)
    )
    return [ClosingBalance(one, await balance_on(session, pool, one.to_day)) for one in statements]


async def _lines_alone(
    session: AsyncSession, pool: RiskPool, first: date, last: date
) -> list[Difference]:
    lines = await session.scalars(
        lines_alone(pool, first, last)
        .order_by(CustodianLine.value_on.desc(), CustodianLine.id.desc())
        .limit(MAX_DIFFERENCES)
    )
    return [
        Difference(
            kind=_kind(line),
            day=line.value_on,
            direction=line.direction,
            amount_fen=line.amount_fen,
            reference=line.reference,
            note=line.note or line.remittance,
            line_id=line.id,
        )
        for line in lines
    ]


def _kind(line: CustodianLine) -> DifferenceKind:
    if line.state is LineState.SET_ASIDE:
        return DifferenceKind.SET_ASIDE
    return DifferenceKind.MISSING_HERE if line.note is None else DifferenceKind.AMOUNT_DIFFERS


async def _movements_alone(
    session: AsyncSession, pool: RiskPool, first: date, last: date
) -> list[Difference]:
    """Return the movements that no line stands behind: by hand, or by a second person's word."""
    moved = await session.scalars(movements_alone(pool, first, last).limit(MAX_DIFFERENCES))
    return [
        Difference(
            kind=DifferenceKind.MISSING_THERE,
            day=one.effective_at.astimezone(SHANGHAI).date(),
            direction=Direction.CREDIT
            if one.debit_account_id == pool.custody_id
            else Direction.DEBIT,
            amount_fen=one.amount,
            reference=one.reference or "",
            note=one.code,
        )
        for one in moved
    ]


async def _pool(session: AsyncSession, actor: Actor, pool_id: UUID) -> RiskPool | None:
    return await session.scalar(
        select(RiskPool).where(RiskPool.tenant_id == actor.own_tenant, RiskPool.id == pool_id)
    )
