"""Who must not touch limits after a default: commands and queries for the proofs as two tenants."""

from typing import Any

from small_world import World
from trespassing import Case, by, subjects_own

from suxin.kernel.refusals import Forbidden, NotFound


def limit(world: World) -> dict[str, Any]:
    return {"limit_id": world.perks.limited.limit_id}


def contested(world: World) -> dict[str, Any]:
    return {"limit_id": world.perks.limited.contested_id}


def order(world: World) -> dict[str, Any]:
    return {"order_id": world.perks.limited.order_id}


def of_merchant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.perks.gate.own_tenant}


def merchants_own(given: Any) -> list[Case]:
    """A merchant's command: another merchant finds nothing, and whoever has not the right may not."""
    strangers = ("rival", "stranger", "anonymous", "operator", "system")
    return [("merchant", NotFound, given), *by(strangers, Forbidden, given)]


PLACE = "perks.limiting"
COMMANDS: dict[str, list[Case]] = {
    f"{PLACE}.proposing.propose_limit": merchants_own(
        lambda world: order(world) | {"months": 1, "reason": "x"}
    ),
    f"{PLACE}.proposing.end_limit": merchants_own(lambda world: limit(world) | {"reason": "x"}),
    "rights.limit_objections.object_to_limit": subjects_own(
        lambda world: limit(world) | {"reason": "x"}
    ),
}
QUERIES: dict[str, tuple[str, Any, Any]] = {
    f"{PLACE}.queries.has_limit": (
        "merchant",
        lambda world: of_merchant(world) | order(world),
        None,
    ),
    f"{PLACE}.queries.is_limited": (
        "stranger",
        lambda world: {
            "programme": world.perks.limited.programme,
            "subject_id": world.city.firm_id,
        },
        None,
    ),
    f"{PLACE}.queries.limit_of_order": ("merchant", order, None),
    f"{PLACE}.queries.limits_about": ("stranger", lambda _world: {}, None),
    "perks.showing.queries.limits_shown": ("stranger", lambda _world: {}, None),
    f"{PLACE}.queries.lock_contested": ("merchant", contested, None),
    f"{PLACE}.queries.lock_limit": (
        "merchant",
        lambda world: of_merchant(world) | limit(world),
        None,
    ),
    f"{PLACE}.queries.lock_limit_about": ("stranger", limit, NotFound),
    f"{PLACE}.queries.lock_live_of_order": (
        "merchant",
        lambda world: of_merchant(world) | order(world),
        None,
    ),
    f"{PLACE}.queries.lock_own_limit": ("merchant", limit, NotFound),
}
