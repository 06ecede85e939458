"""Queries of events: the feed from a position on, the endpoints, and the log of what was sent to them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.models import (
    DeliveryState,
    EventFeed,
    TenantEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound


def own_events(actor: Actor) -> Select[TenantEvent]:
    """Return the SELECT of the actor's tenant's events that have a position, the earliest first."""
    return (
        select(TenantEvent)
        .where(TenantEvent.tenant_id == actor.own_tenant, TenantEvent.position.is_not(None))
        .order_by(TenantEvent.position)
    )


async def kept_from(session: AsyncSession, actor: Actor) -> int:
    """Return the first position of the actor's tenant's feed from which on every event is kept."""
    pruned = await session.scalar(
        select(EventFeed.pruned_position).where(EventFeed.tenant_id == actor.own_tenant)
    )
    return (pruned or 0) + 1


def event_as_recorded() -> SQLColumnExpression[Any]:
    """Return the expression of what an edge needs to write an event's data: its type, its object and its fields."""
    return func.jsonb_build_object(
        "type", TenantEvent.type, "object", TenantEvent.object_id, "data", TenantEvent.data
    )


def own_endpoints(actor: Actor) -> Select[WebhookEndpoint]:
    """Return the SELECT of the actor's tenant's endpoints, newest first."""
    return (
        select(WebhookEndpoint)
        .where(WebhookEndpoint.tenant_id == actor.own_tenant)
        .order_by(WebhookEndpoint.id.desc())
    )


async def own_endpoint(session: AsyncSession, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Return one endpoint of the actor's tenant.

    :raises NotFound: if it is not his tenant's
    """
    found = await session.get(WebhookEndpoint, (actor.own_tenant, endpoint_id))
    if found is None:
        raise NotFound(thing_zh="推送地址", thing_en="webhook endpoint")
    return found


async def lock_own_endpoint(
    session: AsyncSession, actor: Actor, endpoint_id: UUID
) -> WebhookEndpoint:
    """Lock an endpoint of the actor's tenant, for a change.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    """
    actor.require(WEBHOOK_MANAGE)
    endpoint = await session.get(
        WebhookEndpoint,
        (actor.own_tenant, endpoint_id),
        with_for_update=True,
        populate_existing=True,
    )
    if endpoint is None:
        raise NotFound(thing_zh="推送地址", thing_en="webhook endpoint")
    return endpoint


def own_deliveries(
    actor: Actor, *, endpoint_id: UUID | None = None, states: Collection[DeliveryState] = ()
) -> Select[WebhookDelivery]:
    """Return the SELECT of what was sent to the actor's tenant's endpoints, newest first: to one of them, or in some states."""
    statement = (
        select(WebhookDelivery)
        .where(WebhookDelivery.tenant_id == actor.own_tenant)
        .order_by(WebhookDelivery.id.desc())
    )
    if endpoint_id is not None:
        statement = statement.where(WebhookDelivery.endpoint_id == endpoint_id)
    if states:
        statement = statement.where(WebhookDelivery.state.in_(states))
    return statement
