"""Who must not use others' rights, at a counter or by himself: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

import counter_matrix
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by, operators_own, subjects_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.review.models import ReviewCase
from suxin.review.states import Outcome
from suxin.rights.closing import PHRASE
from suxin.rights.human_reviews import AutomatedOutcome
from suxin.rights.portions import PORTIONS
from suxin.rights.remedies import CorrectionAbout

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
    return {"case_id": world.correction_id}


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
    "rights.answering.answer_case": operators_own(
        lambda world: correction(world) | {"outcome": Outcome.GRANTED, "reason": "x"}
    ),
    "rights.exemptions.request_exemption": subjects_own(
        lambda world: {"record_id": world.city.firm_id, "reason": "x", "evidence": "x"}
    ),
    "rights.human_reviews.request_human_review": subjects_own(
        lambda world: {
            "about": AutomatedOutcome.SCORE,
            "object_id": world.city.firm_id,
            "wanted": "x",
            "reason": "x",
        }
    ),
    "rights.inquiries.ask_source": operators_own(
        lambda world: correction(world) | {"question": "x"}
    ),
    "rights.inquiries.note_source_answer": operators_own(
        lambda world: correction(world) | {"answer": "x"}
    ),
    "rights.corrections.correct_declaration": subjects_own(
        lambda world: {"record_id": world.city.firm_id, "content": {}}
    ),
    "rights.corrections.request_correction": [
        ("stranger", NotFound, contested),
        *by(EVERYONE_BUT_SUBJECTS, Forbidden, contested),
    ],
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
    "rights.queries.cases.contests_of": ("rival", subject, None),
    "rights.queries.cases.inquiries_of": ("rival", subject, None),
    "rights.queries.cases.inquiry_about": (
        "rival",
        lambda world: {"found": ReviewCase(id=world.correction_id, **subject(world))},
        None,
    ),
    "rights.queries.cases.kind_of": ("rival", correction, NotFound),
    "rights.queries.cases.lock_inquiry": (
        "stranger",
        lambda world: subject(world) | correction(world),
        None,
    ),
    "rights.queries.cases.open_cases": ("stranger", subject, None),
    "rights.queries.cases.opened_document": (
        "rival",
        lambda world: sealed(world) | {"case_id": world.case_id, "document_id": world.case_id},
        Forbidden,
    ),
    "rights.queries.cases.own_cases": ("rival", subject, None),
    "rights.queries.cases.transfer_of": (
        "stranger",
        lambda world: {"found": ReviewCase(subject_id=world.city.firm_id, id=world.correction_id)},
        None,
    ),
    "rights.queries.cases.transfers_of": ("rival", subject, None),
    "rights.queries.holdings.count": ("rival", portion, Forbidden),
    "rights.queries.holdings.download": ("rival", sealed, Forbidden),
    "rights.queries.holdings.told": (
        "rival",
        lambda world: portion(world) | sealed(world),
        Forbidden,
    ),
}
