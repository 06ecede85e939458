"""Asking a borrower to let a loan be watched: a consent of its own, after the money was drawn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import LOAN_WATCH
from suxin.consent.requests import Asked, ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.standing import JUDGED
from suxin.lending.models import StepNotPossible


async def ask_to_watch(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, now: datetime
) -> Asked:
    """Ask the borrower of a running loan to let it be watched, in all that he can permit; he may permit less.

    :raises NotFound, Forbidden: if the loan is not the actor's, or he may not ask for consents
    :raises StepNotPossible: if nothing is drawn, or the loan has ended
    :raises ConsentExists, AskedAgainTooSoon: if it is permitted or asked already, or was refused a short while ago
    :raises AssessmentMissing: if no impact assessment of the purpose is on file
    Source: PIPL art. 14: what was permitted to assess a request is not used to watch a loan
    """
    actor.require(policies.LOAN_READ)
    loan = await queries.own_loan(session, actor, loan_id)
    if loan.state not in JUDGED:
        raise StepNotPossible(
            state=loan.state, step_zh="征求预警授权", step_en="ask to let it be watched"
        )
    form = ConsentForm(
        subject_id=loan.subject_id,
        purpose=LOAN_WATCH.code,
        categories=sorted(LOAN_WATCH.categories),
        life_days=LOAN_WATCH.max_life_days,
        context_id=loan.request_id,
    )
    return await request_consent(session, actor, form=form, now=now)
