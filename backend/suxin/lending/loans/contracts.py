"""Contracts: signed on an accepted offer, and cancelled within the cooling-off period."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.guarantees.standing import require_commitment
from suxin.lending.loans import queries
from suxin.lending.loans.models import Loan
from suxin.lending.loans.refusals import (
    ContractExists,
    ContractNumberTaken,
    CoolingOffOver,
    OfferNotAccepted,
)
from suxin.lending.loans.states import LoanState, RiskClass
from suxin.lending.loans.telling import tell_of_step
from suxin.lending.models import Offer, OfferState
from suxin.lending.queries import referrals as bank_queries
from suxin.lending.queries import requests as request_queries
from suxin.lending.terms import GuaranteeMode

MAX_NUMBER: Final = 64
MAX_NOTE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDraft:
    """What a bank says of a contract: its number, and where there is collateral its registration and when that expires."""

    number: str
    collateral_number: str | None = None
    collateral_expires_on: date | None = None


async def sign_contract(
    session: AsyncSession, actor: Actor, *, offer_id: UUID, draft: ContractDraft, now: datetime
) -> Loan:
    """Record that the contract on an accepted offer is signed; said again in the same words it is the same contract.

    :raises NotFound, Forbidden, OutsideOwnArea: if the offer is not the actor's
    :raises Invalid: if a number is empty or too long, or the registration of collateral has expired
    :raises OfferNotAccepted: if the applicant has not chosen the offer
    :raises ContractExists: if there is a contract on the offer that says something else
    :raises ContractNumberTaken: if another loan of the bank has the number
    :raises GuaranteeMissing: if a guarantor guarantees the loan and none is committed; a sandbox has none to ask
    :raises StepNotPossible: if the request does not wait for a contract
    """
    actor.require(policies.LOAN_MANAGE)
    known = await bank_queries.own_offer(session, actor, offer_id)
    referral, _ = await bank_queries.own_referral(session, actor, known.referral_id)
    policies.require_in_reach(actor, referral)
    check_draft(draft, now=now)
    if known.state is not OfferState.CHOSEN:
        raise OfferNotAccepted(field="offerId")
    async with act_for(session, subject_id=known.subject_id, reason="contract signed"):
        request = await request_queries.lock_request(session, known.subject_id, known.request_id)
        offer = await bank_queries.lock_own_offer(session, actor, offer_id)
        before = await queries.loan_on_offer(session, actor, offer_id)
        if before is not None:
            return same_contract(before, draft)
        await require_free_number(session, known.tenant_id, draft.number)
        if request is None:
            raise OfferNotAccepted(field="offerId")
        if offer.guarantee is GuaranteeMode.GUARANTEE_COMPANY and actor.sandbox_id is None:
            await require_commitment(session, offer, now=now)
        request.sign_contract()
        person_id = request.person_id
    loan = contract_on(
        offer,
        draft,
        loan_id=new_id(),
        person_id=person_id,
        sandbox_id=actor.sandbox_id,
        signed_by=actor.staff_id,
        now=now,
    )
    session.add(loan)
    await tell_of_step(session, loan, now=now)
    return loan


async def cancel_contract(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, note: str, now: datetime
) -> Loan:
    """Record that the borrower has cancelled the contract within its cooling-off period, before anything was drawn.

    The request ends as taken back. The contract's access basis stays: what was signed and cancelled may be disputed.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises Invalid: if the note is empty or too long
    :raises CoolingOffOver: if the period is over
    :raises StepNotPossible: if money was drawn, or the loan has ended
    """
    actor.require(policies.LOAN_MANAGE)
    said = check_note(note)
    known = await queries.own_loan(session, actor, loan_id)
    async with act_for(session, subject_id=known.subject_id, reason="contract cancelled"):
        request = await request_queries.lock_request(session, known.subject_id, known.request_id)
        loan = await queries.lock_own_loan(session, actor, loan_id)
        if loan.state is LoanState.SIGNED and now >= loan.cooling_off_ends_at:
            raise CoolingOffOver(until=loan.cooling_off_ends_at.isoformat())
        loan.cancel(note=said, now=now)
        if request is not None:
            request.cancel_contract(now=now)
    await tell_of_step(session, loan, now=now)
    return loan


def check_draft(draft: ContractDraft, *, now: datetime) -> None:
    """Accept only what a contract can say of itself.

    :raises Invalid: if a number is empty or too long, one of the collateral's two is missing, or its registration has expired
    """
    check_text("contractNumber", draft.number, MAX_NUMBER)
    if (draft.collateral_number is None) != (draft.collateral_expires_on is None):
        raise Invalid(
            field="collateralNumber",
            reason_zh="抵押登记编号和到期日应同时填写",
            reason_en="the collateral's registration number and expiry come together",
        )
    if draft.collateral_number is not None and draft.collateral_expires_on is not None:
        check_text("collateralNumber", draft.collateral_number, MAX_NUMBER)
        if draft.collateral_expires_on <= local_day(now):
            raise Invalid(
                field="collateralExpiresOn",
                reason_zh="抵押登记已到期",
                reason_en="the registration has expired",
            )


def check_text(field: str, value: str, longest: int) -> None:
    """Accept a number or reference, which is compared as it stands, without blanks around it.

    :raises Invalid: if it is empty or too long, or has blanks around it
    """
    if not 1 <= len(value) <= longest or value != value.strip():
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {longest} 个字，首尾不含空格",
            reason_en=f"must be 1 to {longest} characters without blanks around them",
        )


def check_note(note: str) -> str:
    """Return why something was done, without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    said = note.strip()
    check_text("note", said, MAX_NOTE)
    return said


