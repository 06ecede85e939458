"""Who must not touch a league table: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date
from typing import Any

from small_league import QUARTER
from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import Forbidden
from suxin.lending.league.models import Dimension


def quarter(_world: World) -> dict[str, Any]:
    return {"quarter": QUARTER}


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


COMMANDS: dict[str, list[Case]] = {
    "lending.league.commands.ask_correction": operators_own(
        lambda world: quarter(world) | {"reason": "x"}
    ),
    "lending.league.commands.name_banks": operators_own(
        lambda world: quarter(world) | {"named": True}
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "lending.league.queries.figures_by": (
        "merchant",
        lambda _world: {"dimension": Dimension.CITY, "month": date(2026, 11, 1)},
        Forbidden,
    ),
    "lending.league.queries.latest_counted": ("stranger", quarter, None),
    "lending.league.queries.lines": ("rival", nothing_given, None),
    "lending.league.queries.lines_of": (
        "rival",
        lambda world: quarter(world) | {"version": 1},
        None,
    ),
    "lending.league.queries.lock_table": (
        "stranger",
        lambda world: {"table_id": world.league_table},
        None,
    ),
    "lending.league.queries.months_of_city": ("merchant", nothing_given, Forbidden),
    "lending.league.queries.plan_targets": (
        "merchant",
        lambda _world: {"scenarios": 0},
        Forbidden,
    ),
    "lending.league.queries.tables": ("stranger", nothing_given, Forbidden),
    "lending.league.queries.versions_of": ("stranger", quarter, None),
}
