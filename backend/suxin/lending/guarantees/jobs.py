"""Timed duties of guarantees: letting lapse what nobody answered or signed in time, and ending what a guarantor was let know."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.lending.guarantees.asking import LAPSE_TOPIC
from suxin.lending.guarantees.ending import FORGET_TOPIC, forget_applicant, lapse_request


async def guarantee_late(session: AsyncSession, job: Job) -> None:
    """Look whether a request was answered, or its contract signed, in time."""
    await lapse_request(
        session, tenant_id=job.uuid("tenant_id"), request_id=job.uuid("request_id"), now=job.now
    )


async def guarantee_forgotten(session: AsyncSession, job: Job) -> None:
    """End what an applicant let a guarantor know."""
    await forget_applicant(
        session, tenant_id=job.uuid("tenant_id"), request_id=job.uuid("request_id"), now=job.now
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of guarantees by topic."""
    return {LAPSE_TOPIC: guarantee_late, FORGET_TOPIC: guarantee_forgotten}
