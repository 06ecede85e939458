"""The platform's work on books: letting holds expire."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.ledger.posting import EXPIRE_TOPIC, expire_hold


async def hold_expires(session: AsyncSession, job: Job) -> None:
    """Let what a hold has set aside go at the end of its time."""
    await expire_hold(
        session, book=job.uuid("tenant_id"), pending_id=job.uuid("pending_id"), now=job.now
    )


def handlers() -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""
    return {EXPIRE_TOPIC: hold_expires}
