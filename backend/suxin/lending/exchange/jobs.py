"""Timed duties of what is exchanged, by topic."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.lending.exchange.asking import CLOSE_TOPIC, close_material
from suxin.lending.exchange.keeping import ERASE_TOPIC, erase_exchanged


async def material_due(session: AsyncSession, job: Job) -> None:
    """End a request for material that was not answered in time."""
    await close_material(
        session,
        tenant_id=job.uuid("tenant_id"),
        material_id=job.uuid("material_id"),
        now=job.now,
    )


async def kept_long_enough(session: AsyncSession, job: Job) -> None:
    """Erase what was exchanged on a request, once its time of keeping is over."""
    await erase_exchanged(
        session,
        subject_id=job.uuid("subject_id"),
        request_id=job.uuid("request_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers by topic."""
    return {CLOSE_TOPIC: material_due, ERASE_TOPIC: kept_long_enough}
