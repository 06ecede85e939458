"""Who must not touch a village's points: commands and queries for the proofs as two tenants; two villages are in ``tests/grid``."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from filled_points import TOKEN
from small_points import minutes_of
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, OUTSIDE_THE_OPERATOR, PUBLIC, Case, by

from suxin.grid.agreeing import TEXT_VERSION
from suxin.grid.chain import Said
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.exchange.words import AppSort
from suxin.grid.models import NoticePage, PointClaim
from suxin.grid.refusals import NotOfVillage
from suxin.grid.sheets.layouts import SheetColumn, SheetField, SheetLayout, SheetLines
from suxin.grid.states import AgreedTo, ClaimState, Verdict
from suxin.grid.templates import template_named
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound

EXCHANGED = {
    "grid_app_events",
    "grid_app_links",
    "grid_app_mappings",
    "grid_app_told",
    "grid_sheets",
}
"""What a village has with its town's app, and its sheets: its own."""

Given = Callable[[World], dict[str, Any]]
EVERYBODY = (*EVERYONE_BUT_SUBJECTS, "stranger")
REASON = {"reason": "理由充分"}
ANSWER = {"verdict": Verdict.FOR, "answer": "理由充分"}


def nothing(_world: World) -> dict[str, Any]:
    return {}


def beside(given: Given, **more: Any) -> Given:
    return lambda world: given(world) | more


def village(world: World) -> dict[str, Any]:
    return {"tenant_id": world.points.tenant_id}


def claim(world: World) -> dict[str, Any]:
    return {"claim_id": world.points.claim_id}


def of_village(world: World) -> dict[str, Any]:
    return village(world) | claim(world)


def sheet(world: World) -> dict[str, Any]:
    return {"sheet_id": world.points.sheet_id}


def event(world: World) -> dict[str, Any]:
    return {"event_id": world.points.event_id}


def this_month(world: World) -> dict[str, Any]:
    return {"month": world.city.now.date().replace(day=1)}


def rules(world: World) -> dict[str, Any]:
    return {"rule_set_id": world.points.rule_set_id}


def saying(world: World) -> dict[str, Any]:
    return {"said": [Said(claim_id=world.points.claim_id, verdict=Verdict.FOR)]}


def recorded(world: World) -> dict[str, Any]:
    content = ClaimContent(
        household_id=world.points.household_id,
        member_id=world.points.member_id,
        rule_code="hour",
        times=1,
        happened_on=world.city.now.date(),
        note="",
    )
    return {
        "claim_id": new_id(world.city.now),
        "content": content,
        "content_hash": digest(content),
        "sealer": world.city.sealer,
    }


def staffed(given: Given) -> list[Case]:
    """A village's command: whoever has not the right may not."""
    return by(EVERYBODY, Forbidden, given)


def residents_own(given: Given) -> list[Case]:
    """A resident's command: a stranger to the village is none, and whoever is no person may not."""
    return [("stranger", NotOfVillage, given), *by(EVERYONE_BUT_SUBJECTS, Forbidden, given)]


BOOK = template_named("hours").book

