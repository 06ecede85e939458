"""Who must not touch a statement: commands and queries for the proofs as two tenants."""

from datetime import date
from typing import Any

from small_world import World
from trespassing import Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound


def settlement(world: World) -> dict[str, Any]:
    return {"settlement_id": world.perks.settlement_id}


def merchants_own(more: dict[str, Any]) -> list[Case]:
    """A merchant's command: another merchant finds nothing, and whoever has not the right may not."""
    strangers = ("rival", "stranger", "anonymous", "operator", "system")

    def given(world: World) -> dict[str, Any]:
        return settlement(world) | more

    return [("merchant", NotFound, given), *by(strangers, Forbidden, given)]


def paid(world: World) -> dict[str, Any]:
    return settlement(world) | {"paid_on": date(2026, 11, 20), "reference": "x"}


COMMANDS: dict[str, list[Case]] = {
    "perks.settlements.commands.answer_dispute": operators_own(
        lambda world: settlement(world) | {"answer": "x"}
    ),
    "perks.settlements.commands.approve_settlement": operators_own(settlement),
    "perks.settlements.commands.confirm_settlement": merchants_own({}),
    "perks.settlements.commands.dispute_settlement": merchants_own({"reason": "x"}),
    "perks.settlements.commands.note_payment": operators_own(paid),
}

QUERIES: dict[str, tuple[str, Any, Any]] = {
    "perks.settlements.queries.lines_of": ("merchant", settlement, None),
    "perks.settlements.queries.lock_settlement": ("merchant", settlement, NotFound),
    "perks.settlements.queries.own_settlements": ("rival", lambda _world: {}, Forbidden),
    "perks.settlements.queries.settlement_seen": ("merchant", settlement, NotFound),
    "perks.settlements.queries.settlements_overseen": ("merchant", lambda _world: {}, Forbidden),
    "perks.settlements.queries.sums_of": ("merchant", settlement, None),
}
