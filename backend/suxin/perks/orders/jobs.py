"""What follows in time: the provider is asked, and asked after; orders expire, fall due, and how they ended is kept."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.perks.orders import answers, asking, calls, carrying, commands, looking
from suxin.perks.orders.provider import OrderProvider
from suxin.perks.orders.states import OutcomeKind


async def confirmation_due(session: AsyncSession, job: Job) -> None:
    """Let an order expire that nobody has confirmed in time."""
    await carrying.expire_unconfirmed(session, **_order(job), now=job.now)


async def payment_due(session: AsyncSession, job: Job) -> None:
    """Look whether an order was paid in time."""
    await carrying.note_unpaid(session, **_order(job), now=job.now)


async def outcome_known(session: AsyncSession, job: Job) -> None:
    """Keep how an order ended."""
    await carrying.keep_outcome(
        session,
        **_order(job),
        kind=OutcomeKind.coded(job.payload["kind"]),
        at=datetime.fromisoformat(job.payload["at"]),
    )


async def call_taken(session: AsyncSession, job: Job) -> None:
    """Take what a provider's call back told."""
    await calls.carry_out(session, job.payload, now=job.now)


def handlers(provider: OrderProvider) -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""

    async def ask_provider(session: AsyncSession, job: Job) -> None:
        """Ask the provider what a merchant asked for."""
        await carrying.carry_request(
            session,
            provider=provider,
            **_order(job),
            request_id=job.uuid("request_id"),
            now=job.now,
        )

    async def look_after(session: AsyncSession, job: Job) -> None:
        """Ask the provider where an order stands."""
        await carrying.look_after(session, provider=provider, **_order(job), now=job.now)

    async def ask_refund(session: AsyncSession, job: Job) -> None:
        """Ask the provider for a refund."""
        await carrying.carry_refund(
            session,
            provider=provider,
            **_order(job),
            refund_id=job.uuid("refund_id"),
            now=job.now,
        )

    return {
        asking.REQUEST_TOPIC: ask_provider,
        looking.LOOK_TOPIC: look_after,
        commands.REFUND_TOPIC: ask_refund,
        commands.EXPIRE_TOPIC: confirmation_due,
        answers.DEFAULT_TOPIC: payment_due,
        answers.OUTCOME_TOPIC: outcome_known,
        calls.CALL_TOPIC: call_taken,
    }


def _order(job: Job) -> dict[str, UUID]:
    return {"tenant_id": job.uuid("tenant_id"), "order_id": job.uuid("order_id")}
