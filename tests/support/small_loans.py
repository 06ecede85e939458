"""A loan for tests: the first bank's, signed on an offer that the applicant accepted, and drawn."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from small_city import Bank, SmallCity, offer_terms
from sqlalchemy import select

from suxin.kernel.working_days import local_day
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.loans.contracts import ContractDraft, sign_contract
from suxin.lending.loans.drawing import DrawdownDraft, draw_down
from suxin.lending.loans.files import report_file
from suxin.lending.loans.models import Loan, LoanInstalment
from suxin.lending.loans.reporting import Outcome, RepaymentDraft, report_repayments

NUMBER = "HT-2026-0001"
FILE = (
    "合同编号,流水号,还款日,金额,本金,利息,费用,提前还款\n"
    f"{NUMBER},HK-file-1,2026-11-20,100.00,0,100.00,0,\n"
    "HT-none,HK-file-2,2026-11-20,100.00,,,,\n"
).encode()
FILE_SHA256 = hashlib.sha256(FILE).hexdigest()
PRINCIPAL_FEN = 40_000_000


async def accepted(city: SmallCity, *, asked_fen: int = 50_000_000, **changes: object) -> UUID:
    """Let the first bank offer and the applicant accept; return the offer's id."""
    bank = city.banks[0]
    submitted = await city.submit(amount_fen=asked_fen)
    await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    terms = offer_terms(**changes)
    offer = await city.act(make_offer, bank.officer, referral_id=referral_id, terms=terms)
    await city.act(accept_offer, city.applicant, offer_id=offer.id)
    offer_id: UUID = offer.id
    return offer_id


async def fill_loans(city: SmallCity, admin: asyncpg.Connection, offer_id: UUID) -> UUID:
    """Let the first bank sign on an accepted offer, draw, and report by file; that it is drawn was told to nobody."""
    officer = city.banks[0].officer
    contract = ContractDraft(
        number=NUMBER,
        collateral_number="苏2026宿迁抵0001",
        collateral_expires_on=local_day(city.now + days(20)),
    )
    loan = await city.act(sign_contract, officer, offer_id=offer_id, draft=contract)
    await draw(city, loan, PRINCIPAL_FEN)
    await city.act(report_file, officer, name="还款.csv", content=FILE)
    await admin.execute("update loans set told_state = 'SIGNED'")
    loan_id: UUID = loan.id
    return loan_id


async def contracted(
    city: SmallCity, *, number: str = NUMBER, asked_fen: int = 50_000_000, **changes: object
) -> Loan:
    """Return a loan of 400,000 yuan over a year, signed."""
    offer_id = await accepted(city, asked_fen=asked_fen, **changes)
    loan: Loan = await city.act(
        sign_contract,
        city.banks[0].officer,
        offer_id=offer_id,
        draft=ContractDraft(number=number),
    )
    return loan


async def drawn(city: SmallCity, amount_fen: int = PRINCIPAL_FEN, **changes: object) -> Loan:
    """Return such a loan, drawn on the day it was signed."""
    loan = await contracted(city, **changes)
    return await draw(city, loan, amount_fen)


async def draw(
    city: SmallCity,
    loan: Loan,
    amount_fen: int,
    *,
    reference: str = "FK-1",
    now: datetime | None = None,
) -> Loan:
    """Draw on a loan today."""
    moment = now or city.now
    draft = DrawdownDraft(reference=reference, amount_fen=amount_fen, drawn_on=local_day(moment))
    found: Loan = await city.act(
        draw_down, city.banks[0].officer, loan_id=loan.id, draft=draft, now=moment
    )
    return found


def repayment(amount_fen: int, paid_on: date, **changes: Any) -> RepaymentDraft:
    """A repayment of the loan above, by the plan's split unless said otherwise."""
    values = {"contract_number": NUMBER, "reference": f"HK-{paid_on}", **changes}
    return RepaymentDraft(amount_fen=amount_fen, paid_on=paid_on, **values)


async def repay(
    city: SmallCity, *drafts: RepaymentDraft, now: datetime | None = None, bank: Bank | None = None
) -> list[Outcome]:
    """Report repayments as the bank's officer."""
    found: list[Outcome] = await city.act(
        report_repayments, (bank or city.banks[0]).officer, drafts=drafts, now=now or city.now
    )
    return found


async def stored(city: SmallCity, loan: Loan) -> Loan:
    """Return a loan as it is now."""
    async with city.database.snapshot(city.banks[0].officer, now=city.now) as session:
        return await session.get_one(Loan, (loan.tenant_id, loan.id))


async def plan_of_loan(city: SmallCity, loan: Loan) -> list[LoanInstalment]:
    """Return a loan's plan as it is now."""
    async with city.database.snapshot(city.banks[0].officer, now=city.now) as session:
        found = await session.scalars(
            select(LoanInstalment)
            .where(LoanInstalment.loan_id == loan.id)
            .order_by(LoanInstalment.number)
        )
        return list(found)


def days(count: int) -> timedelta:
    return timedelta(days=count)
