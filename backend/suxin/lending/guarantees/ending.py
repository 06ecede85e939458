"""The ends of guarantees that nobody decides: nobody answered or signed in time, the loan is repaid, the period is over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import end_consents_about
from suxin.kernel import outbox
from suxin.kernel.working_days import local_day
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.event_types import LAPSED, RELEASED
from suxin.lending.guarantees.limits import give_back
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.states import WAITING, GuaranteeRelease, GuaranteeState
from suxin.lending.guarantees.telling import record_step, tell_bank
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import Offer
from suxin.lending.terms import RepaymentMethod

FORGET_TOPIC: Final = "lending.guarantee.forget"
FOLLOWED_AT_ONCE: Final = 200
_RELEASED_BY: Final = {
    LoanState.SETTLED: GuaranteeRelease.SETTLED,
    LoanState.CANCELLED: GuaranteeRelease.CANCELLED,
}


async def lapse_request(
    session: AsyncSession, *, tenant_id: UUID, request_id: UUID, now: datetime
) -> bool:
    """Let a request lapse that nobody answered, or a commitment on which nobody signed, in time; return False where there is none.

    A duty of the platform.
    """
    request = await queries.lock_request(session, tenant_id, request_id)
    if request is None or not await _is_late(session, request, now=now):
        return False
    given_fen = request.committed_fen
    request.lapse(now=now)
    record_step(session, request, "lapsed", now=now)
    await tell_bank(session, request, LAPSED, now=now)
    await session.flush()
    await give_back(session, request, given_fen, now=now)
    await end_knowing(session, request, now=now)
    await session.flush()
    return True


async def follow_loans(
    session: AsyncSession, *, now: datetime, limit: int = FOLLOWED_AT_ONCE
) -> int:
    """Give back what guarantors answer for no more, as loans are repaid or end, some at a time; return of how many.

    A duty of the platform. A loan that is overdue or written off is answered for until the period is over.

    Source: 民法典 art. 692: a guarantor answers within the agreed period
    """
    behind = await queries.commitments_behind(session, now=now, limit=limit)
    for request, loan in behind:
        before_fen = request.committed_fen
        release = _release_of(request, loan, now=now)
        if release is None:
            request.commit_less(still_guaranteed_fen(loan, request.share_bps))
        else:
            request.let_go(release, now=now)
            record_step(session, request, "released", subject_id=loan.subject_id, now=now)
            await tell_bank(session, request, RELEASED, now=now)
            await end_knowing(session, request, now=now)
        await session.flush()
        await give_back(session, request, before_fen - request.committed_fen, now=now)
    await session.flush()
    return len(behind)


async def forget_applicant(
    session: AsyncSession, *, tenant_id: UUID, request_id: UUID, now: datetime
) -> bool:
    """End what the applicant let the guarantor know once a request was declined or taken back; return False where it was not.

    A duty of the platform, because nobody else but he ends his consents.
    """
    request = await queries.lock_request(session, tenant_id, request_id)
    if request is None or request.ended_at is None:
        return False
    await end_knowing(session, request, now=now)
    return True


async def ask_to_forget(session: AsyncSession, request: GuaranteeRequest, *, now: datetime) -> None:
    """Have the platform end at once what the applicant let the guarantor know for a request."""
    await outbox.post(
        session,
        FORGET_TOPIC,
        {"tenant_id": request.tenant_id, "request_id": request.id},
        now=now,
        tenant_id=request.tenant_id,
        wake=True,
    )


async def end_knowing(session: AsyncSession, request: GuaranteeRequest, *, now: datetime) -> None:
    """End what the applicant let a guarantor know for a request, as the platform.

    Source: PIPL art. 47(1): the purpose is achieved, or cannot be
    """
    offer = await session.get_one(Offer, (request.tenant_id, request.offer_id))
    await end_consents_about(
        session,
        subject_id=offer.subject_id,
        context_id=offer.request_id,
        reason="担保事项已结束",
        now=now,
        only_tenant=request.guarantor_id,
    )
    await session.flush()


def still_guaranteed_fen(loan: Loan, share_bps: int) -> int:
    """Return a guarantor's part of the principal that a loan may still come to; what is repaid of a revolving one can be drawn again."""
    revolving = loan.repayment_method is RepaymentMethod.REVOLVING
    principal_fen = loan.principal_fen - (0 if revolving else loan.principal_paid_fen)
    return principal_fen * share_bps // 10_000


def _release_of(request: GuaranteeRequest, loan: Loan, *, now: datetime) -> GuaranteeRelease | None:
    if loan.state in _RELEASED_BY:
        return _RELEASED_BY[loan.state]
    over = request.ends_on is not None and request.ends_on <= local_day(now)
    return GuaranteeRelease.PERIOD_OVER if over else None


async def _is_late(session: AsyncSession, request: GuaranteeRequest, *, now: datetime) -> bool:
    if request.state in WAITING:
        return request.answer_by <= now
    if request.state is not GuaranteeState.APPROVED or request.sign_by is None:
        return False
    return request.sign_by <= now and await queries.loan_on(session, request) is None
