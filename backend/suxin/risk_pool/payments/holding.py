"""What a payment moves in the operator's book: its hold, the end of that, and the way back."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.payments import queries
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.pools.models import RiskPool

HELD_CODE: Final = "pool.claim.held"
PAID_CODE: Final = "pool.claim.paid"
DROPPED_CODE: Final = "pool.claim.dropped"
REVERSED_CODE: Final = "pool.claim.reversed"


async def hold_payment(
    session: AsyncSession, payment: PoolPayment, claim: PoolClaim, *, now: datetime
) -> None:
    """Set a payment's amount aside on its pool's account.

    :raises WouldCrossFloor: if the pool has less available
    """
    pool = await session.get_one(RiskPool, (payment.tenant_id, payment.pool_id))
    held = drafts.hold(
        payment.hold_id,
        debit=pool.compensated_id,
        credit=pool.custody_id,
        amount=payment.amount_fen,
        code=HELD_CODE,
        reference=claim.contract_number,
    )
    await posting.post(session, book=payment.tenant_id, transfers=[held], now=now)


async def drop_held(session: AsyncSession, claim: PoolClaim, *, now: datetime) -> None:
    """Let go what a first approval of a claim has held, if one has; called with the claim locked."""
    payment = await queries.open_payment(session, operator_id=claim.operator_id, claim_id=claim.id)
    if payment is None or payment.state is not PaymentState.HELD:
        return
    payment.drop(now=now)
    await session.flush()
    let_go = drafts.void(new_id(now), pending_id=payment.hold_id, code=DROPPED_CODE)
    await posting.post(session, book=payment.tenant_id, transfers=[let_go], now=now)
