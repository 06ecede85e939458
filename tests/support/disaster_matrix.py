"""Who must not touch a declared disaster, nor a renewal that it proposes: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_disasters import draft, paper
from small_world import World
from trespassing import Case, banks_own, operators_own

from suxin.kernel.refusals import Forbidden, NotFound


def disaster(world: World) -> dict[str, Any]:
    return {"disaster_id": world.disaster["disaster_id"]}


def proposal(world: World) -> dict[str, Any]:
    return {"proposal_id": world.disaster["proposal_id"]}


COMMANDS: dict[str, list[Case]] = {
    "disasters.commands.decide_disaster": operators_own(
        lambda world: disaster(world) | {"granted": True, "answer": "x"}
    ),
    "disasters.commands.declare_disaster": operators_own(
        lambda world: {"draft": draft(), "paper": paper(), "sealer": world.city.sealer}
    ),
    "disasters.commands.revoke_disaster": operators_own(
        lambda world: disaster(world) | {"reason": "x"}
    ),
    "disasters.commands.withdraw_disaster": operators_own(disaster),
    "disasters.renewals.decide_renewal": banks_own(
        lambda world: proposal(world) | {"granted": True, "note": "x"}
    ),
    "relief.commands.take_proposal_back": operators_own(
        lambda _world: {"source": "rural/1", "reason": "x"}
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "disasters.queries.confirmed_disaster": ("rival", disaster, None),
    "disasters.queries.disasters_waiting": ("rival", lambda _world: {}, None),
    "disasters.queries.lock_disaster": ("rival", disaster, Forbidden),
    "disasters.queries.lock_own_renewal": ("rival", proposal, NotFound),
    "disasters.queries.own_disaster": ("rival", disaster, Forbidden),
    "disasters.queries.own_disaster_document": ("rival", disaster, Forbidden),
    "disasters.queries.own_disasters": ("rival", lambda _world: {}, Forbidden),
    "disasters.queries.own_renewal": ("rival", proposal, NotFound),
    "disasters.queries.renewal_counts": ("rival", lambda _world: {}, None),
    "disasters.queries.renewals_about": (
        "stranger",
        lambda world: {"subject_id": world.city.firm_id},
        None,
    ),
    "disasters.queries.renewals_in_reach": ("rival", lambda _world: {}, None),
    "disasters.queries.renewed_by": (
        "rival",
        lambda world: {"loan_ids": [world.loan_id]},
        None,
    ),
}
