"""What is compared: a pool's lines and the movements of its account, as the page and the night both read them."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import SHANGHAI
from suxin.ledger.models import MOVING, LedgerTransfer
from suxin.risk_pool.payments.holding import REVERSED_CODE
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.pools.models import PoolFunding, RiskPool
from suxin.risk_pool.pools.states import FundingState
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.statements.models import CustodianLine
from suxin.risk_pool.statements.states import LineState


def lines_alone(pool: RiskPool, first: date, last: date) -> Select[CustodianLine]:
    """Return the lines of a period that are no movement of the book."""
    return select(CustodianLine).where(
        CustodianLine.tenant_id == pool.tenant_id,
        CustodianLine.pool_id == pool.id,
        CustodianLine.state != LineState.MATCHED,
        CustodianLine.value_on.between(first, last),
    )


def movements(pool: RiskPool, first: date, last: date) -> Select[LedgerTransfer]:
    """Return what moved a pool's money and counts within a period, the latest first."""
    account = pool.custody_id
    statement = select(LedgerTransfer).where(
        LedgerTransfer.tenant_id == pool.tenant_id,
        (LedgerTransfer.debit_account_id == account)
        | (LedgerTransfer.credit_account_id == account),
        LedgerTransfer.phase.in_(MOVING),
        LedgerTransfer.effective_at < _begin(last + timedelta(days=1)),
    )
    if first > date.min:
        statement = statement.where(LedgerTransfer.effective_at >= _begin(first))
    return statement.order_by(LedgerTransfer.effective_at.desc(), LedgerTransfer.id.desc())


def movements_alone(pool: RiskPool, first: date, last: date) -> Select[LedgerTransfer]:
    """Return the movements of a period that no line stands behind: by hand, or by a second person's word."""
    book = pool.tenant_id
    shown = (
        select(PoolPayment.posting_id)
        .where(PoolPayment.tenant_id == book, PoolPayment.line_id.is_not(None))
        .union(
            select(PoolRecovery.posting_id).where(
                PoolRecovery.operator_id == book, PoolRecovery.line_id.is_not(None)
            ),
            select(PoolFunding.id).where(
                PoolFunding.tenant_id == book,
                PoolFunding.state == FundingState.CONFIRMED,
                PoolFunding.statement_line_id.is_not(None),
            ),
        )
    )
    return movements(pool, first, last).where(
        LedgerTransfer.id.not_in(shown), LedgerTransfer.code != REVERSED_CODE
    )


def sums_by_day(pool: RiskPool, first: date, last: date) -> Select[date, bool, int]:
    """Return for each day and way what moved: the day, whether it came in, and how much in fen."""
    day, incoming = moved_on(), LedgerTransfer.debit_account_id == pool.custody_id
    return (
        movements(pool, first, last)
        .with_only_columns(day, incoming, func.sum(LedgerTransfer.amount))
        .order_by(None)
        .group_by(day, incoming)
    )


def moved_on() -> ColumnElement[date]:
    """Return the day on which a movement counts, as the city has it."""
    return func.date(func.timezone("Asia/Shanghai", LedgerTransfer.effective_at))


async def balance_on(session: AsyncSession, pool: RiskPool, day: date) -> int:
    """Return what the pool's account had at the end of a day by what counts then, in fen."""
    came = func.sum(LedgerTransfer.amount).filter(
        LedgerTransfer.debit_account_id == pool.custody_id
    )
    went = func.sum(LedgerTransfer.amount).filter(
        LedgerTransfer.credit_account_id == pool.custody_id
    )
    total = func.coalesce(came, 0) - func.coalesce(went, 0)
    statement = movements(pool, date.min, day).with_only_columns(total).order_by(None)
    return int(await session.scalar(statement) or 0)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
