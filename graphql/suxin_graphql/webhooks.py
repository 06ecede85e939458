"""Endpoints of the caller's organisation, and what was sent to them."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

import strawberry

from suxin.events.models import DeliveryState, EndpointState
from suxin.events.models import WebhookDelivery as DeliveryRow
from suxin.events.models import WebhookEndpoint as EndpointRow
from suxin.events.policies import EVENT_READ
from suxin.events.queries import own_deliveries, own_endpoints
from suxin_graphql.context import Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.events import Event
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.records import Source, to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.ids import local_id
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import Connection

ENDPOINTS: Final = Ordering("events.endpoints/1", (Key(EndpointRow.id, UUID),))
DELIVERIES: Final = Ordering("events.deliveries/1", (Key(DeliveryRow.id, UUID),))


@strawberry.type(
    description="推送地址；签名密钥仅在创建和更换时显示一次。An address that events are sent to; its secret is shown once."
)
class WebhookEndpoint(Node):
    """An address that events are sent to."""

    __model__: ClassVar = EndpointRow
    __source__: ClassVar = Source(
        lambda actor: own_endpoints(actor).order_by(None), EndpointRow.id, EVENT_READ
    )

    id: strawberry.ID = global_id("WebhookEndpoint")
    name: str
    url: str
    event_types: list[str]
    state: EndpointState
    state_reason: str | None
    failures: int
    previous_until: datetime | None = strawberry.field(
        description="更换前的密钥仍一并签名至此时。Until when the secret before the last rotation signs as well."
    )
    last_success_at: datetime | None
    created_at: datetime
    changed_at: datetime


@strawberry.type(
    description="一个事件到一个地址的推送记录。One event on its way to one address, and what came of it."
)
class WebhookDelivery(Node):
    """One event on its way to one address."""

    __model__: ClassVar = DeliveryRow
    __source__: ClassVar = Source(
        lambda actor: own_deliveries(actor).order_by(None), DeliveryRow.id, EVENT_READ
    )

    id: strawberry.ID = global_id("WebhookDelivery")
    event_type: str
    state: DeliveryState
    attempts: int
    replays: int
    created_at: datetime
    next_at: datetime
    give_up_at: datetime
    attempted_at: datetime | None
    delivered_at: datetime | None
    took_ms: int | None
    status: int | None
    problem: str | None
    answer: str | None = strawberry.field(
        description="最近一次回答的开头，至多 200 字。How the last answer begins: 200 characters at most."
    )
    event: Event | None = to_one(lambda: Event, "event_id")
    endpoint: WebhookEndpoint | None = to_one(lambda: WebhookEndpoint, "endpoint_id")


@strawberry.type
class WebhookQueries:
    """Queries of endpoints and of what was sent to them."""

    @query(
        EVENT_READ,
        Connection[WebhookEndpoint],
        description="本机构的推送地址，新的在前。The organisation's endpoints, newest first.",
    )
    def webhook_endpoints(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the organisation's endpoints."""
        return Page(
            type=WebhookEndpoint,
            statement=Statement(own_endpoints, info.context.actor),
            ordering=ENDPOINTS,
            first=first,
            after=after,
        )

    @query(
        EVENT_READ,
        Connection[WebhookDelivery],
        description="推送记录，新的在前。What was sent to the organisation's endpoints, newest first.",
    )
    def webhook_deliveries(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        endpoint_id: strawberry.ID | None = None,
        states: list[DeliveryState] | None = None,
    ) -> Page:
        """Return what was sent, to one endpoint or to all."""
        actor = info.context.actor
        endpoint = (
            None
            if endpoint_id is None
            else local_id(endpoint_id, "WebhookEndpoint", actor, field="endpointId")
        )
        statement = Statement(
            own_deliveries, actor, endpoint_id=endpoint, states=tuple(states or ())
        )
        return Page(
            type=WebhookDelivery,
            statement=statement,
            ordering=DELIVERIES,
            first=first,
            after=after,
        )
