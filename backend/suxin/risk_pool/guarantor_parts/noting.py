"""Noting transfers: what a guarantor pays by its own reference, and its part of a recovery with the recovery itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending.loans.contracts import check_text
from suxin.lending.models.steps import StepNotPossible
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.refusals import EndingAsked
from suxin.risk_pool.claims.states import COMPENSATED, ClaimState
from suxin.risk_pool.guarantor_parts import queries
from suxin.risk_pool.guarantor_parts.event_types import NOTED
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.guarantor_parts.policies import PART_PAY
from suxin.risk_pool.guarantor_parts.refusals import (
    TransferAboveOwed,
    TransferOpen,
    TransferReferenceTaken,
)
from suxin.risk_pool.guarantor_parts.states import PartState, TransferKind, TransferState
from suxin.risk_pool.guarantor_parts.telling import record_transfer, tell_of_transfer
from suxin.risk_pool.losses import guarantor_owes_fen
from suxin.risk_pool.recoveries.models import PoolRecovery

PAYABLE: Final = COMPENSATED | {ClaimState.APPROVED}
"""From the second approval on the guarantor owes what it agreed to."""
MAX_REFERENCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNote:
    """What a guarantor says of money that it paid the bank: its own reference, how much in fen, and on which day."""

    reference: str
    amount_fen: int
    paid_on: date


async def note_payment(
    session: AsyncSession, actor: Actor, *, part_id: UUID, draft: PaymentNote, now: datetime
) -> GuarantorTransfer:
    """Note that the guarantor has paid the bank something of its part; the bank confirms what it received.

    :raises Forbidden, NotFound: if the actor may not, or it is not his guarantor's
    :raises Invalid, AmountOutOfRange: naming the field at fault
    :raises StepNotPossible: if the guarantor has not agreed, or the claim is not approved or has ended
    :raises EndingAsked: if somebody has asked to write the claim off, or to reverse the pool's payment
    :raises TransferReferenceTaken: if the guarantor used the reference before
    :raises TransferOpen: if a payment of it waits for the bank
    :raises TransferAboveOwed: if it is more than the guarantor owes by now
    """
    actor.require(PART_PAY)
    check_text("reference", draft.reference, MAX_REFERENCE)
    check_amount_fen(draft.amount_fen, field="amountFen", minimum=1)
    # One at a time notes a payment of a part.
    part = await queries.lock_own_part(session, actor, part_id)
    claim = await session.get_one(PoolClaim, (part.tenant_id, part.claim_id))
    if part.state is not PartState.AGREED:
        raise StepNotPossible(
            state=part.state, step_zh="登记代偿款", step_en="note a payment of it"
        )
    require_payable(claim)
    _check_day(part, draft.paid_on, now=now)
    await _require_free(session, part, draft.reference)
    owed_fen = guarantor_owes_fen(claim.compensation, claim.recoveries, agreed_fen=part.amount_fen)
    if draft.amount_fen > owed_fen:
        raise TransferAboveOwed(field="amountFen", owed=format_yuan(owed_fen))
    transfer = _noted(
        claim,
        part.guarantor_id,
        kind=TransferKind.COMPENSATION,
        draft=draft,
        noted_by=actor.staff_id,
        now=now,
    )
    session.add(transfer)
    record_transfer(session, transfer, "noted", now=now)
    await tell_of_transfer(
        session, transfer, NOTED, to_guarantor=False, link=f"/desk/claims/{claim.id}", now=now
    )
    await session.flush()
    return transfer


async def note_recovery_part(
    session: AsyncSession, claim: PoolClaim, recovery: PoolRecovery, *, now: datetime
) -> None:
    """Note what a bank owes the guarantor of a recovery that it reports, under the recovery's number; with the bank's rows."""
    if not recovery.guarantor_fen or claim.guarantor_id is None:
        return
    transfer = _noted(
        claim,
        claim.guarantor_id,
        kind=TransferKind.RECOVERY,
        draft=PaymentNote(
            reference=recovery.number,
            amount_fen=recovery.guarantor_fen,
            paid_on=recovery.recovered_on,
        ),
        noted_by=recovery.reported_by,
        now=now,
    )
    session.add(transfer)
    record_transfer(session, transfer, "noted", now=now)
    part = await queries.lock_part_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    await tell_of_transfer(
        session,
        transfer,
        NOTED,
        to_guarantor=True,
        link="/desk/guarantor-parts" + ("" if part is None else f"/{part.id}"),
        now=now,
    )
    await session.flush()


def _noted(
    claim: PoolClaim,
    guarantor_id: UUID,
    *,
    kind: TransferKind,
    draft: PaymentNote,
    noted_by: UUID | None,
    now: datetime,
) -> GuarantorTransfer:
    return GuarantorTransfer(
        tenant_id=claim.tenant_id,
        id=new_id(now),
        guarantor_id=guarantor_id,
        operator_id=claim.operator_id,
        claim_id=claim.id,
        kind=kind,
        state=TransferState.NOTED,
        reference=draft.reference,
        amount_fen=draft.amount_fen,
        paid_on=draft.paid_on,
        noted_at=now,
        noted_by=noted_by,
    )


def require_payable(claim: PoolClaim) -> None:
    """Refuse money of a guarantor for a claim that is not approved, has ended, or is about to.

    :raises StepNotPossible: if it is not approved, or has ended
    :raises EndingAsked: if somebody has asked to write it off, or to reverse the pool's payment
    """
    if claim.state not in PAYABLE:
        raise StepNotPossible(
            state=claim.state, step_zh="收付担保机构代偿款", step_en="pay the guarantor's part"
        )
    if claim.ending is not None:
        raise EndingAsked


def _check_day(part: GuarantorPart, day: date, *, now: datetime) -> None:
    if not local_day(part.asked_at) <= day <= local_day(now):
        raise Invalid(
            field="paidOn",
            reason_zh="付款日应在征询之日至今天之间",
            reason_en="must lie between the day on which it was asked and today",
        )


async def _require_free(session: AsyncSession, part: GuarantorPart, reference: str) -> None:
    taken = await session.scalar(
        select(GuarantorTransfer.id).where(
            GuarantorTransfer.guarantor_id == part.guarantor_id,
            GuarantorTransfer.reference == reference,
        )
    )
    if taken is not None:
        raise TransferReferenceTaken(field="reference", reference=reference)
    noted = await queries.noted_of(session, tenant_id=part.tenant_id, claim_id=part.claim_id)
    if any(one.kind is TransferKind.COMPENSATION for one in noted):
        raise TransferOpen
