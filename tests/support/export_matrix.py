"""Who must not touch others' exports: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from sample_exports import ORDER
from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, banks_own, by

from suxin.kernel.refusals import Forbidden, NotFound


def export(world: World) -> dict[str, Any]:
    return {"export_id": world.export_id}


def of_the_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, **export(world)}


COMMANDS: dict[str, list[Case]] = {
    "exports.commands.cancel_export": banks_own(export),
    "exports.commands.record_link": banks_own(export),
    "exports.commands.start_export": by(
        EVERYONE_BUT_BANKS, Forbidden, lambda _world: {"order": ORDER}
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "exports.queries.export_linked": ("rival", export, None),
    "exports.queries.kept_files": ("rival", lambda _world: {}, None),
    "exports.queries.lock_export": ("rival", of_the_bank, None),
    "exports.queries.lock_own_export": ("rival", export, NotFound),
    "exports.queries.open_exports": ("rival", lambda _world: {}, None),
    "exports.queries.own_export": ("rival", export, NotFound),
    "exports.queries.own_exports": ("rival", lambda _world: {}, None),
}
