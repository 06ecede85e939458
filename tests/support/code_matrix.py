"""Who must not show, take or look at codes: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from counter_matrix import counters_own
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, EXPRESSION, PUBLIC, Case, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.models import DataCategory, PassKind
from suxin.subjects.presentation_codes import CodeUnreadable

Given = Callable[[World], dict[str, Any]]
NOT_TENANTS = ("stranger", "anonymous", "system")
NOT_AT_A_COUNTER = ("rival", "stranger", "anonymous", "operator", "system")


def about(world: World) -> dict[str, Any]:
    programme = world.perks.programme
    return {"tenant_id": programme.tenant_id, "programme_id": programme.id}


def merchant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.perks.programme.tenant_id}


def opened(world: World) -> dict[str, Any]:
    programme = world.perks.programme
    return {
        "tenant_id": programme.tenant_id,
        "context_id": programme.id,
        "consent_id": None,
        "kind": PassKind.PHONE,
        "sealer": world.city.sealer,
    }


def shown(world: World) -> dict[str, Any]:
    return {
        "programme_id": world.perks.programme.id,
        "agree": None,
        "notice_version": None,
        "kind": PassKind.PHONE,
        "sealer": world.city.sealer,
    }


def code(world: World) -> dict[str, Any]:
    # What another merchant learns of a genuine one is shown with codes that were opened for somebody.
    return {"code": "1234 5678 9012", "sealer": world.city.sealer}


def asked_there(world: World) -> dict[str, Any]:
    return {
        "visit_id": world.at_counter.visit_id,
        "programme_id": world.perks.programme.id,
    }


def signed_there(world: World) -> dict[str, Any]:
    return {
        "visit_id": world.at_counter.visit_id,
        "evidence_id": world.at_counter.evidence_id,
        "sealer": world.city.sealer,
    }


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent, "categories": [DataCategory.SCORE_TIER]}


def redemption(world: World) -> dict[str, Any]:
    return {"redemption_id": world.perks.redemption_id}


def nothing(_world: World) -> dict[str, Any]:
    return {}


COMMANDS: dict[str, list[Case]] = {
    "subjects.presenting.open_pass": by(EVERYONE_BUT_SUBJECTS, Forbidden, opened),
    "subjects.presenting.left_pass": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"kind": PassKind.PHONE}
    ),
    "subjects.presenting.take_code": [
        ("merchant", CodeUnreadable, code),
        *by(NOT_TENANTS, Forbidden, code),
    ],
    "consent.fetches.use_within": [
        ("rival", NotFound, consent),
        ("merchant", NotFound, consent),
        *by(NOT_TENANTS, Forbidden, consent),
    ],
    "perks.at_counter.ask_at_counter": counters_own(asked_there),
    "perks.at_counter.hand_out_code": counters_own(signed_there),
    "perks.at_counter.code_handed_out": counters_own(signed_there),
    "subjects.presenting.paper_open": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: {"consent_id": world.running_consent, "sealer": world.city.sealer},
    ),
    "perks.first_use.first_use": by(EVERYONE_BUT_SUBJECTS, Forbidden, merchant),
    "perks.first_use.last_answer": by(EVERYONE_BUT_SUBJECTS, Forbidden, merchant),
    "perks.first_use.settle_answer": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: merchant(world) | {"agree": None, "notice_version": None},
    ),
    "perks.first_use.give_once": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: about(world) | {"needed_for": timedelta(minutes=10)},
    ),
    "perks.first_use.decline": by(EVERYONE_BUT_SUBJECTS, Forbidden, about),
    "perks.first_use.leave": by(EVERYONE_BUT_SUBJECTS, Forbidden, about),
    "perks.presenting.present_code": by(EVERYONE_BUT_SUBJECTS, Forbidden, shown),
    "perks.presenting.hold_by_code": [
        ("merchant", CodeUnreadable, code),
        *by(NOT_AT_A_COUNTER, Forbidden, code),
    ],
    "perks.presenting.redeem_by_code": [
        ("merchant", CodeUnreadable, code),
        *by(NOT_AT_A_COUNTER, Forbidden, code),
    ],
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    "consent.queries.is_live_basis": ("rival", nothing, EXPRESSION),
    "consent.queries.uses_counted": ("rival", nothing, EXPRESSION),
    "perks.limiting.queries.limits_in_force": ("rival", nothing, EXPRESSION),
    "perks.queries.standing_by": ("rival", nothing, EXPRESSION),
    "perks.showing.queries.nearby_programmes": ("merchant", nothing, PUBLIC),
    "perks.showing.queries.open_programme": (
        "merchant",
        lambda world: {"programme_id": world.perks.programme.id},
        PUBLIC,
    ),
    "perks.showing.queries.redeemed": ("stranger", nothing, None),
    "perks.showing.queries.redemption_at": ("merchant", redemption, NotFound),
    "perks.showing.queries.redemptions_at": ("rival", nothing, Forbidden),
}
