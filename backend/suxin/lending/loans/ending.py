"""How a loan ends: everything is repaid, it is renewed by another (无还本续贷), or the bank writes it off."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.guarantees.refusals import GuaranteeMissing
from suxin.lending.loans import queries
from suxin.lending.loans.contracts import (
    ContractDraft,
    check_draft,
    check_note,
    require_free_number,
    signed,
)
from suxin.lending.loans.drawing import DrawdownDraft, take_drawdown
from suxin.lending.loans.models import Loan, LoanRepayment
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.reckoning import Account, account_of, write_down
from suxin.lending.loans.refusals import NothingToRenew, NotPaidOff
from suxin.lending.loans.states import LoanState, RepaymentKind
from suxin.lending.loans.telling import tell_of_step
from suxin.lending.terms import GuaranteeMode, RepaymentMethod, check_rate_bps, check_term_months


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalDraft:
    """What a bank says of a renewal: its contract, and what the outstanding principal bears from now on."""

    contract: ContractDraft
    rate_bps: int
    term_months: int
    repayment_method: RepaymentMethod


async def settle_loan(session: AsyncSession, actor: Actor, *, loan_id: UUID, now: datetime) -> Loan:
    """End a loan of which nothing is owed any more, not even what is not due yet.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises NotPaidOff: if something is still owed
    :raises StepNotPossible: if it was never drawn, or has ended
    """
    actor.require(policies.LOAN_MANAGE)
    loan = await queries.lock_own_loan(session, actor, loan_id)
    facts = (await queries.facts_of(session, loan.tenant_id, [loan.id]))[loan.id]
    account = account_of(loan.terms, facts.drawdowns, facts.repayments)
    await _settle(session, loan, account, note=None, now=now)
    return loan


async def write_off_loan(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, note: str, now: datetime
) -> Loan:
    """End an overdue loan from which the bank expects nothing more; what is paid later is still reported.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it is not overdue
    """
    actor.require(policies.LOAN_MANAGE)
    said = check_note(note)
    loan = await queries.lock_own_loan(session, actor, loan_id)
    loan.write_off(note=said, now=now)
    await tell_of_step(session, loan, now=now)
    return loan


async def renew_loan(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, draft: RenewalDraft, now: datetime
) -> Loan:
    """Renew a loan by another whose money repays its principal; return the new one, which is linked to it.

    Interest is not renewed: what is due of it is paid, and reported, before.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises Invalid, LoanTermOutOfRange: if a figure or number cannot be
    :raises ContractNumberTaken: if another loan of the bank has the number
    :raises NothingToRenew: if no principal is outstanding, or the loan is overdue or at its end
    :raises GuaranteeMissing: if a guarantor guarantees the loan: it has not agreed to another one (民法典 art. 695)
    :raises NotPaidOff: if interest or fees are still owed
    """
    actor.require(policies.LOAN_MANAGE)
    check_draft(draft.contract, now=now)
    check_rate_bps(draft.rate_bps)
    check_term_months(draft.term_months)
    loan = await queries.lock_own_loan(session, actor, loan_id)
    await require_free_number(session, loan.tenant_id, draft.contract.number)
    if loan.state not in (LoanState.DISBURSED, LoanState.PERFORMING) or not loan.outstanding_fen:
        raise NothingToRenew
    if loan.guarantee is GuaranteeMode.GUARANTEE_COMPANY and loan.sandbox_id is None:
        raise GuaranteeMissing
    renewal = _renewal(loan, draft, signed_by=actor.staff_id, now=now)
    facts = (await queries.facts_of(session, loan.tenant_id, [loan.id]))[loan.id]
    facts.repayments += _repaid_by(loan, facts, renewal, actor, now=now)
    session.add_all(facts.repayments)
    account = account_of(loan.terms, facts.drawdowns, facts.repayments)
    write_down(loan, facts, account, now=now)
    await _settle(session, loan, account, note=f"由合同 {draft.contract.number} 续贷", now=now)
    session.add(renewal)
    await session.flush()
    await tell_of_step(session, renewal, now=now)
    drawn = DrawdownDraft(
        reference=_by_renewal(renewal), amount_fen=renewal.principal_fen, drawn_on=local_day(now)
    )
    await take_drawdown(session, renewal, drawn, reported_by=actor.staff_id, now=now)
    return renewal


async def _settle(
    session: AsyncSession, loan: Loan, account: Account, *, note: str | None, now: datetime
) -> None:
    if account.plan and account.owed_fen:
        raise NotPaidOff(owed=format_yuan(account.owed_fen))
    loan.settle(note=note, now=now)
    await tell_of_step(session, loan, now=now)


def _renewal(loan: Loan, draft: RenewalDraft, *, signed_by: UUID | None, now: datetime) -> Loan:
    return Loan(
        tenant_id=loan.tenant_id,
        id=new_id(),
        renews_id=loan.id,
        referral_id=loan.referral_id,
        request_id=loan.request_id,
        subject_id=loan.subject_id,
        person_id=loan.person_id,
        sandbox_id=loan.sandbox_id,
        principal_fen=loan.outstanding_fen,
        term_months=draft.term_months,
        rate_bps=draft.rate_bps,
        repayment_method=draft.repayment_method,
        guarantee=loan.guarantee,
        # The money is drawn at once, so that there is nothing to think over.
        cooling_off_ends_at=now,
        **signed(draft.contract, signed_by=signed_by, now=now),
    )


def _by_renewal(renewal: Loan) -> str:
    """Return the reference of what a renewal moves; with the loan's own id in it, it is none that a bank gives."""
    return f"renewal:{renewal.contract_number}:{renewal.id}"


def _repaid_by(
    loan: Loan, facts: Facts, renewal: Loan, actor: Actor, *, now: datetime
) -> list[LoanRepayment]:
    """Return the repayments by which a renewal repays what is outstanding: what is still ahead, and what is due."""
    today = local_day(now)
    ahead_fen = sum(one.principal_fen for one in facts.instalments if one.due_on > today)
    prepaid_fen = min(loan.outstanding_fen, ahead_fen)
    reference = _by_renewal(renewal)
    parts = (
        (RepaymentKind.RENEWAL, prepaid_fen, reference),
        (RepaymentKind.DUE, loan.outstanding_fen - prepaid_fen, f"{reference}:due"),
    )
    return [
        LoanRepayment(
            tenant_id=loan.tenant_id,
            id=new_id(),
            loan_id=loan.id,
            subject_id=loan.subject_id,
            reference=reference,
            kind=kind,
            paid_on=today,
            amount_fen=part_fen,
            principal_fen=part_fen,
            interest_fen=0,
            fee_fen=0,
            reported_at=now,
            reported_by=actor.staff_id,
        )
        for kind, part_fen, reference in parts
        if part_fen
    ]
