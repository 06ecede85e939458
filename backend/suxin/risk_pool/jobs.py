"""Duties of the platform about risk pools that leave as outbox rows."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.risk_pool.guarantor_parts.asking import LATE_TOPIC, escalate_late_part
from suxin.risk_pool.statements.asking import MATCH_TOPIC
from suxin.risk_pool.statements.matching import match_next


async def match_lines(session: AsyncSession, job: Job) -> None:
    """Match one line of a pool, and ask for the next."""
    day = job.payload.get("day")
    after = None if day is None else (date.fromisoformat(day), job.uuid("line_id"))
    await match_next(
        session,
        operator_id=job.uuid("operator_id"),
        pool_id=job.uuid("pool_id"),
        after=after,
        now=job.now,
    )


async def part_late(session: AsyncSession, job: Job) -> None:
    """Look whether a guarantor answered a claim in time."""
    await escalate_late_part(
        session, tenant_id=job.uuid("tenant_id"), part_id=job.uuid("part_id"), now=job.now
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of risk pools by topic."""
    return {MATCH_TOPIC: match_lines, LATE_TOPIC: part_late}
