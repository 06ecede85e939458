"""What a claim asks for: from the loan's facts, the agreement that the filing stands under, and what the pool's book has available."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.functions import coalesce
from sqlalchemy.sql.functions import sum as sum_

from suxin.kernel.database import act_for
from suxin.kernel.working_days import local_day
from suxin.lending.loans import queries as loan_queries
from suxin.lending.loans.models import Loan
from suxin.lending.loans.plans import oldest_unpaid
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.reckoning import account_of
from suxin.lending.loans.standing import stand
from suxin.lending.loans.states import LoanState
from suxin.risk_pool.agreements import AgreementTerms
from suxin.risk_pool.claims import queries
from suxin.risk_pool.claims.evidence import dossier_of, open_disputes
from suxin.risk_pool.claims.gaps import Gap, Grounds, days_left, gaps_of
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.states import WITH_BANK
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.states import FilingState, Release
from suxin.risk_pool.losses import Debt, Room, share_loss
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.pools.books import balance_of
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.models import PoolAgreement


@dataclass(frozen=True, slots=True)
class Owed:
    """What a borrower owes as of a day, and since when an instalment is unpaid."""

    principal_fen: int
    interest_fen: int
    overdue_since: date | None
    overdue_days: int


def owed_on(loan: Loan, facts: Facts, day: date) -> Owed:
    """Return what is owed of a loan: its outstanding principal, and the interest of what is due.

    It follows from what was reported, and not from when the loan was last judged.
    """
    account = account_of(loan.terms, facts.drawdowns, facts.repayments)
    since = oldest_unpaid(account.plan, account.position.covers, today=day)
    interest_fen = sum(
        due.interest_fen - part[1]
        for due, part in zip(account.plan, account.position.covers, strict=True)
        if due.due_on <= day
    )
    days = 0
    if account.plan and loan.state is LoanState.OVERDUE:
        standing = stand(first_due_on=account.plan[0].due_on, unpaid_since=since, today=day)
        since, days = standing.overdue_since, standing.overdue_days
    return Owed(
        account.drawn_fen - account.principal_paid_fen, interest_fen, since if days else None, days
    )


async def work_out(
    session: AsyncSession, claim: PoolClaim, loan: Loan, *, now: datetime
) -> list[Gap]:
    """Work a claim out anew, with the bank's rows and the loan locked; return what keeps it back.

    The dossier is the bank's to put together, and stays as it was submitted: an approver cannot read all of it.
    """
    filing = await session.get_one(PoolFiling, (claim.tenant_id, claim.filing_id))
    facts = (await loan_queries.facts_of(session, loan.tenant_id, [loan.id]))[loan.id]
    attempts = await queries.collections_of(session, tenant_id=loan.tenant_id, loan_id=loan.id)
    owed = owed_on(loan, facts, local_day(now))
    terms, room = await _terms_and_room(session, claim, now=now)
    debt = Debt(
        principal_fen=owed.principal_fen,
        interest_fen=owed.interest_fen,
        deposit_fen=claim.deposit_fen,
    )
    compensation = share_loss(terms, debt, room)
    claim.share(compensation)
    claim.principal_fen, claim.interest_fen = owed.principal_fen, owed.interest_fen
    claim.overdue_since, claim.overdue_days = owed.overdue_since, owed.overdue_days
    claim.trigger_days_left = days_left(owed.overdue_days, terms.trigger_days)
    claim.terms = msgspec.to_builtins(terms)
    if claim.state in WITH_BANK:
        claim.dossier = await dossier_of(session, loan, facts, attempts)
    claim.worked_out_at = now
    gaps = gaps_of(
        Grounds(
            overdue_since=owed.overdue_since,
            overdue_days=owed.overdue_days,
            trigger_days=terms.trigger_days,
            attempts=[(one.attempted_on, one.kind) for one in attempts],
            open_disputes=await open_disputes(session, loan),
            filing_released=_released(filing),
            loss_fen=compensation.loss_fen,
            pool_fen=compensation.pool_fen,
        )
    )
    claim.gaps = [one.stored() for one in gaps]
    return gaps


def _released(filing: PoolFiling) -> bool:
    # A payment releases its filing; where that payment was reversed, the loss is the pool's to share as before.
    return filing.state is FilingState.RELEASED and filing.release is not Release.COMPENSATED


async def _terms_and_room(
    session: AsyncSession, claim: PoolClaim, *, now: datetime
) -> tuple[AgreementTerms, Room]:
    async with act_for(session, tenant_id=claim.operator_id, reason="what a pool has for a claim"):
        agreement = await session.get_one(PoolAgreement, (claim.operator_id, claim.agreement_id))
        claim.guarantor_id = agreement.guarantor_id
        return agreement.agreed, await room_for(session, claim, now=now)


async def room_for(session: AsyncSession, claim: PoolClaim, *, now: datetime) -> Room:
    """Return what a pool may pay a bank of a claim, read with the operator's rows."""
    pool = await session.get_one(RiskPool, (claim.operator_id, claim.pool_id))
    balance = await balance_of(session, pool)
    year = local_day(now).year
    first, last = date(year, 1, 1), date(year, 12, 31)
    under_way = PoolPayment.state.in_((PaymentState.HELD, PaymentState.ISSUED))
    paid = (PoolPayment.state == PaymentState.PAID) & PoolPayment.paid_on.between(first, last)
    paid_fen = await session.scalar(
        select(coalesce(sum_(PoolPayment.amount_fen), 0)).where(
            PoolPayment.tenant_id == claim.operator_id,
            PoolPayment.pool_id == claim.pool_id,
            PoolPayment.bank_id == claim.tenant_id,
            or_(under_way, paid),
        )
    )
    return Room(
        available_fen=max(0, balance.available_fen), paid_to_bank_this_year_fen=int(paid_fen or 0)
    )
