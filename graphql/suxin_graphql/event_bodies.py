"""How an event reads, alike where it is sent and where it is fetched: ids are those by which its tenant reads the thing again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from suxin.events.deliveries import Sending
from suxin.kernel.actor import Actor
from suxin_graphql.ids import to_global
from suxin_web.event_types import CATALOGUE


def event_data(
    type_name: str, object_id: UUID, stored: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    """Return an event's data: its object, and the fields that its kind declares."""
    kind = CATALOGUE[type_name]
    data = {"objectType": kind.object, "objectId": to_global(kind.object, object_id, actor)}
    for name, declared in kind.fields.items():
        value = stored[name]
        data[name] = value if declared.of is None else to_global(declared.of, UUID(value), actor)
    return data


def message_of(sending: Sending, tenant_id: UUID) -> tuple[str, bytes]:
    """Return the id and the body under which an event is sent to its tenant (Standard Webhooks, "Payload structure")."""
    actor = Actor.system("webhook", tenant_id=tenant_id)
    event_id = to_global("Event", sending.event_id, actor)
    body = {
        "id": event_id,
        "type": sending.type,
        "timestamp": _written(sending.occurred_at),
        "data": event_data(sending.type, sending.object_id, sending.data, actor),
    }
    return event_id, msgspec.json.encode(body)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
