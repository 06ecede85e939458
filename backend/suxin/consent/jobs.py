"""Timed duties of consent."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands
from suxin.kernel.database import act_for
from suxin.kernel.outbox import Handler, Job


async def expire_consent(session: AsyncSession, job: Job) -> None:
    """End a consent at the end of its period."""
    subject_id = job.uuid("subject_id")
    async with act_for(session, subject_id=subject_id, reason="consent expiry"):
        await commands.expire_consent(
            session, subject_id=subject_id, consent_id=job.uuid("consent_id"), now=job.now
        )


def handlers() -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""
    return {commands.EXPIRE_TOPIC: expire_consent}
