"""Taking the pool's part of a recovery as arrived, by the custodian's line that shows it; and closing a claim that is whole again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.database import act_for
from suxin.ledger import drafts, posting
from suxin.lending.loans.compensating import close_loan
from suxin.lending.loans.models import Loan
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.reviewing import lock_with_loan
from suxin.risk_pool.claims.states import COMPENSATED
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.guarantor_parts.queries import noted_of
from suxin.risk_pool.payments.paying import valued_at
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.recoveries import queries
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin.risk_pool.statements.models import CustodianLine
from suxin.risk_pool.statements.states import Matched

RECOVERED_CODE: Final = "pool.recovery.received"


async def confirm_by_line(
    session: AsyncSession,
    recovery: PoolRecovery,
    line: CustodianLine,
    known: PoolClaim,
    *,
    staff_id: UUID | None,
    now: datetime,
) -> None:
    """Take the pool's part as arrived by a line of its number and amount. A duty of the platform, and of the pool's operator.

    :raises StepNotPossible: if it has arrived before
    :raises PostingRefused: if the book does not take it
    """
    claim, loan = await lock_with_loan(session, known)
    await session.refresh(recovery, with_for_update=True)
    recovery.confirm(line_id=line.id, now=now)
    line.match(Matched.RECOVERY, recovery.id, staff_id=staff_id, now=now)
    pool = await session.get_one(RiskPool, (claim.operator_id, claim.pool_id))
    received = drafts.move(
        recovery.posting_id,
        debit=pool.custody_id,
        credit=pool.recovered_id,
        amount=recovery.pool_fen,
        code=RECOVERED_CODE,
        reference=recovery.number,
        effective_at=valued_at(line.value_on),
    )
    record_step(session, claim, "recovery_confirmed", now=now)
    await session.flush()
    await posting.post(session, book=pool.tenant_id, transfers=[received], now=now)
    async with act_for(
        session, tenant_id=claim.tenant_id, reason="a loan whose loss has come back is settled"
    ):
        await close_if_whole(session, claim, loan, now=now)


async def close_if_whole(
    session: AsyncSession, claim: PoolClaim, loan: Loan, *, now: datetime
) -> None:
    """Close a claim, and settle its loan, once all that was lost has come back, and pool and guarantor have their parts; with the bank's rows."""
    if claim.state not in COMPENSATED or claim.recoveries.net_fen < claim.loss_fen:
        return
    parts = await queries.recoveries_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if any(one.state is RecoveryState.REPORTED for one in parts):
        return
    if await noted_of(session, tenant_id=claim.tenant_id, claim_id=claim.id):
        return
    claim.close(now=now)
    await close_loan(session, loan, note="损失已全部追回", now=now)
    await tell_of_claim(session, claim, now=now)
    await session.flush()
