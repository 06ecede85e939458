"""The duties of limits: notice, effect, end."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.perks.limiting import following
from suxin.perks.limiting.proposing import NOTICE_TOPIC


async def notice_due(session: AsyncSession, job: Job) -> None:
    """Tell whom a limit concerns."""
    await following.give_notice(
        session,
        tenant_id=job.uuid("tenant_id"),
        limit_id=job.uuid("limit_id"),
        now=job.now,
    )


async def effect_due(session: AsyncSession, job: Job) -> None:
    """Look whether a limit takes effect."""
    await following.let_take_effect(
        session,
        tenant_id=job.uuid("tenant_id"),
        limit_id=job.uuid("limit_id"),
        now=job.now,
    )


async def over_due(session: AsyncSession, job: Job) -> None:
    """Look whether a limit is over."""
    await following.end_over(
        session,
        tenant_id=job.uuid("tenant_id"),
        limit_id=job.uuid("limit_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of limits by topic."""
    return {
        NOTICE_TOPIC: notice_due,
        following.EFFECT_TOPIC: effect_due,
        following.OVER_TOPIC: over_due,
    }
