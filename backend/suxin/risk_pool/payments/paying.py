"""Taking a payment as paid, by the custodian's line that shows it: book, claim, loan and filing in one transaction."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.database import act_for
from suxin.kernel.working_days import SHANGHAI
from suxin.ledger import drafts, posting
from suxin.lending.loans.compensating import compensate_loan
from suxin.lending.loans.models import Loan
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.reviewing import lock_with_loan
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.releasing import release_filing
from suxin.risk_pool.filings.states import FilingState, Release
from suxin.risk_pool.losses import after_later_payment
from suxin.risk_pool.payments.holding import PAID_CODE
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.statements.models import CustodianLine
from suxin.risk_pool.statements.states import Matched
from suxin.risk_pool.stopping.judging import note_compensation


async def pay_by_line(
    session: AsyncSession,
    payment: PoolPayment,
    line: CustodianLine,
    known: PoolClaim,
    *,
    staff_id: UUID | None,
    now: datetime,
) -> None:
    """Take an issued payment as paid by a line of its number and amount. A duty of the platform, and of the pool's operator.

    The hold is posted under an id that was allotted with the payment, effective at the line's value date.

    :raises StepNotPossible: if the payment was paid, or its claim has moved elsewhere
    :raises PostingRefused: if the book does not take it
    """
    claim, loan = await lock_with_loan(session, known)
    await session.refresh(payment, with_for_update=True)
    first = claim.state is ClaimState.APPROVED
    payment.pay(line_id=line.id, paid_on=line.value_on, now=now)
    line.match(Matched.PAYMENT, payment.id, staff_id=staff_id, now=now)
    if first:
        claim.pay(now=now)
        await _compensated(session, loan, payment, now=now)
        await tell_of_claim(session, claim, now=now)
    else:
        claim.share(after_later_payment(claim.compensation, claim.recoveries, payment.amount_fen))
        record_step(session, claim, "part_paid", now=now)
    filing = await session.get_one(PoolFiling, (claim.tenant_id, claim.filing_id))
    await note_compensation(session, filing, principal_fen=payment.amount_fen, now=now)
    await session.flush()
    paid = drafts.post(
        payment.posting_id,
        pending_id=payment.hold_id,
        code=PAID_CODE,
        reference=line.reference,
        effective_at=valued_at(line.value_on),
    )
    await posting.post(session, book=payment.tenant_id, transfers=[paid], now=now)
    if filing.state is FilingState.FILED:
        await release_filing(session, filing, Release.COMPENSATED, now=now)
    await session.flush()


def valued_at(day: date) -> datetime:
    """Return the moment at which a line of a value date counts in the book."""
    return datetime.combine(day, time(), SHANGHAI)


async def _compensated(
    session: AsyncSession, loan: Loan, payment: PoolPayment, *, now: datetime
) -> None:
    async with act_for(
        session, tenant_id=loan.tenant_id, reason="the pool has paid its share of the loan"
    ):
        await compensate_loan(session, loan, amount_fen=payment.amount_fen, now=now)
