"""How a claim that was paid ends otherwise than by recovery: written off, or its payment reversed; asked by one person, confirmed by another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealing import Sealer
from suxin.ledger import drafts, posting
from suxin.lending.loans.compensating import give_up_loan, reopen_loan
from suxin.lending.loans.models import Loan
from suxin.risk_pool.claims import queries
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import require_any_place
from suxin.risk_pool.claims.refusals import (
    EndingAsked,
    EndingAskedByYourself,
    EndingNotAsked,
    PaymentOpen,
    RecoveriesBefore,
)
from suxin.risk_pool.claims.reviewing import checked_note, lock_with_loan
from suxin.risk_pool.claims.states import ClaimState, Ending
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.guarantor_parts.asking import (
    ask_guarantor_no_more,
    require_transfers_settled,
)
from suxin.risk_pool.guarantor_parts.refusals import GuarantorPaidBefore
from suxin.risk_pool.payments import queries as payment_queries
from suxin.risk_pool.payments.holding import REVERSED_CODE
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.matching import LineAmountDiffers
from suxin.risk_pool.statements.models import CustodianLine
from suxin.risk_pool.statements.queries import lock_own_line
from suxin.risk_pool.statements.states import Matched
from suxin.risk_pool.stopping.judging import note_compensation
from suxin.tenancy.second_factors import show_second_factor


async def ask_to_end(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    ending: Ending,
    reason: str,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> PoolClaim:
    """Ask for a paid claim to be written off, or for its payment to be reversed, with the reason.

    :raises Forbidden, NotFound: if the actor may not approve claims
    :raises Invalid: if the reason is empty or too long
    :raises SecondFactorMissing, SecondFactorWrong, LogInLocked: if he does not show his second factor
    :raises StepNotPossible: if the claim was not paid, or has ended
    :raises EndingAsked: if one waits already
    :raises PaymentOpen: if a payment of it is under way
    :raises RecoveriesBefore: if something was recovered, and its payment is to be reversed
    :raises TransferOpen: if a transfer of its guarantor waits to be confirmed
    :raises GuarantorPaidBefore: if its guarantor has paid, and the pool's payment is to be reversed
    """
    require_any_place(actor)
    said = checked_note(reason, "reason")
    known = await queries.claim_on_pool(session, actor, claim_id)
    await show_second_factor(session, actor, code=code, sealer=sealer, now=now)
    claim, _ = await lock_with_loan(session, known)
    claim.require_compensated()
    if claim.ending is not None:
        raise EndingAsked
    if (
        await payment_queries.open_payment(
            session, operator_id=claim.operator_id, claim_id=claim.id
        )
        is not None
    ):
        raise PaymentOpen
    if ending is Ending.REVERSE and claim.state is ClaimState.RECOVERING:
        raise RecoveriesBefore
    await require_transfers_settled(session, claim)
    if ending is Ending.REVERSE and claim.guarantor_paid_fen:
        raise GuarantorPaidBefore
    claim.ask_ending(ending, said, staff_id=actor.own_staff, now=now)
    record_step(session, claim, f"{ending.value}_asked", now=now)
    await session.flush()
    return claim


async def drop_ending(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PoolClaim:
    """Let a write-off or a reversal that waits for a second person be.

    :raises Forbidden, NotFound: if the actor may not approve claims
    :raises EndingNotAsked: if none waits
    """
    require_any_place(actor)
    known = await queries.claim_on_pool(session, actor, claim_id)
    claim, _ = await lock_with_loan(session, known)
    if claim.ending is None or claim.ended_at is not None:
        raise EndingNotAsked
    claim.drop_ending()
    record_step(session, claim, "ending_dropped", now=now)
    await session.flush()
    return claim


async def confirm_ending(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    code: str,
    sealer: Sealer,
    now: datetime,
    line_id: UUID | None = None,
) -> PoolClaim:
    """Carry out, as a second person, what another has asked for.

    A payment is reversed by the line of the custodian's statement that shows its money back; the claim is then the bank's to correct.

    :raises Forbidden, NotFound: if the actor may not approve claims, or there is no such line
    :raises SecondFactorMissing, SecondFactorWrong, LogInLocked: if he does not show his second factor
    :raises EndingNotAsked: if none waits
    :raises EndingAskedByYourself: if he asked for it
    :raises LineAmountDiffers: if the line is not a credit of what was paid
    :raises StepNotPossible: if the line was matched or set aside
    """
    require_any_place(actor)
    known = await queries.claim_on_pool(session, actor, claim_id)
    await show_second_factor(session, actor, code=code, sealer=sealer, now=now)
    line = None if line_id is None else await lock_own_line(session, actor, line_id)
    claim, loan = await lock_with_loan(session, known)
    if claim.ending is None or claim.ended_at is not None:
        raise EndingNotAsked
    if claim.ending_asked_by == actor.own_staff:
        raise EndingAskedByYourself
    if claim.ending is Ending.REVERSE:
        if line is None:
            raise NotFound(thing_zh="退款流水", thing_en="line that shows the money back")
        await _reverse(session, claim, loan, line, staff_id=actor.own_staff, now=now)
    else:
        await _write_off(session, claim, loan, staff_id=actor.own_staff, now=now)
    await session.flush()
    return claim


async def _write_off(
    session: AsyncSession, claim: PoolClaim, loan: Loan, *, staff_id: UUID, now: datetime
) -> None:
    claim.write_off(staff_id=staff_id, now=now)
    async with act_for(
        session, tenant_id=claim.tenant_id, reason="a compensated loan is written off"
    ):
        await give_up_loan(session, loan, note=claim.ending_reason or "", now=now)
        await tell_of_claim(session, claim, now=now)


async def _reverse(
    session: AsyncSession,
    claim: PoolClaim,
    loan: Loan,
    line: CustodianLine,
    *,
    staff_id: UUID,
    now: datetime,
) -> None:
    payments = [
        one
        for one in await payment_queries.payments_of(
            session, operator_id=claim.operator_id, claim_id=claim.id
        )
        if one.state is PaymentState.PAID
    ]
    paid_fen = sum(one.amount_fen for one in payments)
    if (line.direction, line.amount_fen) != (Direction.CREDIT, paid_fen):
        raise LineAmountDiffers(
            direction_zh=line.direction.zh,
            direction_en=line.direction.value.lower(),
            amount=format_yuan(line.amount_fen),
            wanted_zh=Direction.CREDIT.zh,
            wanted_en=Direction.CREDIT.value.lower(),
            wanted=format_yuan(paid_fen),
        )
    line.match(Matched.REVERSAL, claim.id, staff_id=staff_id, now=now)
    for payment in payments:
        payment.reverse(staff_id=staff_id, line_id=line.id)
    claim.reopen()
    await ask_guarantor_no_more(session, claim, now=now)
    async with act_for(
        session, tenant_id=claim.tenant_id, reason="a loan whose compensation was reversed"
    ):
        await reopen_loan(session, loan, now=now)
        await tell_of_claim(session, claim, now=now)
    filing = await session.get_one(PoolFiling, (claim.tenant_id, claim.filing_id))
    await note_compensation(session, filing, principal_fen=-paid_fen, now=now)
    await session.flush()
    back = [
        drafts.reverse(
            new_id(now), reverses_id=one.posting_id, code=REVERSED_CODE, reference=line.reference
        )
        for one in payments
    ]
    await posting.post(session, book=claim.operator_id, transfers=back, now=now)
