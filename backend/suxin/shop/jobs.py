"""The platform's work on the shop: ending what nobody handed over in time."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.shop.redeeming import EXPIRE_TOPIC, expire_redemption


async def redemption_over(session: AsyncSession, job: Job) -> None:
    """Look whether a hold's time is over."""
    await expire_redemption(
        session,
        tenant_id=job.uuid("tenant_id"),
        redemption_id=job.uuid("redemption_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of the shop by topic."""
    return {EXPIRE_TOPIC: redemption_over}
