"""Who must not touch a ticket or what a gate recorded: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from perk_matrix import merchants_own, nothing, programme, reasoned
from small_tickets import wanted
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.signing import KeySet
from suxin.perks.tickets.refusals import GateQueueOthers
from suxin.perks.tickets.states import SpendVerdict

Given = Callable[[World], dict[str, Any]]


def ticket(world: World) -> dict[str, Any]:
    return {"ticket_id": world.perks.ticket_id}


def asked(world: World) -> dict[str, Any]:
    return programme(world) | {"wanted": wanted(world.city)}


def anothers_queue(world: World) -> dict[str, Any]:
    return {
        "gate": "x",
        "recorded_by": world.perks.gate.own_staff,
        "spends": [],
        "keys": KeySet({}),
    }


COMMANDS: dict[str, list[Case]] = {
    "perks.tickets.issuing.take_ticket": by(EVERYONE_BUT_SUBJECTS, Forbidden, asked),
    "perks.tickets.issuing.give_ticket_back": [
        *by(EVERYONE_BUT_SUBJECTS, Forbidden, ticket),
        ("stranger", NotFound, ticket),
    ],
    "perks.tickets.issuing.hand_ticket": merchants_own(asked),
    "perks.tickets.issuing.cancel_ticket": merchants_own(reasoned(ticket)),
    "perks.tickets.syncing.sync_spends": [
        ("merchant", GateQueueOthers, anothers_queue),
        *by(("rival", "stranger", "anonymous", "operator", "system"), Forbidden, anothers_queue),
    ],
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    "perks.tickets.queries.tickets_of": ("merchant", nothing, None),
    "perks.tickets.queries.ticket_at": ("merchant", ticket, NotFound),
    "perks.tickets.queries.spends_found": (
        "merchant",
        lambda _world: {"verdict": SpendVerdict.ACCEPTED},
        None,
    ),
    "perks.tickets.queries.spends_of": ("merchant", ticket, None),
    "perks.tickets.queries.own_tickets": ("stranger", nothing, None),
    "perks.tickets.queries.own_ticket": ("stranger", ticket, NotFound),
    "perks.tickets.queries.find_ticket": ("merchant", ticket, None),
    "perks.tickets.queries.lock_ticket": (
        "merchant",
        lambda world: {"tenant_id": world.perks.gate.own_tenant} | ticket(world),
        NotFound,
    ),
    "perks.tickets.queries.spent_list": ("rival", nothing, Forbidden),
}
