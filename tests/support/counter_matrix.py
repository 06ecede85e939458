"""Who must not use another's counter: the commands and queries of assisted visits, for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from counter_visits import on_paper
from small_world import World
from trespassing import OUTSIDE_THE_OPERATOR, Case, by

from suxin.counter.commands import Reading
from suxin.counter.models import CounterEvidence, CounterVisit, Matter
from suxin.kernel.refusals import Forbidden, NotFound


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def visit(world: World) -> dict[str, Any]:
    return {"visit_id": world.at_counter.visit_id}


def visit_row(world: World) -> dict[str, Any]:
    """Return the visit as a caller might make it up."""
    return {
        "visit": CounterVisit(
            id=world.at_counter.visit_id,
            person_id=world.city.person_id,
            expires_at=world.at_counter.expires_at,
        )
    }


def evidence_row(world: World) -> dict[str, Any]:
    return {
        "evidence": CounterEvidence(
            id=world.at_counter.evidence_id,
            subject_id=world.city.person_id,
            consent_id=world.at_counter.consent_id,
        )
    }


def reading(world: World) -> dict[str, Any]:
    return visit(world) | {
        "reading": Reading(
            consent_id=world.at_counter.consent_id,
            matter=Matter.ANSWER,
            notice_version="loan.match/2026-11",
            words_sha256="x",
            read=True,
            understood=True,
        )
    }


def counters_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A helper's command: the helper beside finds nothing, and whoever is none may not."""
    return [
        ("operator", NotFound, given),
        *by((*OUTSIDE_THE_OPERATOR, "system"), Forbidden, given),
    ]


COMMANDS: dict[str, list[Case]] = {
    "counter.commands.open_visit": by((*OUTSIDE_THE_OPERATOR, "system"), Forbidden, nothing_given),
    "counter.commands.end_visit": counters_own(visit),
    "counter.commands.read_aloud": counters_own(reading),
    "counter.commands.take_evidence": counters_own(
        lambda world: visit(world) | {"form": on_paper(), "sealer": world.city.sealer}
    ),
    "counter.proving.send_code": counters_own(
        lambda world: visit(world) | {"phone": "19900000001", "sealer": world.city.sealer}
    ),
}
ELSEWHERE = {
    # They take more than one transaction; ``tests/counter`` shows whom they refuse.
    "counter.proving.prove_visitor",
    "counter.proving.confirm_phone",
    "counter.deciding.carry_out",
}
QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "counter.queries.consent_decided": ("operator", evidence_row, NotFound),
    "counter.queries.evidence_at": ("rival", visit, None),
    "counter.queries.evidence_taken": ("rival", nothing_given, None),
    "counter.queries.lock_own_visit": ("operator", visit, NotFound),
    "counter.queries.lock_running_visit": ("operator", nothing_given, None),
    "counter.queries.matter_at_hand": (
        "operator",
        lambda world: visit_row(world) | {"consent_id": world.at_counter.consent_id},
        NotFound,
    ),
    "counter.queries.matters": ("operator", visit_row, None),
    "counter.queries.opened_evidence": (
        "rival",
        lambda world: {
            "sealer": world.city.sealer,
            "evidence_id": world.at_counter.evidence_id,
        },
        Forbidden,
    ),
    "counter.queries.own_visit": ("operator", visit, NotFound),
    "counter.queries.own_visits": ("operator", nothing_given, None),
    "counter.queries.person_at": ("operator", visit_row, None),
    "counter.queries.signed_decision": (
        "operator",
        lambda world: visit(world) | {"evidence_id": world.at_counter.evidence_id},
        NotFound,
    ),
}
