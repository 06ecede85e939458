"""Loan contracts as a subject has them: accepted offers whose loan is not paid back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import SHANGHAI
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import LoanRequest, Offer, OfferState
from suxin.lending.terms import loan_ends_at
from suxin.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class RunningContract:
    """A contract that runs: with which bank, on which request, and when the loan is to be paid back."""

    bank: str
    number: str
    until: datetime


async def running_contracts(
    session: AsyncSession, *, subject_id: UUID, person_id: UUID, now: datetime
) -> Sequence[RunningContract]:
    """Return the subject's contracts that a person concluded and that run still, the oldest first.

    Where the bank has reported the loan, the contract runs until that is settled or cancelled, also when it is late; a renewal goes
    on with it. Where it has not, the offer's term says until when.
    """
    reported = await _loans(session, subject_id)
    rows = await session.execute(
        select(Offer, LoanRequest.number, Tenant.name)
        .join(
            LoanRequest,
            (LoanRequest.subject_id == Offer.subject_id) & (LoanRequest.id == Offer.request_id),
        )
        .outerjoin(Tenant, Tenant.id == Offer.tenant_id)
        .where(
            Offer.subject_id == subject_id,
            Offer.state == OfferState.CHOSEN,
            LoanRequest.person_id == person_id,
        )
        .order_by(Offer.id)
    )
    found = []
    for offer, number, bank in rows:
        until = loan_ends_at(offer.decided_at or offer.made_at, term_months=offer.term_months)
        runs, last_due = reported.get(offer.request_id, (until > now, None))
        if last_due is not None:
            until = datetime.combine(last_due, time(), SHANGHAI)
        if runs:
            found.append(RunningContract(bank or "（已暂停服务的银行）", number, until))
    return found


async def _loans(session: AsyncSession, subject_id: UUID) -> dict[UUID, tuple[bool, date | None]]:
    """Return, by their requests, whether any of a subject's loans runs, and the last day on which something is due."""
    rows = await session.execute(
        select(
            Loan.request_id,
            func.bool_or(Loan.state.not_in((LoanState.CANCELLED, LoanState.SETTLED))),
            func.max(Loan.ends_on),
        )
        .where(Loan.subject_id == subject_id)
        .group_by(Loan.request_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
