"""Who must not touch covers and claims on them, nor read what is counted: commands and queries for the proofs as two tenants."""

from datetime import date
from typing import Any

from small_covers import DRAFT, PAPER
from small_world import World
from trespassing import PUBLIC, Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.perks.covers.models import CoverClaim
from suxin.perks.covers.recovering import RecoveryDraft
from suxin.perks.covers.states import CoverGround
from suxin.perks.figures.models import PerkDimension
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.settlements.models import Settlement
from suxin.perks.states import FunderKind

DAY = date(2026, 11, 20)
RECOVERY = RecoveryDraft(received_fen=1, cost_fen=0, recovered_on=DAY, number="x")


def cover(world: World) -> dict[str, Any]:
    return {"cover_id": world.perks.covered.cover_id}


def claim(world: World) -> dict[str, Any]:
    return {"claim_id": world.perks.covered.claim_id}


def paper(world: World) -> dict[str, Any]:
    return claim(world) | {"paper_id": world.perks.covered.paper_id}


def recovery(world: World) -> dict[str, Any]:
    return {"recovery_id": world.perks.covered.recovery_id}


def known_order(world: World) -> ServiceOrder:
    """The order, as its ids alone tell of it."""
    return ServiceOrder(
        tenant_id=world.perks.gate.own_tenant,
        id=world.perks.covered.order_id,
        programme_id=world.perks.covered.programme_id,
    )


def known_claim(world: World) -> CoverClaim:
    covered = world.perks.covered
    return CoverClaim(
        tenant_id=world.perks.gate.own_tenant,
        id=covered.claim_id,
        operator_id=world.city.operator.own_tenant,
        cover_id=covered.cover_id,
    )


def month(world: World) -> Settlement:
    return Settlement(
        tenant_id=world.perks.gate.own_tenant,
        month=world.perks.covered.paid_on.replace(day=1),
        funder=FunderKind.CITY,
        funder_name=DRAFT.funder_name,
    )


def merchants_own(given: Any) -> list[Case]:
    """A merchant's command: another merchant finds nothing, and whoever has not the right may not."""
    strangers = ("rival", "stranger", "anonymous", "operator", "system")
    return [("merchant", NotFound, given), *by(strangers, Forbidden, given)]


def filed(world: World) -> dict[str, Any]:
    return {
        "order_id": world.perks.covered.order_id,
        "ground": CoverGround.UNPAID,
        "amount_fen": 1,
        "reason": "x",
        "paper": PAPER,
        "sealer": world.city.sealer,
    }


PLACE = "perks.covers"
COMMANDS: dict[str, list[Case]] = {
    f"{PLACE}.claiming.file_claim": merchants_own(filed),
    f"{PLACE}.claiming.add_paper": merchants_own(
        lambda world: claim(world) | {"paper": PAPER, "sealer": world.city.sealer}
    ),
    f"{PLACE}.claiming.withdraw_claim": merchants_own(claim),
    f"{PLACE}.deciding.decide_claim": operators_own(
        lambda world: claim(world) | {"granted_fen": 1, "answer": "x"}
    ),
    f"{PLACE}.deciding.check_claim": operators_own(lambda world: claim(world) | {"upheld": True}),
    f"{PLACE}.deciding.note_cover_payment": operators_own(
        lambda world: claim(world) | {"paid_on": DAY, "reference": "x"}
    ),
    f"{PLACE}.deciding.release_claim": operators_own(lambda world: claim(world) | {"answer": "x"}),
    f"{PLACE}.opening.open_cover": operators_own(lambda _world: {"draft": DRAFT}),
    f"{PLACE}.opening.fund_cover": operators_own(
        lambda world: cover(world) | {"amount_fen": 1, "reference": "x"}
    ),
    f"{PLACE}.opening.close_cover": operators_own(cover),
    f"{PLACE}.recovering.report_recovery": merchants_own(
        lambda world: claim(world) | {"draft": RECOVERY}
    ),
    f"{PLACE}.recovering.confirm_recovery": operators_own(
        lambda world: recovery(world) | {"arrived_on": DAY, "reference": "x"}
    ),
}

QUERIES: dict[str, tuple[str, Any, Any]] = {
    f"{PLACE}.queries.claim_seen": ("merchant", claim, NotFound),
    f"{PLACE}.queries.claims_of": ("rival", lambda _world: {}, Forbidden),
    f"{PLACE}.queries.claims_overseen": ("merchant", lambda _world: {}, Forbidden),
    f"{PLACE}.queries.claims_waiting": ("merchant", lambda _world: {}, Forbidden),
    f"{PLACE}.queries.cover_behind": (
        "merchant",
        lambda world: {"order": known_order(world)},
        PUBLIC,
    ),
    f"{PLACE}.queries.cover_kept": ("merchant", cover, Forbidden),
    f"{PLACE}.queries.covers_kept": ("merchant", lambda _world: {}, Forbidden),
    f"{PLACE}.queries.granted_in_year": (
        "merchant",
        lambda world: {"claim": known_claim(world), "now": world.city.now},
        0,
    ),
    f"{PLACE}.queries.has_claim": (
        "merchant",
        lambda world: {"order": known_order(world)},
        None,
    ),
    f"{PLACE}.queries.lock_claim": ("merchant", claim, NotFound),
    f"{PLACE}.queries.lock_cover_kept": ("merchant", cover, Forbidden),
    f"{PLACE}.queries.lock_on_clock": (
        "merchant",
        lambda world: {
            "tenant_id": world.perks.gate.own_tenant,
            "claim_id": world.perks.covered.open_id,
            "due_at": world.perks.covered.due_at,
        },
        None,
    ),
    f"{PLACE}.queries.lock_recovery": ("merchant", recovery, Forbidden),
    f"{PLACE}.queries.lock_running": ("merchant", lambda _world: {"limit": 9, "after": None}, None),
    f"{PLACE}.queries.open_disputes": (
        "merchant",
        lambda world: {"about": [world.perks.redemption_id]},
        0,
    ),
    f"{PLACE}.queries.paid_in_month": (
        "merchant",
        lambda world: {"settlement": month(world)},
        None,
    ),
    "perks.figures.queries.perk_months": ("merchant", lambda _world: {}, Forbidden),
    "perks.figures.queries.perk_figures": (
        "merchant",
        lambda world: {
            "by": PerkDimension.COUNTY,
            "month": world.perks.covered.paid_on.replace(day=1),
        },
        Forbidden,
    ),
    f"{PLACE}.queries.paper_seen": ("merchant", paper, NotFound),
    f"{PLACE}.queries.papers_of": ("merchant", claim, None),
    f"{PLACE}.queries.recoveries_of": ("merchant", claim, None),
}
