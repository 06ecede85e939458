"""Who must not touch a guarantee: commands and queries for the proofs as two tenants; another guarantor is in ``test_guarantees``."""

from collections.abc import Callable
from typing import Any

from small_guarantees import LETTER
from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, banks_own, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.guarantees.limits import LimitDraft
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.refusals import GuarantorLimitMissing
from suxin.lending.guarantees.states import GuaranteeDecline, GuarantorForm


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.guaranteed.request_id}


def offer(world: World) -> dict[str, Any]:
    return {"offer_id": world.chosen_offer}


def of_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id}


def guarantor(world: World) -> dict[str, Any]:
    return {"guarantor_id": world.guaranteed.guarantor_id}


def guarantors_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A guarantor's command: whoever has not the right may not, the bank that asked as well."""
    return by(("rival", *EVERYONE_BUT_BANKS), Forbidden, given)


PUBLISHED = "published: the same for everyone"
_LIMIT = LimitDraft(form=GuarantorForm.INSURER, net_assets_fen=1)

COMMANDS: dict[str, list[Case]] = {
    "lending.guarantees.asking.ask_guarantor": banks_own(
        lambda world: offer(world) | guarantor(world) | {"share_bps": 1}
    ),
    "lending.guarantees.asking.withdraw_guarantee": banks_own(
        lambda world: request(world) | {"note": "x"}
    ),
    "lending.guarantees.deciding.approve_guarantee": guarantors_own(
        lambda world: request(world) | {"code": "000000", "sealer": world.city.sealer}
    ),
    "lending.guarantees.deciding.ask_applicant": guarantors_own(request),
    "lending.guarantees.deciding.decline_guarantee": guarantors_own(
        lambda world: request(world) | {"reason": GuaranteeDecline.OTHER, "note": "x"}
    ),
    "lending.guarantees.deciding.send_guarantee_back": guarantors_own(
        lambda world: request(world) | {"note": "x"}
    ),
    "lending.guarantees.deciding.underwrite_guarantee": guarantors_own(
        lambda world: request(world) | {"draft": LETTER}
    ),
    "lending.guarantees.limits.set_limits": operators_own(
        lambda world: guarantor(world) | {"draft": _LIMIT}
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "lending.guarantees.queries.committed_of": ("rival", guarantor, None),
    "lending.guarantees.queries.commitments_behind": ("rival", lambda _world: {"limit": 5}, None),
    "lending.guarantees.queries.commitments_on": (
        "rival",
        lambda world: {"offer_ids": [world.chosen_offer]},
        None,
    ),
    "lending.guarantees.queries.guarantor_row": ("rival", guarantor, PUBLISHED),
    "lending.guarantees.queries.guarantors": ("rival", lambda _world: {}, PUBLISHED),
    "lending.guarantees.queries.guarantors_shown": ("stranger", lambda _world: {}, Forbidden),
    "lending.guarantees.queries.limit_use": ("rival", lambda _world: {}, None),
    "lending.guarantees.queries.live_on_offer": (
        "rival",
        lambda world: of_bank(world) | offer(world),
        None,
    ),
    "lending.guarantees.queries.loan_on": (
        "rival",
        lambda world: {
            "request": GuaranteeRequest(tenant_id=world.bank.tenant_id, offer_id=world.chosen_offer)
        },
        None,
    ),
    "lending.guarantees.queries.lock_limit": (
        "rival",
        lambda world: guarantor(world) | {"operator_id": world.city.operator.own_tenant},
        None,
    ),
    "lending.guarantees.queries.lock_request": (
        "rival",
        lambda world: of_bank(world) | request(world),
        None,
    ),
    "lending.guarantees.queries.lock_shown_request": ("rival", request, NotFound),
    "lending.guarantees.queries.own_limit": ("rival", guarantor, GuarantorLimitMissing),
    "lending.guarantees.queries.request_counts": ("rival", lambda _world: {}, None),
    "lending.guarantees.queries.requests_of_city": ("rival", lambda _world: {}, Forbidden),
    "lending.guarantees.queries.requests_on_offer": ("rival", offer, None),
    "lending.guarantees.queries.requests_shown": ("rival", lambda _world: {}, None),
    "lending.guarantees.queries.shown_request": ("rival", request, NotFound),
    "lending.guarantees.queries.uses_of_city": ("rival", lambda _world: {}, Forbidden),
    "lending.queries.dossier.guarantor_dossier": (
        "rival",
        lambda world: {"lead_id": world.guaranteed.lead_id},
        None,
    ),
}