def same_contract(loan: Loan, draft: ContractDraft) -> Loan:
    """Return a contract that was signed before, if it was in the same words.

    :raises ContractExists: if it says something else
    """
    # What was recorded of collateral since is no part of what was signed.
    renewed = loan.collateral_recorded_at is not None and draft.number == loan.contract_number
    if not renewed and draft != ContractDraft(
        number=loan.contract_number,
        collateral_number=loan.collateral_number,
        collateral_expires_on=loan.collateral_expires_on,
    ):
        raise ContractExists(field="contractNumber", number=loan.contract_number)
    return loan


async def require_free_number(session: AsyncSession, tenant_id: UUID, number: str) -> None:
    """Refuse a contract number that another loan of the bank has.

    :raises ContractNumberTaken: if one has
    """
    if await queries.loan_with_number(session, tenant_id, number) is not None:
        raise ContractNumberTaken(field="contractNumber", number=number)


def contract_on(
    offer: Offer,
    draft: ContractDraft,
    *,
    loan_id: UUID,
    person_id: UUID,
    sandbox_id: UUID | None,
    signed_by: UUID | None,
    now: datetime,
) -> Loan:
    """Return the loan whose contract is signed on an accepted offer, on the offer's terms."""
    return Loan(
        tenant_id=offer.tenant_id,
        id=loan_id,
        offer_id=offer.id,
        referral_id=offer.referral_id,
        request_id=offer.request_id,
        subject_id=offer.subject_id,
        person_id=person_id,
        sandbox_id=sandbox_id,
        principal_fen=offer.amount_fen,
        term_months=offer.term_months,
        rate_bps=offer.rate_bps,
        repayment_method=offer.repayment_method,
        guarantee=offer.guarantee,
        cooling_off_ends_at=now + timedelta(days=offer.cooling_off_days),
        **signed(draft, signed_by=signed_by, now=now),
    )


def signed(draft: ContractDraft, *, signed_by: UUID | None, now: datetime) -> dict[str, object]:
    """Return what every loan is when its contract has just been signed."""
    return {
        "contract_number": draft.number,
        "collateral_number": draft.collateral_number,
        "collateral_expires_on": draft.collateral_expires_on,
        "state": LoanState.SIGNED,
        "told_state": LoanState.SIGNED.value,
        "signed_at": now,
        "signed_by": signed_by,
        "drawn_fen": 0,
        "principal_paid_fen": 0,
        "interest_paid_fen": 0,
        "fee_paid_fen": 0,
        "overdue_days": 0,
        "risk_class": RiskClass.NORMAL,
    }
