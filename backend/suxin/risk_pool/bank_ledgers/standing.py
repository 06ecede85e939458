"""What the platform has of a bank's loans at the end of a day: worked out from facts, filings, compensations and recoveries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.lending.loans.models import Loan, LoanDrawdown, LoanRepayment
from suxin.lending.loans.plans import oldest_unpaid
from suxin.lending.loans.reckoning import account_of
from suxin.lending.loans.standing import stand
from suxin.risk_pool.bank_ledgers.measures import Figures
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.recoveries.models import PoolRecovery

LOANS_AT_ONCE: Final = 500


async def figures_of(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    first: date,
    last: date,
    numbers: Collection[str],
) -> dict[str, Figures]:
    """Return a bank's loans at the end of the last day of a period, by contract number; of sandboxes none.

    Loans that ended before the period are there when they are among ``numbers``.
    """
    begin = datetime.combine(first, time(), SHANGHAI)
    loans = iter(
        await session.scalars(
            select(Loan)
            .where(
                Loan.tenant_id == tenant_id,
                Loan.sandbox_id.is_(None),
                or_(
                    Loan.ended_at.is_(None),
                    Loan.ended_at >= begin,
                    Loan.contract_number.in_(numbers),
                ),
            )
            .order_by(Loan.id)
        )
    )
    found: dict[str, Figures] = {}
    while some := list(islice(loans, LOANS_AT_ONCE)):
        found |= await _figures(session, tenant_id, some, first, last)
    return found


async def _figures(
    session: AsyncSession, tenant_id: UUID, loans: Sequence[Loan], first: date, last: date
) -> dict[str, Figures]:
    ids = [loan.id for loan in loans]
    drawn = await _drawdowns(session, tenant_id, ids, last)
    repaid = await _repayments(session, tenant_id, ids, last)
    filed = await _filed(session, tenant_id, ids, last)
    compensated = await _compensated(session, tenant_id, ids, last)
    recovered = await _recovered(session, tenant_id, ids, last)
    return {
        loan.contract_number: Figures(
            *_owed(loan, drawn[loan.id], repaid[loan.id], last),
            sum(one.amount_fen for one in repaid[loan.id] if one.paid_on >= first),
            filed.get(loan.id, 0),
            compensated.get(loan.id, 0),
            recovered.get(loan.id, 0),
        )
        for loan in loans
    }


def _owed(
    loan: Loan,
    drawdowns: Iterable[LoanDrawdown],
    repayments: Iterable[LoanRepayment],
    day: date,
) -> tuple[int, int]:
    """Return the principal that is owed at the end of a day, and for how many days something is unpaid.

    A debt that was compensated or written off is owed as before.
    """
    account = account_of(loan.terms, drawdowns, repayments)
    if not account.plan:
        return 0, 0
    unpaid_since = oldest_unpaid(account.plan, account.position.covers, today=day)
    standing = stand(first_due_on=account.plan[0].due_on, unpaid_since=unpaid_since, today=day)
    return account.drawn_fen - account.principal_paid_fen, standing.overdue_days


async def _drawdowns(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID], day: date
) -> Mapping[UUID, list[LoanDrawdown]]:
    rows = await session.scalars(
        select(LoanDrawdown).where(
            LoanDrawdown.tenant_id == tenant_id,
            LoanDrawdown.loan_id.in_(ids),
            LoanDrawdown.drawn_on <= day,
        )
    )
    found = defaultdict[UUID, list[LoanDrawdown]](list)
    for row in rows:
        found[row.loan_id].append(row)
    return found


async def _repayments(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID], day: date
) -> Mapping[UUID, list[LoanRepayment]]:
    rows = await session.scalars(
        select(LoanRepayment).where(
            LoanRepayment.tenant_id == tenant_id,
            LoanRepayment.loan_id.in_(ids),
            LoanRepayment.paid_on <= day,
        )
    )
    found = defaultdict[UUID, list[LoanRepayment]](list)
    for row in rows:
        found[row.loan_id].append(row)
    return found


async def _filed(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID], day: date
) -> dict[UUID, int]:
    rows = await session.scalars(
        select(PoolFiling).where(PoolFiling.tenant_id == tenant_id, PoolFiling.loan_id.in_(ids))
    )
    return {
        row.loan_id: row.principal_fen
        for row in rows
        if local_day(row.filed_at) <= day
        and (row.released_at is None or local_day(row.released_at) > day)
    }


async def _compensated(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID], day: date
) -> dict[UUID, int]:
    rows = await session.execute(
        select(PoolClaim.loan_id, func.sum(PoolPayment.amount_fen))
        .join(
            PoolPayment,
            (PoolPayment.bank_id == PoolClaim.tenant_id) & (PoolPayment.claim_id == PoolClaim.id),
        )
        .where(
            PoolClaim.tenant_id == tenant_id,
            PoolClaim.loan_id.in_(ids),
            PoolPayment.state == PaymentState.PAID,
            PoolPayment.paid_on <= day,
        )
        .group_by(PoolClaim.loan_id)
    )
    return {row[0]: int(row[1]) for row in rows}


async def _recovered(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID], day: date
) -> dict[UUID, int]:
    rows = await session.execute(
        select(PoolClaim.loan_id, func.sum(PoolRecovery.received_fen))
        .join(
            PoolRecovery,
            (PoolRecovery.tenant_id == PoolClaim.tenant_id)
            & (PoolRecovery.claim_id == PoolClaim.id),
        )
        .where(
            PoolClaim.tenant_id == tenant_id,
            PoolClaim.loan_id.in_(ids),
            PoolRecovery.recovered_on <= day,
        )
        .group_by(PoolClaim.loan_id)
    )
    return {row[0]: int(row[1]) for row in rows}
