"""The platform's work on points: times of claims, notices that are over, and what becomes a record once a month."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import clocks, recording
from suxin.grid.ending import end_of_time
from suxin.grid.noticing import OVER_TOPIC, notice_over
from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job


async def claim_due(session: AsyncSession, job: Job) -> None:
    """Look whether a time of a claim is over."""
    await end_of_time(
        session,
        tenant_id=job.uuid("tenant_id"),
        claim_id=job.uuid("claim_id"),
        due_at=datetime.fromisoformat(job.payload["due_at"]),
        now=job.now,
    )


async def notice_ends(session: AsyncSession, job: Job) -> None:
    """Post what nobody objected to when a notice is over."""
    await notice_over(
        session, tenant_id=job.uuid("tenant_id"), notice_id=job.uuid("notice_id"), now=job.now
    )


async def redate(session: AsyncSession, job: Job) -> None:
    """Work a chunk of running times out anew, and leave the rest to the next job."""
    year = job.payload["year"]
    after = job.uuid("claim_id") if "claim_id" in job.payload else None
    following = await clocks.redate_claims(session, year=year, after=after, now=job.now)
    if following is not None:
        payload = {"year": year, "claim_id": following}
        await outbox.post(session, clocks.REDATE_TOPIC, payload, now=job.now, wake=True)


async def points_kept(session: AsyncSession, job: Job) -> None:
    """Record a member's or household's plus points of a month."""
    await recording.record_points(
        session,
        tenant_id=job.uuid("tenant_id"),
        member_id=job.uuid("member_id"),
        month=job.payload["month"],
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of points by topic."""
    return {
        clocks.DUE_TOPIC: claim_due,
        clocks.REDATE_TOPIC: redate,
        OVER_TOPIC: notice_ends,
        recording.RECORD_TOPIC: points_kept,
    }
