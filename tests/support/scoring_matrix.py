"""Who must not touch score models, nor read another's score: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from fetch_matrix import opened
from small_world import World
from trespassing import Case, banks_own, operators_own

from suxin.consent.models import Consent
from suxin.kernel.refusals import Forbidden
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.subjects.models import DataCategory
from suxin.subjects.policies import RECORD_READ

PUBLIC = "published: the same for everyone"


def model(world: World) -> dict[str, Any]:
    return {"model_id": world.model_id}


def run(world: World) -> dict[str, Any]:
    return {"run_id": world.run_id}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def asked(world: World) -> dict[str, Any]:
    return subject(world) | {"purpose": "loan.match"}


def fetched(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent, "number": 1}


def of_a_category(world: World) -> dict[str, Any]:
    async def found(_: Consent) -> list[dict[str, Any]]:
        return []

    return {
        "consent_id": world.running_consent,
        "category": DataCategory.TAX,
        "needs": RECORD_READ,
        "found": found,
    }


COMMANDS: dict[str, list[Case]] = {
    "consent.fetches.fetch_category": banks_own(of_a_category),
    "scoring.fetches.fetch_tiers": banks_own(lambda world: {"consent_id": world.running_consent}),
    "scoring.fetches.tiers_delivered": banks_own(fetched),
    "scoring.fetches.tiers_delivered_before": banks_own(fetched),
    "scoring.commands.activate_model": operators_own(model),
    "scoring.commands.ask_run": operators_own(model),
    "scoring.commands.approve_model": operators_own(model),
    "scoring.commands.draft_model": operators_own(
        lambda _world: {"document": packaged_model(FIRM_GRADE)}
    ),
    "scoring.commands.withdraw_model": operators_own(model),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "scoring.queries.active_model": ("stranger", lambda _world: {"code": FIRM_GRADE}, PUBLIC),
    "scoring.queries.explanation": ("rival", lambda _world: {}, Forbidden),
    "lending.queries.dossier.dossier_grades": ("rival", opened, None),
    "scoring.queries.grades_of": ("rival", asked, None),
    "scoring.queries.is_eligible": (
        "rival",
        lambda world: asked(world) | {"model_code": FIRM_GRADE, "at_least": "C"},
        None,
    ),
    "scoring.queries.last_run": ("rival", lambda _world: {"code": FIRM_GRADE}, None),
    "scoring.queries.lock_model": ("rival", model, Forbidden),
    "scoring.queries.model_row": ("rival", model, Forbidden),
    "scoring.queries.models": ("stranger", lambda _world: {}, PUBLIC),
    "scoring.queries.named_tiers": ("rival", lambda _world: {}, Forbidden),
    "scoring.queries.own_tiers": ("rival", lambda _world: {}, Forbidden),
    "scoring.queries.run_row": ("rival", run, Forbidden),
    "scoring.queries.runs": ("rival", lambda _world: {}, None),
    "scoring.queries.scores_of": ("rival", subject, None),
    "scoring.queries.tiers_of": ("rival", asked, None),
    "scoring.queries.tiers_weighed": ("rival", asked, None),
}
