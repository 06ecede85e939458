"""What follows of a claim in time: it is reminded of, escalated and redated, and its papers are erased."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job
from suxin.perks.covers import clocks
from suxin.perks.covers.papers import FORGET_TOPIC, erase_papers


async def nearly_due(session: AsyncSession, job: Job) -> None:
    """Remind the operator of a claim whose time is nearly over."""
    await clocks.remind(
        session,
        tenant_id=job.uuid("tenant_id"),
        claim_id=job.uuid("claim_id"),
        due_at=datetime.fromisoformat(job.payload["due_at"]),
        now=job.now,
    )


async def due(session: AsyncSession, job: Job) -> None:
    """Escalate a claim whose time is over."""
    await clocks.escalate(
        session,
        tenant_id=job.uuid("tenant_id"),
        claim_id=job.uuid("claim_id"),
        due_at=datetime.fromisoformat(job.payload["due_at"]),
        now=job.now,
    )


async def redate(session: AsyncSession, job: Job) -> None:
    """Work a chunk of running times out anew, and leave the rest to the next job."""
    after = job.uuid("claim_id") if "claim_id" in job.payload else None
    year = job.payload["year"]
    following = await clocks.redate(session, year=year, after=after, now=job.now)
    if following is not None:
        rest = {"year": year, "claim_id": following}
        await outbox.post(session, clocks.REDATE_TOPIC, rest, now=job.now, wake=True)


async def kept_long_enough(session: AsyncSession, job: Job) -> None:
    """Erase what a claim's papers hold."""
    await erase_papers(session, tenant_id=job.uuid("tenant_id"), claim_id=job.uuid("claim_id"))


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of covers by topic."""
    return {
        clocks.REMIND_TOPIC: nearly_due,
        clocks.DUE_TOPIC: due,
        clocks.REDATE_TOPIC: redate,
        FORGET_TOPIC: kept_long_enough,
    }
