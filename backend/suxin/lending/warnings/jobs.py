"""Timed duties of warnings: reminding a bank, and letting lapse what it has not answered."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.lending.warnings import telling


async def warning_reminds(session: AsyncSession, job: Job) -> None:
    """Remind a bank of a warning."""
    await telling.remind(
        session,
        tenant_id=job.uuid("tenant_id"),
        warning_id=job.uuid("warning_id"),
        now=job.now,
    )


async def warning_due(session: AsyncSession, job: Job) -> None:
    """Look whether a warning was answered in time."""
    await telling.lapse(
        session,
        tenant_id=job.uuid("tenant_id"),
        warning_id=job.uuid("warning_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of warnings by topic."""
    return {telling.REMIND_TOPIC: warning_reminds, telling.DUE_TOPIC: warning_due}
