"""Commands that send events again: one delivery, or everything since a time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.deliveries import new_delivery
from suxin.events.models import (
    DeliveryState,
    EndpointState,
    TenantEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.events.queries import lock_own_endpoint
from suxin.events.refusals import DeliveryPending, ReplayTooLarge
from suxin.events.schedule import KEPT_FOR, TRIED_FOR
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.many_rows import put
from suxin.kernel.refusals import Invalid, NotFound

MAX_REPLAYED: Final = 10_000


async def replay_delivery(
    session: AsyncSession, actor: Actor, *, delivery_id: UUID, now: datetime
) -> WebhookDelivery:
    """Send one event to its endpoint again, under the same id; later events of its object wait for it.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's delivery
    :raises DeliveryPending: if it is on its way
    """
    actor.require(WEBHOOK_MANAGE)
    endpoint_id = await session.scalar(
        select(WebhookDelivery.endpoint_id).where(
            WebhookDelivery.tenant_id == actor.own_tenant, WebhookDelivery.id == delivery_id
        )
    )
    if endpoint_id is None:
        raise NotFound(thing_zh="推送记录", thing_en="delivery")
    # The endpoint first, as whoever sends to it does.
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    delivery = await session.get_one(
        WebhookDelivery,
        (actor.own_tenant, delivery_id),
        with_for_update=True,
        populate_existing=True,
    )
    if delivery.state is DeliveryState.PENDING:
        raise DeliveryPending
    delivery.replay(now=now, give_up_at=now + TRIED_FOR)
    _wake(endpoint, now=now)
    append_act(
        session,
        action="events.webhook.replayed",
        now=now,
        tenant_id=endpoint.tenant_id,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        detail={"event_id": str(delivery.event_id)},
    )
    return delivery


async def replay_since(
    session: AsyncSession, actor: Actor, *, endpoint_id: UUID, since: datetime, now: datetime
) -> int:
    """Send every event of the endpoint's types that happened since a time again; return how many.

    What never was on its way to it, because it was made later or wanted other types, goes as well; what is on its way stays so.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    :raises Invalid: if the time has no zone, is to come, or is longer ago than events are kept
    :raises ReplayTooLarge: if that were more than ``MAX_REPLAYED`` events
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    if since.tzinfo is None or not now - KEPT_FOR <= since <= now:
        raise Invalid(
            field="since",
            reason_zh=f"应为最近 {KEPT_FOR.days} 天内的时间，带时区",
            reason_en=f"it lies within the last {KEPT_FOR.days} days, with its time zone",
        )
    wanted = (
        TenantEvent.tenant_id == endpoint.tenant_id,
        TenantEvent.occurred_at >= since,
        TenantEvent.type.in_(endpoint.event_types),
        TenantEvent.position.is_not(None),
    )
    count = await session.scalar(select(func.count()).select_from(TenantEvent).where(*wanted)) or 0
    if count > MAX_REPLAYED:
        raise ReplayTooLarge(limit=MAX_REPLAYED)
    mine = (
        WebhookDelivery.tenant_id == endpoint.tenant_id,
        WebhookDelivery.endpoint_id == endpoint.id,
    )
    again = await session.execute(
        update(WebhookDelivery)
        .where(
            *mine,
            WebhookDelivery.state != DeliveryState.PENDING,
            WebhookDelivery.event_id.in_(select(TenantEvent.id).where(*wanted)),
        )
        .values(
            state=DeliveryState.PENDING,
            delivered_at=None,
            attempts=0,
            replays=WebhookDelivery.replays + 1,
            next_at=now,
            give_up_at=now + TRIED_FOR,
        )
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    known = select(WebhookDelivery.event_id).where(*mine)
    fresh = await session.scalars(
        select(TenantEvent)
        .where(*wanted, TenantEvent.id.not_in(known))
        .order_by(TenantEvent.position)
    )
    added = [new_delivery(endpoint.id, event, now=now) for event in fresh]
    await put(session, WebhookDelivery, added)
    sent = len(again.all()) + len(added)
    _wake(endpoint, now=now)
    append_act(
        session,
        action="events.webhook.replayed",
        now=now,
        tenant_id=endpoint.tenant_id,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        detail={"since": since.isoformat(), "events": sent},
    )
    return sent


def _wake(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    if endpoint.due_at is None or endpoint.state is not EndpointState.BROKEN:
        endpoint.due_at = now
