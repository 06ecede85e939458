"""Who must not read which of a tenant's clients still use what is deprecated, for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date
from typing import Any

from small_world import World


def since_ever(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "since": date(2026, 1, 1)}


QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "consent.oauth.queries.deprecated_uses": ("rival", lambda _world: {}, None),
    "consent.oauth.queries.uses_summed": ("rival", since_ever, None),
}
