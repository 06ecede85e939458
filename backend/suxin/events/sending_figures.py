"""How sending goes, counted over all tenants for whoever watches the platform; no figure names one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint


class Outcome(StrEnum):
    """What an attempt came to: the receiver took it, answered otherwise, or did not answer."""

    TAKEN = "taken"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingFigures:
    """How sending goes.

    ``attempted`` are deliveries by what their latest attempt came to, of those attempted since a moment; ``median_ms`` and
    ``p95_ms`` how long those attempts took, None where there were none.
    """

    waiting: int
    oldest_waits: timedelta
    endpoints: Mapping[EndpointState, int]
    attempted: Mapping[Outcome, int]
    median_ms: int | None
    p95_ms: int | None


async def sending_figures(
    session: AsyncSession, *, since: datetime, now: datetime
) -> SendingFigures:
    """Return how sending goes now, and how it went since a moment. A duty of the platform: anyone else counts his own."""
    pending = WebhookDelivery.state == DeliveryState.PENDING
    waiting = await session.scalar(select(func.count()).where(pending)) or 0
    earliest = await session.scalar(select(func.min(WebhookDelivery.created_at)).where(pending))
    endpoints = await session.execute(
        select(WebhookEndpoint.state, func.count()).group_by(WebhookEndpoint.state)
    )
    outcome = case(
        (WebhookDelivery.status.between(200, 299), Outcome.TAKEN.value),
        (WebhookDelivery.status.is_not(None), Outcome.ANSWERED.value),
        else_=Outcome.UNANSWERED.value,
    )
    lately = WebhookDelivery.attempted_at >= since
    attempted = await session.execute(select(outcome, func.count()).where(lately).group_by(outcome))
    median_ms, p95_ms = (
        await session.execute(
            select(
                func.percentile_disc(0.5).within_group(WebhookDelivery.took_ms),
                func.percentile_disc(0.95).within_group(WebhookDelivery.took_ms),
            ).where(lately)
        )
    ).one()
    return SendingFigures(
        waiting=waiting,
        oldest_waits=timedelta(0) if earliest is None else max(timedelta(0), now - earliest),
        endpoints=dict.fromkeys(EndpointState, 0) | {row[0]: row[1] for row in endpoints},
        attempted=dict.fromkeys(Outcome, 0) | {Outcome(row[0]): row[1] for row in attempted},
        median_ms=median_ms,
        p95_ms=p95_ms,
    )