COMMANDS: dict[str, list[Case]] = {
    "grid.agreeing.agree": residents_own(
        beside(village, use=AgreedTo.RECORD, text_version=TEXT_VERSION)
    ),
    "grid.agreeing.take_back": residents_own(beside(village, use=AgreedTo.SHOW_NAME)),
    "grid.appealing.answer_appeal": staffed(beside(claim, **ANSWER)),
    "grid.appealing.decide_for_town": by(
        (*OUTSIDE_THE_OPERATOR, "system"), Forbidden, beside(claim, **ANSWER)
    ),
    "grid.appealing.object_to_claim": residents_own(beside(of_village, **REASON)),
    "grid.appealing.object_to_line": residents_own(
        beside(village, notice_number=1, line=1, **REASON)
    ),
    "grid.appealing.take_down_appeal": staffed(beside(claim, resident="张某", **REASON)),
    "grid.appealing.take_down_further": staffed(beside(claim, **REASON)),
    "grid.appealing.take_to_town": residents_own(beside(of_village, **REASON)),
    "grid.chain.check_claims": staffed(saying),
    "grid.chain.vote_on_claims": staffed(saying),
    "grid.chain.declare_home": staffed(
        lambda world: {"staff_id": world.staff_id, "household_id": None}
    ),
    "grid.claiming.record_claim": staffed(recorded),
    "grid.claiming.record_own_claim": residents_own(lambda w: village(w) | recorded(w)),
    "grid.claiming.withdraw_claim": staffed(claim),
    "grid.claiming.withdraw_own_claim": [
        ("stranger", NotFound, of_village),
        *by(EVERYONE_BUT_SUBJECTS, Forbidden, of_village),
    ],
    "grid.noticing.publish_notice": staffed(nothing),
    "grid.posting.ask_reversal": staffed(beside(claim, **REASON)),
    "grid.posting.confirm_reversal": staffed(claim),
    "grid.rule_sets.adopt_rule_set": staffed(
        lambda world: rules(world) | {"minutes": minutes_of(world.city.now.date())}
    ),
    "grid.rule_sets.confirm_rule_set": staffed(
        lambda world: rules(world) | {"starts_on": world.city.now.date()}
    ),
    "grid.rule_sets.draft_rule_set": staffed(beside(nothing, book=BOOK)),
    "grid.rule_sets.drop_rule_set": staffed(rules),
    "grid.rule_sets.edit_rule_set": staffed(beside(rules, book=BOOK)),
    "grid.exchange.commands.adopt_app_mapping": staffed(
        beside(nothing, rules={AppSort.ENVIRONMENT: "hour"})
    ),
    "grid.exchange.commands.bring_app_events": staffed(beside(nothing, content=b"")),
    "grid.exchange.commands.dismiss_app_event": staffed(event),
    "grid.exchange.joining.join_app": staffed(beside(nothing, ground="镇政发〔2026〕1 号")),
    "grid.exchange.joining.leave_app": staffed(nothing),
    "grid.sheets.commands.make_sheet": staffed(
        lambda world: {"month": world.city.now.date().replace(month=1, day=1)}
    ),
    "grid.sheets.commands.sign_sheet": staffed(sheet),
    "grid.sheets.commands.write_sheet_form": by(
        (*OUTSIDE_THE_OPERATOR, "system"),
        Forbidden,
        lambda _: {
            "town_code": "321302102",
            "layout": SheetLayout(
                title="x",
                lines=SheetLines.HOUSEHOLDS,
                columns=(SheetColumn(shows=SheetField.CLOSING, heading="x"),),
            ),
        },
    ),
    "grid.rule_sets.return_rule_set": staffed(beside(rules, **REASON)),
}


def at_state(_world: World) -> dict[str, Any]:
    return {"state": ClaimState.NOTICED}


def today(world: World) -> dict[str, Any]:
    return village(world) | {"on": world.city.now.date()}


def members(world: World) -> dict[str, Any]:
    return village(world) | {"member_ids": [world.points.member_id]}


def household(world: World) -> dict[str, Any]:
    return village(world) | {"household_id": world.points.household_id}


def own_household(world: World) -> dict[str, Any]:
    return {"household_id": world.points.household_id}


def agreement(world: World) -> dict[str, Any]:
    return village(world) | {"member_id": world.points.member_id, "use": AgreedTo.SHOW_NAME}


