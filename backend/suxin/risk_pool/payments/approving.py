"""Approving a payment: by one person from one place, then by another from the other, each with a fresh code of his second factor.

The first approval works the claim out anew and sets the pool's share aside; the second agrees with exactly that, and issues the
letter. A part that had to wait for the pool's money is approved the same way once the pool can pay it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Sealer
from suxin.lending.loans.models import Loan
from suxin.risk_pool.claims import queries as claim_queries
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import require_place
from suxin.risk_pool.claims.reckoning import room_for, work_out
from suxin.risk_pool.claims.refusals import (
    ApprovedByYourself,
    CheckedByYourself,
    ClaimNotReady,
    EndingAsked,
    NothingPayable,
    PaymentOpen,
    PlaceTaken,
)
from suxin.risk_pool.claims.reviewing import lock_with_loan
from suxin.risk_pool.claims.states import ClaimState, GapCode, Place
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.guarantor_parts.asking import require_answered
from suxin.risk_pool.losses import payable_later_fen
from suxin.risk_pool.payments import queries
from suxin.risk_pool.payments.holding import hold_payment
from suxin.risk_pool.payments.letters import next_letter
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.statements.asking import ask_for_matching
from suxin.tenancy.second_factors import show_second_factor

# What was right when the bank submitted, and may pass with time while the claim lies with the operator.
_PASSING: Final = frozenset({GapCode.WINDOW_PASSED, GapCode.TRIGGER_DAYS_LEFT})


async def approve_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    place: Place,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> PoolClaim:
    """Approve a claim, or the payment of a part that waited, from one place; the second approval issues the payment letter.

    :raises Forbidden, NotFound: if the actor may not approve from there
    :raises SecondFactorMissing, SecondFactorWrong, LogInLocked: if he does not show his second factor
    :raises StepNotPossible: if the claim is not under review, and nothing of it waits
    :raises CheckedByYourself: if he checked its materials
    :raises ApprovedByYourself, PlaceTaken: if he, or somebody from his place, gave the first approval
    :raises EndingAsked: if somebody has asked to write the claim off, or to reverse its payment
    :raises PaymentOpen: if a letter of the claim waits for the custodian
    :raises ClaimNotReady: if something is missing by now; it is to be returned
    :raises GuarantorNotAnswered: if its guarantor is still to answer, and its clock is not over
    :raises NothingPayable, WouldCrossFloor: if the pool can pay nothing
    """
    require_place(actor, place)
    known = await claim_queries.claim_on_pool(session, actor, claim_id)
    shown_at = await show_second_factor(session, actor, code=code, sealer=sealer, now=now)
    claim, loan = await lock_with_loan(session, known)
    staff_id = actor.own_staff
    if claim.checked_by == staff_id:
        raise CheckedByYourself
    held = await queries.open_payment(session, operator_id=claim.operator_id, claim_id=claim.id)
    if held is None:
        await _approve_first(
            session, claim, loan, staff_id=staff_id, place=place, shown_at=shown_at, now=now
        )
    elif held.state is PaymentState.ISSUED:
        raise PaymentOpen
    else:
        await _approve_second(
            session, claim, held, staff_id=staff_id, place=place, shown_at=shown_at, now=now
        )
    await session.flush()
    return claim


async def _approve_first(
    session: AsyncSession,
    claim: PoolClaim,
    loan: Loan,
    *,
    staff_id: UUID,
    place: Place,
    shown_at: datetime,
    now: datetime,
) -> None:
    amount_fen = await _payable(session, claim, loan, now=now)
    if not amount_fen:
        raise NothingPayable
    payment = PoolPayment(
        tenant_id=claim.operator_id,
        id=new_id(now),
        pool_id=claim.pool_id,
        bank_id=claim.tenant_id,
        claim_id=claim.id,
        amount_fen=amount_fen,
        state=PaymentState.HELD,
        hold_id=new_id(now),
        posting_id=new_id(now),
        first_place=place,
        first_approved_by=staff_id,
        first_shown_at=shown_at,
    )
    session.add(payment)
    record_step(session, claim, "approved_once", now=now)
    await session.flush()
    await hold_payment(session, payment, claim, now=now)


async def _payable(session: AsyncSession, claim: PoolClaim, loan: Loan, *, now: datetime) -> int:
    """Return what is to be paid now: the pool's share, or what of it had to wait."""
    if claim.state is ClaimState.REVIEW:
        await require_answered(session, claim, now=now)
        async with act_for(
            session, tenant_id=claim.tenant_id, reason="a claim is worked out before it is approved"
        ):
            gaps = await work_out(session, claim, loan, now=now)
        missing = [one for one in gaps if one.code not in _PASSING]
        if missing:
            raise ClaimNotReady(
                gaps_zh="；".join(one.zh for one in missing),
                gaps_en="; ".join(one.en for one in missing),
            )
        return claim.pool_fen
    claim.require_compensated()
    if claim.ending is not None:
        raise EndingAsked
    room = await room_for(session, claim, now=now)
    return payable_later_fen(claim.agreed, claim.compensation, claim.recoveries, room)


async def _approve_second(
    session: AsyncSession,
    claim: PoolClaim,
    held: PoolPayment,
    *,
    staff_id: UUID,
    place: Place,
    shown_at: datetime,
    now: datetime,
) -> None:
    if held.first_approved_by == staff_id:
        raise ApprovedByYourself
    if held.first_place is place:
        raise PlaceTaken(place_zh=place.zh, place_en=place.en)
    letter = await next_letter(session, operator_id=claim.operator_id, now=now)
    held.issue(place=place, staff_id=staff_id, shown_at=shown_at, letter=letter, now=now)
    await session.flush()
    if claim.state is ClaimState.REVIEW:
        claim.approve(payment_id=held.id, by=(held.first_approved_by, staff_id), now=now)
        await tell_of_claim(session, claim, now=now)
    else:
        record_step(session, claim, "part_approved", now=now)
    # The custodian may have paid before its letter was put on record.
    await ask_for_matching(session, operator_id=claim.operator_id, pool_id=claim.pool_id, now=now)
