"""What a tenant's own systems should know: its feed of events, to be read on from wherever one stopped."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from suxin.events.models import TenantEvent
from suxin.events.policies import EVENT_READ, require_no_gap
from suxin.events.queries import event_as_recorded, kept_from, own_events
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.event_bodies import event_data
from suxin_graphql.execution.readings import Answer, Page
from suxin_graphql.execution.records import Source, column
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import Connection
from suxin_web.event_types import CATALOGUE

EVENTS: Final = Ordering("events.feed/1", (Key(TenantEvent.position, int, descending=False),))


def _data(stored: dict[str, Any], context: Context) -> JSON:
    return JSON(event_data(stored["type"], UUID(stored["object"]), stored["data"], context.actor))


@strawberry.type(
    description="事件：一个对象上发生的一件事，只含标识和状态。One fact about one object, in ids and states that name nobody."
)
class Event(Node):
    """One fact about one object of the caller's organisation."""

    __model__: ClassVar = TenantEvent
    __source__: ClassVar = Source(
        lambda actor: own_events(actor).order_by(None), TenantEvent.id, EVENT_READ
    )

    id: strawberry.ID = global_id("Event")
    type: str
    occurred_at: datetime
    data: JSON = column(
        event_as_recorded,
        convert=_data,
        description="与推送内容中的 data 相同，各字段见 eventTypes。As in the body of a webhook; eventTypes says what each holds.",
    )


@strawberry.type(description="事件内容的一个字段。One field of an event's data.")
class EventTypeField:
    """One field of an event's data."""

    name: str
    zh: str
    en: str
    of: str | None = strawberry.field(
        description="所指对象的类型，空则为普通值。The type of thing whose id it holds; null where it holds none."
    )


@strawberry.type(description="事件类型。A kind of event.")
class EventType:
    """A kind of event."""

    name: str
    zh: str
    en: str
    object_type: str
    fields: list[EventTypeField]


@strawberry.type
class EventQueries:
    """Queries of events."""

    @query(
        EVENT_READ,
        Connection[Event],
        description="本机构的事件，早的在前，保存 30 天；从上次的游标读起，不漏不重。"
        " The organisation's events of 30 days, earliest first; read on from the last cursor, and nothing is missed.",
    )
    def events(self, info: Info, first: int, after: str | None = None) -> Answer:
        """Return the organisation's events from a position on."""
        actor = info.context.actor

        async def read(session: AsyncSession) -> Page:
            if after is not None:
                position = EVENTS.position(after, actor)
                require_no_gap(after=position[0], kept_from=await kept_from(session, actor))
            return Page(
                type=Event,
                statement=Statement(own_events, actor),
                ordering=EVENTS,
                first=first,
                after=after,
            )

        return Answer(read)

    @query(
        EVENT_READ,
        list[EventType],
        description="全部事件类型及其字段。Every kind of event and what it holds.",
    )
    def event_types(self) -> list[EventType]:
        """Return every kind of event."""
        return [
            EventType(
                name=kind.name,
                zh=kind.zh,
                en=kind.en,
                object_type=kind.object,
                fields=[
                    EventTypeField(name=name, zh=one.zh, en=one.en, of=one.of)
                    for name, one in kind.fields.items()
                ],
            )
            for kind in CATALOGUE.values()
        ]
