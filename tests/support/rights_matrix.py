"""Who must not use others' rights, at a counter or by himself: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import counter_matrix
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by, subjects_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.rights.closing import PHRASE
from suxin.rights.models import CorrectionAbout
from suxin.rights.portions import PORTIONS

PUBLISHED = "published: the same for everyone"


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def party(world: World) -> dict[str, Any]:
    return subject(world) | {"person_id": world.city.person_id}


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent}


def correction(world: World) -> dict[str, Any]:
    return {"request_id": world.correction_id}


def contested(world: World) -> dict[str, Any]:
    return {
        "about": CorrectionAbout.RECORD,
        "record_id": world.city.firm_id,
        "wanted": "x",
        "reason": "x",
    }


def portion(_world: World) -> dict[str, Any]:
    return {"portion": PORTIONS[0]}


def sealed(world: World) -> dict[str, Any]:
    return {"sealer": world.city.sealer}


COMMANDS: dict[str, list[Case]] = {
    **counter_matrix.COMMANDS,
    "consent.portions.erase_deliveries": by(EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {}),
    "lending.portions.erase_ended_requests": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {}
    ),
    "rights.closing.close_account": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"confirmation": PHRASE}
    ),
    "rights.answering.answer_correction": by(
        ("rival", "stranger", "merchant", "anonymous", "system"),
        Forbidden,
        lambda world: correction(world) | {"corrected": True, "answer": "x"},
    ),
    "rights.corrections.correct_declaration": subjects_own(
        lambda world: {"record_id": world.city.firm_id, "content": {}}
    ),
    "rights.corrections.request_correction": [
        ("stranger", NotFound, contested),
        *by(EVERYONE_BUT_SUBJECTS, Forbidden, contested),
    ],
    "rights.corrections.withdraw_correction": subjects_own(correction),
    "rights.erasure.delete_declaration": subjects_own(
        lambda world: {"record_id": world.city.firm_id}
    ),
    "rights.erasure.delete_parts": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"parts": ["declarations"]}
    ),
    "rights.erasure.delete_received": subjects_own(consent),
    "rights.erasure.erase_portions": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"portions": PORTIONS}
    ),
    "subjects.portions.erase_declaration": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda world: {"record_id": world.city.firm_id}
    ),
    "subjects.portions.erase_declarations": by(EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {}),
}
QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    **counter_matrix.QUERIES,
    "consent.queries.open_consents_of": ("rival", subject, None),
    "places.queries.counties_and_towns": ("anonymous", nothing_given, PUBLISHED),
    "lending.queries.contracts.running_contracts": ("stranger", party, None),
    "lending.queries.requests.open_requests_by": ("stranger", party, None),
    "rights.queries.corrections.correction": ("rival", correction, NotFound),
    "rights.queries.corrections.corrections": ("rival", lambda _world: {"filed": True}, None),
    "rights.queries.corrections.corrections_late": (
        "rival",
        lambda world: {"now": world.city.now + timedelta(days=99)},
        None,
    ),
    "rights.queries.corrections.corrections_of": ("rival", subject, None),
    "rights.queries.corrections.corrections_open": ("stranger", subject, None),
    "rights.queries.corrections.corrections_waiting": ("rival", nothing_given, None),
    "rights.queries.corrections.lock_correction": ("stranger", correction, NotFound),
    "rights.queries.corrections.lock_filed": (
        "stranger",
        lambda world: subject(world) | correction(world),
        None,
    ),
    "rights.queries.corrections.lock_running": (
        "stranger",
        lambda world: {"year": 2026, "after": None, "limit": 10, "now": world.city.now},
        None,
    ),
    "rights.queries.corrections.operators": ("anonymous", nothing_given, PUBLISHED),
    "rights.queries.holdings.count": ("rival", portion, Forbidden),
    "rights.queries.holdings.download": ("rival", sealed, Forbidden),
    "rights.queries.holdings.told": (
        "rival",
        lambda world: portion(world) | sealed(world),
        Forbidden,
    ),
}
