"""Who must not touch a public warning: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_cautions import draft, paper
from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import Forbidden


def caution(world: World) -> dict[str, Any]:
    return {"caution_id": world.caution_id}


COMMANDS: dict[str, list[Case]] = {
    "cautions.commands.decide_caution": operators_own(
        lambda world: caution(world) | {"granted": True, "answer": "x", "names_nobody": True}
    ),
    "cautions.commands.propose_caution": operators_own(
        lambda world: {"draft": draft(), "paper": paper(), "sealer": world.city.sealer}
    ),
    "cautions.commands.take_down_caution": operators_own(
        lambda world: caution(world) | {"reason": "x"}
    ),
    "cautions.commands.withdraw_caution": operators_own(caution),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "cautions.queries.cautions_waiting": ("rival", lambda _world: {}, None),
    "cautions.queries.lock_caution": ("rival", caution, Forbidden),
    "cautions.queries.own_caution": ("rival", caution, Forbidden),
    "cautions.queries.own_caution_document": ("rival", caution, Forbidden),
    "cautions.queries.own_cautions": ("rival", lambda _world: {}, Forbidden),
    "cautions.queries.shown_cautions": ("rival", lambda _world: {}, None),
}
