"""The timed duty of tickets: ending those of which no gate may tell any more."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.perks.tickets.issuing import EXPIRE_TOPIC, expire_ticket


async def ticket_over(session: AsyncSession, job: Job) -> None:
    """Look whether a ticket's time, and the time to tell of it, is over."""
    await expire_ticket(
        session,
        tenant_id=job.uuid("tenant_id"),
        ticket_id=job.uuid("ticket_id"),
        now=job.now,
    )


def handlers() -> Mapping[str, Handler]:
    """Return the handler of tickets by its topic."""
    return {EXPIRE_TOPIC: ticket_over}
