"""What is exchanged on a referral, its routing, leave and replays: who must not touch any of it, for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from small_exchange import FILE
from small_world import World
from trespassing import (
    EVERYONE_BUT_BANKS,
    EVERYONE_BUT_SUBJECTS,
    Case,
    banks_own,
    by,
    subjects_own,
    tenants_own,
)

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.commands.referrals import ConsentRequired
from suxin.lending.exchange.asking import ItemAsked
from suxin.lending.exchange.models import AttachmentKind, Author
from suxin.lending.exchange.queries import ExchangePage
from suxin.lending.models import Referral, ReferralState
from suxin.lending.routing.queries import House

NONE = (ExchangePage((), more=False, total=0), House([], []))
"""What is answered where nothing is seen."""


def referral(world: World) -> dict[str, Any]:
    return {"referral_id": world.exchanged.referral_id}


def material(world: World) -> dict[str, Any]:
    return {"material_id": world.exchanged.material_id, "number": 1}


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.exchanged.submitted.request.id}


def leave(world: World) -> dict[str, Any]:
    day = local_day(world.city.now)
    covering = {"staff_id": world.staff_id, "cover_id": world.staff_id}
    return covering | {"starts_on": day, "ends_on": day}


def stands(world: World) -> dict[str, Any]:
    lead = world.exchanged.submitted.lead
    assert lead is not None
    return {
        "referral": Referral(
            tenant_id=world.bank.tenant_id,
            id=world.exchanged.referral_id,
            lead_id=lead.id,
            county_code=lead.county_code,
            state=ReferralState.CONTACTED,
        )
    }


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


COMMANDS: dict[str, list[Case]] = {
    "lending.exchange.asking.ask_for_material": banks_own(
        lambda world: referral(world) | {"items": [ItemAsked(AttachmentKind.OTHER)], "note": ""}
    ),
    "lending.exchange.asking.decline_material": subjects_own(
        lambda world: material(world) | {"words": ""}
    ),
    "lending.exchange.asking.supply_material": subjects_own(
        lambda world: material(world) | {"file": FILE, "sealer": world.city.sealer}
    ),
    "lending.exchange.attachments.attach_file": subjects_own(
        lambda world: (
            request(world) | {"file": FILE, "tenant_id": None, "sealer": world.city.sealer}
        )
    ),
    "lending.exchange.portions.erase_ended_exchange": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, nothing_given
    ),
    "lending.exchange.standing.hold_applicant": [
        *by(("rival", "stranger", "merchant", "anonymous", "operator"), ConsentRequired, stands),
        ("system", Forbidden, stands),
    ],
    "lending.exchange.talking.mark_bank_read": subjects_own(referral),
    "lending.exchange.talking.mark_conversation_read": banks_own(referral),
    "lending.exchange.talking.send_message": banks_own(
        lambda world: referral(world) | {"text": "x"}
    ),
    "lending.exchange.talking.write_to_bank": subjects_own(
        lambda world: referral(world) | {"text": "x"}
    ),
    "lending.replays.commands.ask_replay": banks_own(lambda world: {"product_id": world.draft_id}),
    "lending.routing.commands.assign_referral": banks_own(
        lambda world: referral(world) | {"staff_id": world.staff_id, "reason": "x"}
    ),
    "lending.routing.commands.set_product_branch": banks_own(
        lambda world: {"product_id": world.bank.product_id, "branch_id": world.branch_id}
    ),
    "tenancy.leaves.cancel_leave": tenants_own(
        lambda world: {"leave_id": world.exchanged.leave_id}
    ),
    "tenancy.leaves.record_leave": [
        ("rival", NotFound, leave),
        *by(EVERYONE_BUT_BANKS, Forbidden, leave),
    ],
}

Row = tuple[str, Callable[[World], dict[str, Any]], Any]


def of_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id}


def on_referral(world: World) -> dict[str, Any]:
    return of_bank(world) | referral(world)


def of_request(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id} | request(world)


def file(world: World) -> dict[str, Any]:
    return referral(world) | {"attachment_id": world.exchanged.attachment_id}


def in_quarter(world: World) -> dict[str, Any]:
    return of_bank(world) | {"quarter_from": date(2026, 7, 1)}


QUERIES: dict[str, Row] = {
    "lending.exchange.queries.attachment_count": ("rival", of_request, None),
    "lending.exchange.queries.attachment_on": ("rival", file, NotFound),
    "lending.exchange.queries.attachments_of": ("rival", of_request, None),
    "lending.exchange.queries.attachments_on": ("rival", stands, None),
    "lending.exchange.queries.is_referred": (
        "rival",
        lambda world: request(world) | of_bank(world),
        None,
    ),
    "lending.exchange.queries.lock_material": (
        "rival",
        lambda world: of_bank(world) | {"material_id": world.exchanged.material_id},
        None,
    ),
    "lending.exchange.queries.material_asked": ("stranger", of_request, None),
    "lending.exchange.queries.material_for": (
        "stranger",
        lambda world: {"material_id": world.exchanged.material_id},
        NotFound,
    ),
    "lending.exchange.queries.material_in_reach": ("rival", nothing_given, None),
    "lending.exchange.queries.material_of": ("rival", on_referral, None),
    "lending.exchange.queries.messages_of": ("rival", on_referral, None),
    "lending.exchange.queries.messages_on": ("rival", stands, None),
    "lending.exchange.queries.messages_sent": (
        "rival",
        lambda world: on_referral(world) | {"author": Author.BANK},
        None,
    ),
    "lending.exchange.queries.referral_of_own": ("stranger", referral, NotFound),
    "lending.replays.queries.latest_replay": (
        "rival",
        lambda world: {"product_id": world.exchanged.product_id},
        None,
    ),
    "lending.replays.queries.lock_replay": (
        "rival",
        lambda world: of_bank(world) | {"replay_id": world.exchanged.replay_id},
        None,
    ),
    "lending.replays.queries.replays_in": ("rival", in_quarter, None),
    "lending.replays.queries.replays_of": ("rival", nothing_given, None),
    "lending.replays.queries.requests_of_quarter": (
        "rival",
        lambda _world: {"quarter": (date(2026, 10, 1), date(2027, 1, 1)), "world": None},
        None,
    ),
    "lending.replays.queries.sets_shown": ("rival", in_quarter, None),
    "lending.routing.queries.asked_today": (
        "rival",
        lambda world: {
            "referral": Referral(tenant_id=world.bank.tenant_id, officer_id=None),
        },
        None,
    ),
    "lending.routing.queries.branch_of_product": (
        "rival",
        lambda world: of_bank(world) | {"product_id": world.bank.product_id},
        None,
    ),
    "lending.routing.queries.house_of": ("rival", of_bank, None),
    "lending.routing.queries.own_officers": ("rival", nothing_given, None),
    "tenancy.queries.covers_on": (
        "rival",
        lambda world: of_bank(world) | {"day": local_day(world.city.now) + timedelta(days=30)},
        None,
    ),
    "tenancy.queries.leaves_ahead": (
        "rival",
        lambda world: (
            of_bank(world) | {"staff_id": world.staff_id, "today": local_day(world.city.now)}
        ),
        None,
    ),
    "tenancy.queries.leaves_of_house": (
        "rival",
        lambda world: of_bank(world) | {"today": local_day(world.city.now)},
        None,
    ),
}
