"""Timed duties of consent, and what follows here from what happened in the contexts below."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands
from suxin.consent.oauth.grants import end_grants_of_account
from suxin.kernel.database import act_for
from suxin.kernel.outbox import Handler, Job
from suxin.subjects import proofs


async def expire_consent(session: AsyncSession, job: Job) -> None:
    """End a consent at the end of its period."""
    subject_id = job.uuid("subject_id")
    async with act_for(session, subject_id=subject_id, reason="consent expiry"):
        await commands.expire_consent(
            session, subject_id=subject_id, consent_id=job.uuid("consent_id"), now=job.now
        )


async def end_log_ins_of_account(session: AsyncSession, job: Job) -> None:
    """End the log-ins of an account that stands for its person no more; those since then are somebody's own."""
    await end_grants_of_account(
        session,
        openid=job.payload["openid"],
        until=datetime.fromisoformat(job.payload["at"]),
        reason="account_unbound",
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""
    return {commands.EXPIRE_TOPIC: expire_consent, proofs.UNBOUND_TOPIC: end_log_ins_of_account}
