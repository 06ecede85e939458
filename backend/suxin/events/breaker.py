"""The breaker: an endpoint that fails again and again is only probed, until it takes an event again."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.events.schedule import BREAK_AFTER, next_probe_at
from suxin.kernel import notices
from suxin.kernel.audit import append_act

GONE: Final = "gone"


async def note_success(session: AsyncSession, endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Close the breaker: what waited is due at once."""
    endpoint.failures, endpoint.last_success_at = 0, now
    if endpoint.state is not EndpointState.BROKEN:
        return
    endpoint.mend(now=now)
    await session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.tenant_id == endpoint.tenant_id,
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == DeliveryState.PENDING,
            WebhookDelivery.next_at > now,
        )
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )
    _record(session, endpoint, "mended", now=now)


async def note_failures(
    session: AsyncSession, endpoint: WebhookEndpoint, count: int, *, now: datetime
) -> None:
    """Count failed attempts; open the breaker after ``BREAK_AFTER`` of them in a row and tell the tenant."""
    endpoint.failures += count
    if endpoint.state is EndpointState.BROKEN:
        endpoint.due_at = next_probe_at(failures=endpoint.failures, now=now)
    elif endpoint.state is EndpointState.ACTIVE and endpoint.failures >= BREAK_AFTER:
        endpoint.break_off(until=next_probe_at(failures=BREAK_AFTER, now=now))
        _record(session, endpoint, "broken", now=now)
        await _tell(
            session,
            endpoint,
            "事件推送连续失败",
            f"推送地址“{endpoint.name}”连续 {endpoint.failures} 次失败，已改为定期试探；恢复后自动补发 72 小时内的事件。",
            now=now,
        )


async def note_gone(session: AsyncSession, endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Pause an endpoint whose receiver answered that it is gone (410), and tell the tenant."""
    if endpoint.state is EndpointState.PAUSED:
        return
    endpoint.pause(GONE)
    _record(session, endpoint, "gone", now=now)
    await _tell(
        session,
        endpoint,
        "事件推送已暂停",
        f"推送地址“{endpoint.name}”回答 410，表示不再接收，推送已暂停；请核对地址后恢复。",
        now=now,
    )


async def _tell(
    session: AsyncSession, endpoint: WebhookEndpoint, title: str, body: str, *, now: datetime
) -> None:
    await notices.notify_tenant(
        session,
        tenant_id=endpoint.tenant_id,
        permission=WEBHOOK_MANAGE,
        template="webhook_state",
        title=title,
        body=body,
        link=f"/desk/webhooks/{endpoint.id}",
        now=now,
    )


def _record(session: AsyncSession, endpoint: WebhookEndpoint, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"events.webhook.{step}",
        now=now,
        tenant_id=endpoint.tenant_id,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        detail={"failures": endpoint.failures},
    )
