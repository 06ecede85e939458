"""Timed duties of loans: judging a sandbox's by its own clock."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.lending.loans.daily import judge_loan
from suxin.lending.loans.telling import JUDGE_TOPIC


async def instalment_late(session: AsyncSession, job: Job) -> None:
    """Look how a loan stands after a due day."""
    await judge_loan(
        session, tenant_id=job.uuid("tenant_id"), loan_id=job.uuid("loan_id"), now=job.now
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handlers of loans by topic."""
    return {JUDGE_TOPIC: instalment_late}
