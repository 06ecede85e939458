"""The dossier of a claim (代偿材料): what the platform knows of the loan, put together in one click.

It names nobody: the pool's operator decides on figures and acts, and the bank keeps the papers. What the bank had been permitted to see
when it decided is named by its SHA-256 alone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.database import act_for
from suxin.lending.loans.models import Loan
from suxin.lending.loans.queries import Facts
from suxin.lending.models import DecisionSnapshot, Offer
from suxin.review.models import ReviewCase
from suxin.review.states import ENDED
from suxin.risk_pool.claims.models import CollectionAttempt
from suxin.risk_pool.collection_files.queries import files_of_loan


async def dossier_of(
    session: AsyncSession, loan: Loan, facts: Facts, attempts: Sequence[CollectionAttempt]
) -> dict[str, Any]:
    """Return the dossier of a loan, read with the bank's own rows."""
    files = await files_of_loan(session, tenant_id=loan.tenant_id, loan_id=loan.id)
    return {
        "decision": await _decision(session, loan),
        "contract": {
            "number": loan.contract_number,
            "signed_on": loan.signed_at.date().isoformat(),
            "principal_fen": loan.principal_fen,
            "term_months": loan.term_months,
            "rate_bps": loan.rate_bps,
            "repayment_method": loan.repayment_method.value,
            "guarantee": loan.guarantee.value,
            "collateral_number": loan.collateral_number,
        },
        "drawdowns": [
            {"on": one.drawn_on.isoformat(), "amount_fen": one.amount_fen}
            for one in sorted(facts.drawdowns, key=lambda one: (one.drawn_on, one.id))
        ],
        "plan": [
            {
                "number": one.number,
                "due_on": one.due_on.isoformat(),
                "principal_fen": one.principal_fen,
                "interest_fen": one.interest_fen,
                "principal_paid_fen": one.principal_paid_fen,
                "interest_paid_fen": one.interest_paid_fen,
            }
            for one in facts.instalments
        ],
        "repayments": [
            {"on": one.paid_on.isoformat(), "amount_fen": one.amount_fen}
            for one in sorted(facts.repayments, key=lambda one: (one.paid_on, one.id))
        ],
        "collections": [
            {
                "on": one.attempted_on.isoformat(),
                "kind": one.kind.value,
                "result": one.result.value,
                "note": one.note,
                # A name may say whose paper it is; the digest proves which one was meant.
                "files": [
                    {
                        "media_type": file.media_type,
                        "size_bytes": file.size_bytes,
                        "sha256": file.sha256,
                    }
                    for file in files.get(one.id, [])
                ],
            }
            for one in attempts
        ],
    }


async def open_disputes(session: AsyncSession, loan: Loan) -> int:
    """Return how many cases about the loan, its offer or its request run that the borrower has filed.

    They are the subject's and its office's to read, so that this looks into his rows; it learns how many.
    """
    about = [one for one in (loan.id, loan.offer_id, loan.request_id) if one is not None]
    async with act_for(session, subject_id=loan.subject_id, reason="disputes that hold up a claim"):
        return (
            await session.scalar(
                select(func.count())
                .select_from(ReviewCase)
                .where(
                    ReviewCase.subject_id == loan.subject_id,
                    ReviewCase.object_id.in_(about),
                    ReviewCase.state.not_in(ENDED),
                )
            )
            or 0
        )


async def _decision(session: AsyncSession, loan: Loan) -> dict[str, Any] | None:
    if loan.offer_id is None:
        return None
    offer = await session.scalar(
        select(Offer).where(Offer.tenant_id == loan.tenant_id, Offer.id == loan.offer_id)
    )
    if offer is None:
        return None
    # Read on the contract's basis, or not at all; a snapshot whose time is over leaves its hash.
    snapshot = await session.scalar(
        select(DecisionSnapshot).where(
            DecisionSnapshot.tenant_id == loan.tenant_id,
            DecisionSnapshot.offer_id == loan.offer_id,
        )
    )
    return {
        "offered_on": offer.made_at.date().isoformat(),
        "amount_fen": offer.amount_fen,
        "rate_bps": offer.rate_bps,
        "annualised_rate_bps": offer.annualised_rate_bps,
        "term_months": offer.term_months,
        "snapshot_sha256": None if snapshot is None else snapshot.sha256,
        "snapshot_taken_on": None if snapshot is None else snapshot.taken_at.date().isoformat(),
    }
