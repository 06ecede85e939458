"""The platform's work on league tables: counting what was asked for."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.lending.league.closing import COUNT_TOPIC, count_asked


async def count_is_asked(session: AsyncSession, job: Job) -> None:
    """Count a correction."""
    await count_asked(session, table_id=job.uuid("table_id"), now=job.now)


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of league tables by topic."""
    return {COUNT_TOPIC: count_is_asked}
