"""Who must not touch a programme or a redemption: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_perks import programme_draft
from small_world import World
from trespassing import PUBLIC, Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound

Given = Callable[[World], dict[str, Any]]


def nothing(_world: World) -> dict[str, Any]:
    return {}


def programme(world: World) -> dict[str, Any]:
    return {"programme_id": world.perks.programme.id}


def redemption(world: World) -> dict[str, Any]:
    return {"redemption_id": world.perks.redemption_id}


def reasoned(given: Given) -> Given:
    return lambda world: given(world) | {"reason": "x"}


def row(world: World) -> dict[str, Any]:
    return {"programme": world.perks.programme, "subject_id": world.city.person_id}


def merchants_own(given: Given) -> list[Case]:
    """A merchant's command: another merchant finds nothing, and whoever has not the right may not."""
    strangers = ("rival", "stranger", "anonymous", "operator", "system")
    return [("merchant", NotFound, given), *by(strangers, Forbidden, given)]


def either(given: Given) -> list[Case]:
    """A command of the merchant's and of the operator's."""
    strangers = ("rival", "stranger", "anonymous", "system")
    return [("merchant", NotFound, given), *by(strangers, Forbidden, given)]


def drafted(_world: World) -> dict[str, Any]:
    return {"draft": programme_draft()}


COMMANDS: dict[str, list[Case]] = {
    "perks.publishing.add_stock": merchants_own(lambda world: programme(world) | {"pieces": 1}),
    "perks.publishing.approve_programme": operators_own(programme),
    "perks.publishing.draft_programme": by(
        ("rival", "stranger", "anonymous", "operator", "system"), Forbidden, drafted
    ),
    "perks.publishing.edit_programme": merchants_own(lambda w: programme(w) | drafted(w)),
    "perks.publishing.end_programme": merchants_own(programme),
    "perks.publishing.publish_programme": merchants_own(programme),
    "perks.publishing.resume_programme": merchants_own(programme),
    "perks.publishing.return_programme": either(reasoned(programme)),
    "perks.publishing.submit_programme": merchants_own(programme),
    "perks.publishing.suspend_programme": either(reasoned(programme)),
    "perks.redeeming.complete_redemption": merchants_own(redemption),
    "perks.redeeming.grant_redemption": merchants_own(redemption),
    "perks.redeeming.hold_redemption": merchants_own(
        lambda world: programme(world) | {"subject_id": world.city.firm_id}
    ),
    "perks.redeeming.redeem_at_once": merchants_own(
        lambda world: programme(world) | {"subject_id": None}
    ),
    "perks.redeeming.roll_back_redemption": merchants_own(reasoned(redemption)),
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    # Whoever asks, and whoever is asked about: without a basis there is the fallback, for a merchant's competitor too.
    "perks.queries.benefit_for": ("merchant", row, PUBLIC),
    "perks.queries.standing_of": (
        "merchant",
        lambda world: {"subject_id": world.city.person_id},
        PUBLIC,
    ),
    "perks.queries.own_programme": ("merchant", programme, NotFound),
    "perks.queries.lock_own_programme": ("merchant", programme, NotFound),
    "perks.queries.share_own_programme": ("merchant", programme, NotFound),
    "perks.queries.lock_programme_seen": ("merchant", programme, NotFound),
    "perks.queries.lock_redemption": ("merchant", redemption, NotFound),
    "perks.queries.own_programmes": ("rival", nothing, Forbidden),
    "perks.queries.own_redemptions": ("stranger", nothing, None),
    "perks.queries.programme_seen": ("merchant", programme, PUBLIC),
    "perks.queries.published_programmes": ("merchant", nothing, PUBLIC),
    "perks.queries.scenarios_running": ("merchant", nothing, PUBLIC),
    "perks.queries.submitted_programmes": ("merchant", nothing, Forbidden),
    "perks.queries.tenant_redemptions": ("rival", nothing, Forbidden),
    "perks.queries.results_of": ("rival", programme, Forbidden),
}
