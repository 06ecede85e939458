"""Loans of the demo city: contracts on accepted offers, and the first money paid out under them."""

from typing import Final

from suxin.kernel.working_days import local_day
from suxin.lending.loans.contracts import ContractDraft, contract_on
from suxin.lending.loans.models import Loan, LoanDrawdown
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.reckoning import account_of, write_down
from suxin.lending.models import Offer, OfferState
from suxin_server.demo.asking import Case
from suxin_server.demo.book import Stage

_NUMBER: Final = "SQ{:%Y%m%d}{}"


def sign(stage: Stage, case: Case) -> Loan:
    """Sign the contract on the offer that was chosen, between then and now."""
    offer = _chosen(case)
    at = stage.hours.between(stage.dice, offer.decided_at or offer.made_at, stage.now)
    bank = stage.banks[offer.tenant_id]
    case.request.sign_contract()
    loan = contract_on(
        offer,
        ContractDraft(number=_NUMBER.format(local_day(at), case.request.number[-6:])),
        loan_id=stage.dice.id_at(at),
        person_id=case.request.person_id,
        sandbox_id=None,
        signed_by=bank.officer_id,
        now=at,
    )
    stage.book.add(loan)
    stage.act("lending.loan.signed", at, of=("loan", loan.id), by=bank, about=loan.subject_id)
    return loan


def pay_out(stage: Stage, case: Case) -> None:
    """Pay the whole loan out once its contract is signed."""
    loan = sign(stage, case)
    at = stage.hours.between(stage.dice, loan.signed_at, stage.now)
    bank = stage.banks[loan.tenant_id]
    drawdown = LoanDrawdown(
        tenant_id=loan.tenant_id,
        id=stage.dice.id_at(at),
        loan_id=loan.id,
        subject_id=loan.subject_id,
        reference=f"FK{loan.contract_number}",
        amount_fen=loan.principal_fen,
        drawn_on=local_day(at),
        reported_at=at,
        reported_by=bank.officer_id,
    )
    facts = Facts(drawdowns=[drawdown])
    loan.pay_out()
    case.request.pay_out()
    write_down(loan, facts, account_of(loan.terms, facts.drawdowns, []), now=stage.now)
    loan.told_state = loan.state.value
    for instalment in facts.instalments:
        instalment.id = stage.dice.id_at(at)
    stage.book.add(drawdown, *facts.instalments)
    stage.act("lending.loan.disbursed", at, of=("loan", loan.id), by=bank, about=loan.subject_id)


def _chosen(case: Case) -> Offer:
    offers = (offer for answer in case.answers for offer in answer.offers)
    return next(offer for offer in offers if offer.state is OfferState.CHOSEN)
