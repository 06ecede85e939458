"""What whoever receives a transfer says of it: it has come, it has not, or it was given back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import NotFound
from suxin.lending.guarantees.asking import checked_note
from suxin.lending.loans.models import Loan
from suxin.lending.loans.queries import lock_loan, lock_own_loan
from suxin.risk_pool.claims import queries as claim_queries
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.refusals import RecoveriesBefore
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.guarantor_parts import queries
from suxin.risk_pool.guarantor_parts.event_types import CONFIRMED, DENIED, RETURNED
from suxin.risk_pool.guarantor_parts.models import GuarantorTransfer
from suxin.risk_pool.guarantor_parts.noting import require_payable
from suxin.risk_pool.guarantor_parts.policies import PART_CONFIRM
from suxin.risk_pool.guarantor_parts.refusals import TransferDiffers
from suxin.risk_pool.guarantor_parts.states import TransferKind
from suxin.risk_pool.guarantor_parts.telling import record_transfer, tell_of_transfer
from suxin.risk_pool.losses import after_guarantor_payment
from suxin.risk_pool.recoveries.confirming import close_if_whole
from suxin.tenancy.profiles import TenantKind


async def confirm_transfer(
    session: AsyncSession, actor: Actor, *, transfer_id: UUID, amount_fen: int, now: datetime
) -> GuarantorTransfer:
    """Confirm a transfer that the actor's house received, by the amount that came.

    A payment of the guarantor's is the bank's to confirm, and counts from now on where recoveries are shared; a part of a recovery is the
    guarantor's.

    :raises Forbidden, NotFound: if the actor may not, or it is not his house that receives it
    :raises TransferDiffers: if another amount came than was noted
    :raises EndingAsked: if somebody has asked to write the claim off, or to reverse the pool's payment
    :raises StepNotPossible: if it was confirmed or denied, or the claim has ended
    """
    actor.require(PART_CONFIRM)
    if actor.tenant_kind == TenantKind.GUARANTOR:
        return await _confirm_recovery(
            session, actor, transfer_id=transfer_id, amount_fen=amount_fen, now=now
        )
    claim, loan, transfer = await _lock_received(session, actor, transfer_id)
    _require_amount(transfer, amount_fen)
    require_payable(claim)
    transfer.confirm(staff_id=actor.staff_id, now=now)
    part = await queries.lock_part_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if part is None:
        raise NotFound(thing_zh="代偿分担", thing_en="guarantor's part")
    claim.share(
        after_guarantor_payment(
            claim.compensation, claim.recoveries, amount_fen, agreed_fen=part.amount_fen
        )
    )
    await _settled(session, transfer, "confirmed", now=now)
    await close_if_whole(session, claim, loan, now=now)
    return transfer


async def _confirm_recovery(
    session: AsyncSession, actor: Actor, *, transfer_id: UUID, amount_fen: int, now: datetime
) -> GuarantorTransfer:
    known = await queries.shown_transfer(session, actor, transfer_id)
    if known.kind is not TransferKind.RECOVERY:
        raise NotFound(thing_zh="划款", thing_en="transfer", field="transferId")
    claim_known = await session.get_one(PoolClaim, (known.tenant_id, known.claim_id))
    async with act_for(
        session, tenant_id=known.tenant_id, reason="a guarantor has its part of a recovery"
    ):
        loan = await lock_loan(session, claim_known.tenant_id, claim_known.loan_id)
        claim = await claim_queries.lock_claim(
            session, operator_id=known.operator_id, claim_id=known.claim_id
        )
    if claim is None or loan is None:
        raise NotFound(thing_zh="代偿申请", thing_en="claim")
    await session.refresh(known, with_for_update=True)
    _require_amount(known, amount_fen)
    known.confirm(staff_id=actor.staff_id, now=now)
    await _settled(session, known, "confirmed", now=now)
    async with act_for(
        session, tenant_id=known.tenant_id, reason="a loan whose loss has come back is settled"
    ):
        await close_if_whole(session, claim, loan, now=now)
    return known


async def deny_transfer(
    session: AsyncSession, actor: Actor, *, transfer_id: UUID, note: str, now: datetime
) -> GuarantorTransfer:
    """Say that a guarantor's payment has not come to the bank; the guarantor notes it anew.

    :raises Forbidden, NotFound: if the actor may not, or it is no payment to his bank
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was confirmed or denied
    """
    actor.require(PART_CONFIRM)
    said = checked_note(note)
    claim, loan, transfer = await _lock_received(session, actor, transfer_id)
    transfer.deny(said, staff_id=actor.staff_id, now=now)
    await _settled(session, transfer, "denied", now=now)
    if claim.state is ClaimState.RECOVERING:
        # All may have come back meanwhile, and only this was waited for.
        await close_if_whole(session, claim, loan, now=now)
    return transfer


async def give_transfer_back(
    session: AsyncSession, actor: Actor, *, transfer_id: UUID, note: str, now: datetime
) -> GuarantorTransfer:
    """Say that the bank has given a guarantor's payment back, before anything was recovered; the guarantor owes it again.

    :raises Forbidden, NotFound: if the actor may not, or it is no payment to his bank
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was not confirmed, or the claim has ended
    :raises RecoveriesBefore: if something was recovered
    """
    actor.require(PART_CONFIRM)
    said = checked_note(note)
    claim, _, transfer = await _lock_received(session, actor, transfer_id)
    if claim.state is ClaimState.RECOVERING:
        raise RecoveriesBefore
    require_payable(claim)
    transfer.give_back(said, staff_id=actor.staff_id, now=now)
    claim.guarantor_paid_fen -= transfer.amount_fen
    await _settled(session, transfer, "returned", now=now)
    return transfer


async def _lock_received(
    session: AsyncSession, actor: Actor, transfer_id: UUID
) -> tuple[PoolClaim, Loan, GuarantorTransfer]:
    """Return a payment of a guarantor's to the actor's bank with its claim and loan, locked: loan, claim, transfer."""
    known = await queries.shown_transfer(session, actor, transfer_id)
    if known.kind is not TransferKind.COMPENSATION:
        raise NotFound(thing_zh="划款", thing_en="transfer", field="transferId")
    before = await claim_queries.own_claim(session, actor, known.claim_id)
    loan = await lock_own_loan(session, actor, before.loan_id)
    claim = await claim_queries.lock_own_claim(session, actor, known.claim_id)
    await session.refresh(known, with_for_update=True)
    return claim, loan, known


def _require_amount(transfer: GuarantorTransfer, amount_fen: int) -> None:
    if amount_fen != transfer.amount_fen:
        raise TransferDiffers(field="amountFen", noted=format_yuan(transfer.amount_fen))


async def _settled(
    session: AsyncSession, transfer: GuarantorTransfer, what: str, *, now: datetime
) -> None:
    kinds = {"confirmed": CONFIRMED, "denied": DENIED, "returned": RETURNED}
    record_transfer(session, transfer, what, now=now)
    to_guarantor = transfer.kind is TransferKind.COMPENSATION
    link = "/desk/guarantor-parts" if to_guarantor else f"/desk/claims/{transfer.claim_id}"
    await tell_of_transfer(
        session, transfer, kinds[what], to_guarantor=to_guarantor, link=link, now=now
    )
    await session.flush()
