"""Who must not touch a guarantor's part of a claim, or what is paid about it; another guarantor is in ``test_guarantor_parts``."""

from collections.abc import Callable
from typing import Any

from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, banks_own, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.risk_pool.guarantor_parts.noting import PaymentNote
from suxin.risk_pool.guarantor_parts.states import PartRefusal

Given = Callable[[World], dict[str, Any]]


def part(world: World) -> dict[str, Any]:
    return {"part_id": world.claims.part_id}


def transfer(world: World) -> dict[str, Any]:
    return {"transfer_id": world.claims.transfer_id}


def of_claim(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "claim_id": world.claims.claim_id}


def noted(given: Given) -> Given:
    return lambda world: given(world) | {"note": "x"}


def guarantors_own(given: Given) -> list[Case]:
    """A guarantor's command: whoever has not the right may not, the bank whose claim it is as well."""
    return by(("rival", *EVERYONE_BUT_BANKS), Forbidden, given)


def paid(world: World) -> dict[str, Any]:
    note = PaymentNote(reference="DK-else", amount_fen=1, paid_on=local_day(world.city.now))
    return part(world) | {"draft": note}


COMMANDS: dict[str, list[Case]] = {
    "risk_pool.guarantor_parts.answering.agree_to_part": guarantors_own(
        lambda world: part(world) | {"code": "000000", "sealer": world.city.sealer}
    ),
    "risk_pool.guarantor_parts.answering.refuse_part": guarantors_own(
        noted(lambda world: part(world) | {"refusal": PartRefusal.OTHER})
    ),
    "risk_pool.guarantor_parts.confirming.confirm_transfer": banks_own(
        lambda world: transfer(world) | {"amount_fen": 1}
    ),
    "risk_pool.guarantor_parts.confirming.deny_transfer": banks_own(noted(transfer)),
    "risk_pool.guarantor_parts.confirming.give_transfer_back": banks_own(noted(transfer)),
    "risk_pool.guarantor_parts.noting.note_payment": guarantors_own(paid),
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    "risk_pool.guarantor_parts.queries.lock_own_part": ("rival", part, NotFound),
    "risk_pool.guarantor_parts.queries.lock_part": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id} | part(world),
        None,
    ),
    "risk_pool.guarantor_parts.queries.lock_part_of": ("rival", of_claim, None),
    "risk_pool.guarantor_parts.queries.noted_of": ("rival", of_claim, None),
    "risk_pool.guarantor_parts.queries.part_counts": ("rival", lambda _world: {}, None),
    "risk_pool.guarantor_parts.queries.parts_of": ("rival", of_claim, None),
    "risk_pool.guarantor_parts.queries.parts_shown": ("rival", lambda _world: {}, None),
    "risk_pool.guarantor_parts.queries.shown_part": ("rival", part, NotFound),
    "risk_pool.guarantor_parts.queries.shown_transfer": ("rival", transfer, NotFound),
    "risk_pool.guarantor_parts.queries.transfers_of": ("rival", of_claim, None),
    "risk_pool.guarantor_parts.queries.transfers_shown": ("rival", lambda _world: {}, None),
}
