"""The duties of perks that follow: ending redemptions and programmes whose time is over, and recording what was kept."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.perks import recording
from suxin.perks.publishing import OVER_TOPIC, end_over
from suxin.perks.redeeming import EXPIRE_TOPIC, expire_redemption


async def redemption_over(session: AsyncSession, job: Job) -> None:
    """Look whether a lock, or the time to use what was granted, is over."""
    await expire_redemption(
        session,
        tenant_id=job.uuid("tenant_id"),
        redemption_id=job.uuid("redemption_id"),
        now=job.now,
    )


async def programme_over(session: AsyncSession, job: Job) -> None:
    """Look whether a programme's last day is over."""
    await end_over(
        session,
        tenant_id=job.uuid("tenant_id"),
        programme_id=job.uuid("programme_id"),
        now=job.now,
    )


async def redemption_kept(session: AsyncSession, job: Job) -> None:
    """Look whether a completed redemption becomes a record."""
    await recording.record_kept(
        session,
        tenant_id=job.uuid("tenant_id"),
        redemption_id=job.uuid("redemption_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of perks by topic."""
    return {
        EXPIRE_TOPIC: redemption_over,
        OVER_TOPIC: programme_over,
        recording.RECORD_TOPIC: redemption_kept,
    }
