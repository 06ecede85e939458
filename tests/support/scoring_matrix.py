"""Who must not touch score models, nor read another's score: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import Forbidden
from suxin.scoring.packaged import FIRM_GRADE, packaged_model

PUBLIC = "published: the same for everyone"


def model(world: World) -> dict[str, Any]:
    return {"model_id": world.model_id}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def asked(world: World) -> dict[str, Any]:
    return subject(world) | {"purpose": "loan.match"}


COMMANDS: dict[str, list[Case]] = {
    "scoring.commands.activate_model": operators_own(model),
    "scoring.commands.approve_model": operators_own(model),
    "scoring.commands.draft_model": operators_own(
        lambda _world: {"document": packaged_model(FIRM_GRADE)}
    ),
    "scoring.commands.withdraw_model": operators_own(model),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "scoring.queries.active_model": ("stranger", lambda _world: {"code": FIRM_GRADE}, PUBLIC),
    "scoring.queries.explanation": ("rival", lambda _world: {}, Forbidden),
    "scoring.queries.is_eligible": (
        "rival",
        lambda world: asked(world) | {"model_code": FIRM_GRADE, "at_least": "C"},
        Forbidden,
    ),
    "scoring.queries.lock_model": ("rival", model, Forbidden),
    "scoring.queries.model_row": ("rival", model, Forbidden),
    "scoring.queries.models": ("stranger", lambda _world: {}, PUBLIC),
    "scoring.queries.own_tiers": ("rival", lambda _world: {}, Forbidden),
    "scoring.queries.runs": ("rival", lambda _world: {}, None),
    "scoring.queries.scores_of": ("rival", subject, None),
    "scoring.queries.tiers_of": ("rival", asked, Forbidden),
}
