"""Who must not touch a bank's ledgers and what came of them: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day

Given = Callable[[World], dict[str, Any]]


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def period(world: World) -> dict[str, Any]:
    day = local_day(world.city.now)
    return {"first": day - timedelta(days=30), "last": day}


def of_bank(world: World) -> dict[str, Any]:
    return period(world) | {"bank_id": world.bank.tenant_id}


COMMANDS: dict[str, list[Case]] = {
    # Another bank's ledger is its own, of which no line finds a loan.
    "risk_pool.bank_ledgers.sending.send_ledger": by(
        EVERYONE_BUT_BANKS,
        Forbidden,
        lambda world: period(world) | {"name": "x.csv", "content": b"x"},
    ),
}
QUERIES: dict[str, tuple[str, Given, Any]] = {
    "risk_pool.bank_ledgers.queries.banks_with_ledgers": ("rival", nothing_given, Forbidden),
    "risk_pool.bank_ledgers.queries.days_of_pools": ("rival", of_bank, Forbidden),
    "risk_pool.bank_ledgers.queries.differences_of_pools": ("rival", of_bank, Forbidden),
    "risk_pool.bank_ledgers.queries.own_days": ("rival", period, None),
    "risk_pool.bank_ledgers.queries.own_differences": ("rival", period, None),
    "risk_pool.bank_ledgers.queries.own_ledger": (
        "rival",
        lambda world: {"ledger_id": world.claims.ledger_id},
        NotFound,
    ),
    "risk_pool.bank_ledgers.queries.own_ledgers": ("rival", nothing_given, None),
}
