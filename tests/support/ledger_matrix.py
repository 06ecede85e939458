"""Who must not touch a book: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from small_world import World
from trespassing import OUTSIDE_THE_OPERATOR, Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.ledger.accounts import AccountDraft
from suxin.ledger.models import CNY, Side
from suxin.ledger.refusals import AccountUnknown


def banks_account(world: World) -> dict[str, Any]:
    return {"account_id": world.ledger.banks_account}


def account(world: World) -> dict[str, Any]:
    return {"account_id": world.ledger.pool}


def book(world: World) -> dict[str, Any]:
    return {"book": world.ledger.book}


def keepers_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command on an account of the first bank's book: the operator finds nothing, and whoever has not the right may not."""
    return [("operator", NotFound, given), *by((*OUTSIDE_THE_OPERATOR, "system"), Forbidden, given)]


def transfers(world: World) -> dict[str, Any]:
    return {"transfers": [world.ledger.banks_draft]}


COMMANDS: dict[str, list[Case]] = {
    "ledger.commands.change_limits": keepers_own(
        lambda world: banks_account(world) | {"floor": None, "ceiling": None}
    ),
    "ledger.commands.close_account": keepers_own(banks_account),
    "ledger.commands.close_period": operators_own(
        lambda world: {"closed_before": world.city.now - timedelta(hours=1)}
    ),
    "ledger.commands.open_account": operators_own(
        lambda _world: {
            "draft": AccountDraft(code="x", name="x", asset=CNY, normal_side=Side.CREDIT)
        }
    ),
    "ledger.commands.post_transfers": [
        ("operator", AccountUnknown, transfers),
        *operators_own(transfers),
    ],
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "ledger.queries.account_by_code": (
        "rival",
        lambda world: book(world) | {"code": "pool.balance"},
        None,
    ),
    "ledger.queries.balance_at": (
        "rival",
        lambda world: (
            account(world) | {"effective_at": world.city.now, "recorded_at": world.city.now}
        ),
        Forbidden,
    ),
    "ledger.queries.closed_before": ("rival", book, None),
    "ledger.queries.drifted_accounts": ("rival", lambda _world: {}, Forbidden),
    "ledger.queries.hold_end": (
        "rival",
        lambda world: book(world) | {"pending_id": world.ledger.held},
        None,
    ),
    "ledger.queries.lock_own_account": ("rival", account, NotFound),
    "ledger.queries.open_accounts": ("rival", book, None),
    "ledger.queries.own_account": ("rival", account, Forbidden),
    "ledger.queries.own_accounts": ("rival", lambda _world: {}, Forbidden),
    "ledger.queries.own_transfers": ("rival", lambda _world: {}, Forbidden),
    "ledger.queries.trial_balance": ("rival", lambda _world: {}, Forbidden),
}
