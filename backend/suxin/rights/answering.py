"""The office decides on a subject's case, with what is to be carried out once another person has checked it.

What is the platform's own is changed to what the office has found right; that is given with the decision and kept with it, so that
whoever checks sees it. See ``remedies`` and ``settling``.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.review import queries
from suxin.review.deciding import decide_case
from suxin.review.models import ReviewCase, ReviewDecision
from suxin.review.states import Outcome
from suxin.rights.kinds import CORRECTION, KINDS
from suxin.rights.policies import CASE_DECIDE
from suxin.rights.remedies import Remedy, contested, put_right


async def answer_case(
    session: AsyncSession,
    actor: Actor,
    *,
    case_id: UUID,
    outcome: Outcome,
    reason: str,
    value: str = "",
    now: datetime,
) -> ReviewDecision:
    """Decide on a case with a reason; another person checks it before anything follows.

    ``value`` is what the platform's own data should say, where that is what is granted.

    :raises Forbidden: if the actor may not decide
    :raises NotFound: if his office has none of that id
    :raises Invalid: if the reason is missing or too long, or the value is none of its item
    :raises Refusal: what ``review.deciding.decide_case`` refuses a decision for
    Source: PIPL art. 24, 46, 50; 征信业管理条例 art. 25
    """
    actor.require(CASE_DECIDE)
    case = await queries.lock_case(session, case_id, office_id=actor.own_tenant)
    return await decide_case(
        session,
        actor,
        kind=KINDS[case.kind],
        case_id=case_id,
        outcome=outcome,
        reason=reason,
        terms=await _terms(session, case, outcome, value),
        now=now,
    )


async def _terms(
    session: AsyncSession, case: ReviewCase, outcome: Outcome, value: str
) -> dict[str, object] | None:
    if outcome is not Outcome.GRANTED or case.kind != CORRECTION.code:
        return None
    about, remedy = contested(case)
    if remedy is not Remedy.PLATFORM:
        return None
    right = await put_right(session, about, value)
    return {"columns": dict(right.columns), "zh": right.zh}
