"""Who must not see or touch an application for credit repair: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date
from typing import Any

from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by, subjects_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.repair.models import DocumentKind, RepairApplication

PUBLISHED = "published: the same for everyone"


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def application(world: World) -> dict[str, Any]:
    return {"application_id": world.repair_id}


def supplement(world: World) -> dict[str, Any]:
    return application(world) | {"statement": "x", "document_ids": []}


def applied(world: World) -> dict[str, Any]:
    return {"record_id": world.city.firm_id, "statement": "x", "document_ids": []}


def document(world: World) -> dict[str, Any]:
    return {
        "kind": DocumentKind.PROOF,
        "name": "x.pdf",
        "content": b"%PDF-",
        "sealer": world.city.sealer,
    }


COMMANDS: dict[str, list[Case]] = {
    "repair.commands.apply_for_repair": subjects_own(applied),
    "repair.commands.supplement_application": subjects_own(supplement),
    "repair.commands.withdraw_application": subjects_own(application),
    "repair.documents.put_down_document": by(EVERYONE_BUT_SUBJECTS, Forbidden, document),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "repair.queries.application": ("rival", application, NotFound),
    "repair.queries.applications": ("rival", lambda _world: {"is_open": True}, None),
    "repair.queries.applications_of": ("rival", subject, None),
    "repair.queries.bad_records_of": ("rival", subject, None),
    "repair.queries.bases_reading": (
        "stranger",
        lambda world: (
            subject(world)
            | {"category": "tax", "occurred_on": date(2026, 4, 1), "now": world.city.now}
        ),
        None,
    ),
    "repair.queries.copies_of": (
        "rival",
        lambda world: {
            "application": RepairApplication(
                subject_id=world.city.firm_id, record_id=world.repair_id, item_code="PENALTY"
            )
        },
        None,
    ),
    "repair.queries.counts": ("rival", lambda world: {"now": world.city.now}, None),
    "repair.queries.documents_in": (
        "stranger",
        lambda world: subject(world) | {"application_ids": [world.repair_id]},
        None,
    ),
    "repair.queries.documents_of": ("operator", subject, None),
    "repair.queries.lock_application": (
        "stranger",
        lambda world: subject(world) | application(world),
        NotFound,
    ),
    "repair.queries.lock_running": (
        "stranger",
        lambda world: {"year": 2026, "after": None, "limit": 10, "now": world.city.now},
        None,
    ),
    "repair.queries.loose_documents": (
        "stranger",
        lambda world: subject(world) | {"document_ids": [world.repair_id]},
        None,
    ),
    "repair.queries.open_records": ("stranger", subject, None),
    "repair.queries.operators": ("anonymous", nothing_given, PUBLISHED),
}
