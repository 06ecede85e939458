"""Who is told where a claim has come to stand: the bank by event and notice, the operator's people by notice; and the audit stream."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.risk_pool.claims.event_types import CLAIM_STEPS
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_CHECK, CLAIM_MAKE
from suxin.risk_pool.claims.states import ClaimState

_TOLD_BANK: Final = {
    ClaimState.RETURNED: "退回补正",
    ClaimState.REJECTED: "不予代偿",
    ClaimState.APPROVED: "已批准，等待托管银行付款",
    ClaimState.PAID: "已代偿",
    ClaimState.WRITTEN_OFF: "已核销",
    ClaimState.CLOSED: "已结案",
}


async def tell_of_claim(session: AsyncSession, claim: PoolClaim, *, now: datetime) -> None:
    """Put on record where a claim has come to stand, and tell whoever it concerns."""
    record_step(session, claim, claim.state.value.lower(), now=now)
    kind = CLAIM_STEPS.get(claim.state)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=claim.tenant_id,
            object_id=claim.id,
            now=now,
            loan=claim.loan_id,
            poolFen=claim.pool_fen,
        )
    said = _TOLD_BANK.get(claim.state)
    if said is not None:
        await notices.notify_tenant(
            session,
            tenant_id=claim.tenant_id,
            permission=CLAIM_MAKE,
            template="claim_moved",
            title=f"代偿申请{said}",
            body=f"合同 {claim.contract_number} 的代偿申请{said}。" + (claim.note or ""),
            link=f"/desk/claims/{claim.id}",
            now=now,
        )
    if claim.state is ClaimState.SUBMITTED:
        await notices.notify_tenant(
            session,
            tenant_id=claim.operator_id,
            permission=CLAIM_CHECK,
            template="claim_submitted",
            title="新的代偿申请",
            body=f"合同 {claim.contract_number} 的代偿申请待核对材料。",
            link=f"/desk/pool-claims/{claim.id}",
            now=now,
        )


def record_step(session: AsyncSession, claim: PoolClaim, what: str, *, now: datetime) -> None:
    """Put on record what was done about a claim."""
    append_act(
        session,
        action=f"risk_pool.claim.{what}",
        now=now,
        tenant_id=claim.tenant_id,
        subject_id=claim.subject_id,
        object_type="pool_claim",
        object_id=claim.id,
        detail={"pool": str(claim.pool_id), "pool_fen": claim.pool_fen, "round": claim.round},
    )