def home(world: World) -> dict[str, Any]:
    return village(world) | {"staff_id": world.staff_id}


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "grid.showing.queries.village_claims": ("rival", nothing, Forbidden),
    "grid.showing.queries.household_statement": ("rival", own_household, Forbidden),
    "grid.showing.queries.household_balance": ("rival", own_household, Forbidden),
    "grid.showing.queries.own_villages": ("stranger", nothing, None),
    "grid.showing.queries.own_household_claims": ("stranger", village, NotOfVillage),
    "grid.showing.queries.rules_for_residents": ("anonymous", today, PUBLIC),
    "grid.exchange.queries.newest_mapping": ("rival", nothing, Forbidden),
    "grid.exchange.queries.mapping_in_use": ("rival", village, None),
    "grid.exchange.queries.month_entries": (
        "rival",
        lambda world: village(world) | this_month(world),
        None,
    ),
    "grid.exchange.queries.own_link": ("rival", nothing, Forbidden),
    "grid.exchange.queries.refused_by_app": ("rival", nothing, Forbidden),
    "grid.exchange.queries.own_app_events": ("rival", nothing, Forbidden),
    "grid.exchange.queries.own_draft": ("rival", event, Forbidden),
    "grid.exchange.queries.lock_app_event": (
        "rival",
        lambda world: village(world) | event(world),
        NotFound,
    ),
    "grid.exchange.queries.entries_for_app": ("rival", this_month, Forbidden),
    "grid.exchange.queries.app_differences": ("rival", beside(this_month, told={}), Forbidden),
    "grid.sheets.queries.sheet_forms": ("rival", nothing, Forbidden),
    # A form is its town's, and published: it holds nothing of anybody.
    "grid.sheets.queries.newest_form": (
        "anonymous",
        lambda _: {"town_code": "321302102"},
        PUBLIC,
    ),
    "grid.sheets.queries.own_sheets": ("rival", nothing, Forbidden),
    "grid.sheets.queries.own_sheet": ("rival", sheet, Forbidden),
    "grid.sheets.queries.newest_sheet": (
        "rival",
        lambda world: village(world) | this_month(world),
        None,
    ),
    "grid.sheets.queries.lock_sheet": (
        "rival",
        lambda world: village(world) | sheet(world),
        NotFound,
    ),
    "grid.queries.take_turn": ("rival", village, None),
    "grid.queries.own_rule_sets": ("rival", nothing, Forbidden),
    "grid.queries.own_rule_set": ("rival", rules, Forbidden),
    "grid.queries.lock_rule_set": ("rival", rules, NotFound),
    "grid.queries.rules_in_force": ("anonymous", today, PUBLIC),
    "grid.queries.own_claims": ("rival", nothing, Forbidden),
    "grid.queries.waiting.claims_waiting": ("rival", at_state, Forbidden),
    "grid.queries.counts_by_state": ("rival", nothing, Forbidden),
    "grid.queries.own_claim": ("rival", claim, Forbidden),
    "grid.queries.claim_of": ("stranger", of_village, None),
    "grid.queries.lock_claim": ("rival", of_village, NotFound),
    "grid.queries.lock_claim_at_town": ("rival", claim, NotFound),
    "grid.queries.claims_at_town": ("rival", nothing, Forbidden),
    "grid.queries.seats_of": ("rival", of_village, None),
    "grid.queries.photos_of": ("rival", of_village, None),
    "grid.queries.own_photo": (
        "rival",
        lambda world: {"photo_id": world.points.photo_id},
        Forbidden,
    ),
    "grid.queries.appeals_of": ("stranger", of_village, None),
    "grid.queries.open_appeal": (
        "stranger",
        lambda world: {
            "claim": PointClaim(tenant_id=world.points.tenant_id, id=world.points.claim_id)
        },
        None,
    ),
    "grid.queries.standing_notice": (
        "anonymous",
        lambda world: {
            "page": NoticePage(
                tenant_id=world.points.tenant_id,
                notice_id=world.points.notice_id,
                ends_at=world.city.now + timedelta(days=7),
            )
        },
        PUBLIC,
    ),
    "grid.queries.own_notices": ("rival", nothing, Forbidden),
    "grid.queries.own_notice": (
        "rival",
        lambda world: {"notice_id": world.points.notice_id},
        Forbidden,
    ),
    "grid.queries.page_at": ("anonymous", beside(nothing, token=TOKEN), PUBLIC),
    "grid.queries.home_of": ("rival", home, None),
    "grid.queries.homes": ("rival", nothing, Forbidden),
    "grid.queries.household_claims": ("stranger", household, None),
    "grid.queries.live_agreement": ("stranger", agreement, None),
    "grid.queries.names_agreed": ("rival", members, None),
}
