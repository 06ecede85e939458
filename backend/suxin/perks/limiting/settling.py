"""What follows when an objection to a limit has ended, in the transaction in which it ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks.limiting import queries
from suxin.perks.limiting.following import wait_for_effect
from suxin.perks.limiting.telling import record_limit, tell_merchant
from suxin.review.models import ReviewCase
from suxin.review.states import CaseState, Outcome


async def settle_limit_objection(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Lift a limit whose objection holds; let it wait for its time again where it does not, or was taken back.

    It takes effect by the platform's clock alone, never here.
    """
    limit = await queries.lock_contested(session, UUID(case.stated["limit"]))
    if limit is None:
        # It ended meanwhile: the order was paid, or the merchant gave it up.
        return
    if case.state is CaseState.EFFECTIVE and case.outcome is Outcome.GRANTED:
        limit.lift(case.answer or "", now=now)
        record_limit(session, limit, "lifted", now=now)
        await tell_merchant(session, limit, title="申诉成立", body="限制不生效。", now=now)
        return
    limit.stand()
    record_limit(session, limit, "stands", now=now)
    await wait_for_effect(session, limit, now=now)
