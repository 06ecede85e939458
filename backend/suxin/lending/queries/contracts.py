"""Loan contracts as a subject has them: accepted offers whose loan is not to be paid back yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

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
    """Return the subject's contracts that a person concluded and that run still, the oldest first."""
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
    contracts = [
        RunningContract(
            bank or "（已暂停服务的银行）",
            number,
            loan_ends_at(offer.decided_at or offer.made_at, term_months=offer.term_months),
        )
        for offer, number, bank in rows
    ]
    return [contract for contract in contracts if contract.until > now]
