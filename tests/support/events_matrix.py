"""Who must not read another's events nor have them sent anywhere, for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from small_world import World
from trespassing import Case, by, tenants_own

from suxin.events.endpoints import EndpointDraft
from suxin.kernel.refusals import Forbidden, NotFound
from suxin_web.event_types import CATALOGUE

DRAFT = EndpointDraft(name="别人的", url="https://rival.example/", event_types=tuple(CATALOGUE))


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def endpoint(world: World) -> dict[str, Any]:
    return {"endpoint_id": world.webhook.endpoint_id}


def draft(_world: World) -> dict[str, Any]:
    return {"draft": DRAFT, "known": CATALOGUE}


COMMANDS: dict[str, list[Case]] = {
    "events.endpoints.create_endpoint": by(
        ("stranger", "anonymous", "system"),
        Forbidden,
        lambda world: draft(world) | {"sealer": world.city.sealer},
    ),
    "events.endpoints.pause_endpoint": tenants_own(endpoint),
    "events.endpoints.remove_endpoint": tenants_own(endpoint),
    "events.endpoints.resume_endpoint": tenants_own(endpoint),
    "events.endpoints.rotate_secret": tenants_own(
        lambda world: endpoint(world) | {"sealer": world.city.sealer}
    ),
    "events.endpoints.update_endpoint": tenants_own(lambda world: endpoint(world) | draft(world)),
    "events.replays.replay_delivery": tenants_own(
        lambda world: {"delivery_id": world.webhook.delivery_id}
    ),
    "events.replays.replay_since": tenants_own(
        lambda world: endpoint(world) | {"since": world.city.now - timedelta(days=1)}
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "events.queries.event_as_recorded": (
        "anonymous",
        nothing_given,
        "part of a statement, not a query",
    ),
    "events.queries.kept_from": (
        "rival",
        nothing_given,
        "the caller's own and nothing of the first bank's",
    ),
    "events.queries.lock_own_endpoint": ("rival", endpoint, NotFound),
    "events.queries.own_deliveries": ("rival", endpoint, None),
    "events.queries.own_endpoint": ("rival", endpoint, NotFound),
    "events.queries.own_endpoints": ("rival", nothing_given, None),
    "events.queries.own_events": (
        "rival",
        nothing_given,
        "the caller's own and nothing of the first bank's",
    ),
}
