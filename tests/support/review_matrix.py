"""Who must not touch others' cases: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from small_cases import PLAIN, filing, loose_id
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.review.models import ReviewCase
from suxin.review.states import Outcome

APPEAL_UNTIL = datetime(2026, 12, 4, 15, 59, 59, tzinfo=UTC)
"""The tenth working day after the case was declined."""

PUBLIC = "published: the same for everyone"


def case(world: World) -> dict[str, Any]:
    return {"kind": PLAIN, "case_id": world.case_id}


def key(world: World) -> dict[str, Any]:
    return {"case_id": world.case_id}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def office(world: World) -> dict[str, Any]:
    return {"office_id": world.city.operator.tenant_id, "kinds": [PLAIN.code]}


def filers_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command of whoever filed: others find nothing, the office too, and whoever files nothing may not."""
    return [
        *by(("stranger", "operator"), NotFound, given),
        *by(("rival", "merchant", "anonymous", "system"), Forbidden, given),
    ]


def document(world: World) -> dict[str, Any]:
    return {"name": "x.pdf", "content": b"%PDF-", "sealer": world.city.sealer}


COMMANDS: dict[str, list[Case]] = {
    "review.deciding.accept_case": operators_own(case),
    "review.deciding.check_case": operators_own(
        lambda world: case(world) | {"upheld": True, "reason": ""}
    ),
    "review.deciding.decide_case": operators_own(
        lambda world: case(world) | {"outcome": Outcome.GRANTED, "reason": "x"}
    ),
    "review.deciding.extend_case": operators_own(lambda world: case(world) | {"reason": "x"}),
    "review.deciding.return_case": operators_own(lambda world: case(world) | {"missing": "x"}),
    "review.documents.put_down_evidence": by(EVERYONE_BUT_SUBJECTS, Forbidden, document),
    "review.filing.appeal_case": filers_own(lambda world: case(world) | {"reason": "x"}),
    "review.filing.file_case": by(
        ("rival", "stranger", "merchant", "anonymous", "system"),
        Forbidden,
        lambda world: {
            "kind": PLAIN,
            "office_id": world.city.operator.tenant_id,
            "filing": filing(world.city, item="x"),
        },
    ),
    "review.filing.supplement_case": filers_own(lambda world: case(world) | {"reason": "x"}),
    "review.filing.withdraw_case": filers_own(case),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "review.queries.case": ("rival", key, NotFound),
    "review.queries.cases_at": ("rival", lambda world: office(world) | {"ended": False}, None),
    "review.queries.cases_late": (
        "rival",
        lambda world: office(world) | {"now": world.city.now + timedelta(days=99)},
        None,
    ),
    "review.queries.cases_of": ("rival", subject, None),
    "review.queries.cases_waiting": ("rival", office, None),
    "review.queries.city_office": ("anonymous", lambda _world: {}, PUBLIC),
    "review.queries.decisions_about": ("rival", subject, None),
    "review.queries.decisions_on": (
        "stranger",
        lambda world: {"case": ReviewCase(subject_id=world.city.firm_id, id=world.case_id)},
        None,
    ),
    "review.queries.documents_in": (
        "stranger",
        lambda world: subject(world) | {"case_ids": [world.case_id]},
        None,
    ),
    "review.queries.documents_of": ("rival", subject, None),
    "review.queries.lock_case": ("stranger", key, NotFound),
    "review.queries.lock_on_clock": (
        "stranger",
        lambda world: subject(world) | key(world) | {"due_at": APPEAL_UNTIL},
        None,
    ),
    "review.queries.lock_running": (
        "stranger",
        lambda world: {"year": 2026, "after": None, "limit": 10, "now": world.city.now},
        None,
    ),
    "review.queries.loose_documents": (
        "operator",
        lambda world: subject(world) | {"document_ids": [loose_id(world.case_id)]},
        None,
    ),
    "review.queries.whole_document": (
        "stranger",
        lambda world: {
            "case": ReviewCase(subject_id=world.city.firm_id, id=world.case_id),
            "document_id": world.case_id,
        },
        None,
    ),
}
