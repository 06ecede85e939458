"""The platform's jobs for villages: registers joined, and mandates ended that rest on a household's head."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.villages.merging import MERGE_TOPIC
from suxin.villages.speaking import HEAD_CHANGED_TOPIC
from suxin.villages.subjecthood import end_former_heads
from suxin.villages.succeeding import carry_out_merger


async def merger_approved(session: AsyncSession, job: Job) -> None:
    """Take a village's households over."""
    await carry_out_merger(session, merger_id=job.uuid("merger_id"), now=job.now)


async def head_changed(session: AsyncSession, job: Job) -> None:
    """End the mandates of whoever heads a household no more."""
    await end_former_heads(
        session,
        tenant_id=job.uuid("tenant_id"),
        household_id=job.uuid("household_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of villages by topic."""
    return {MERGE_TOPIC: merger_approved, HEAD_CHANGED_TOPIC: head_changed}
