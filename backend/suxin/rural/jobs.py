"""The duties of rural ratings that follow a step: putting on record what a village attests."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.rural.statements import VERIFIED_TOPIC, put_on_record


async def statement_verified(session: AsyncSession, job: Job) -> None:
    """Put a verified fact on record."""
    await put_on_record(
        session,
        tenant_id=job.uuid("tenant_id"),
        statement_id=job.uuid("statement_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of rural ratings by topic."""
    return {VERIFIED_TOPIC: statement_verified}
