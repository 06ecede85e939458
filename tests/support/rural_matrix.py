"""Who must not touch a village's ratings, nor read another's: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from filled_rural import AREA, CERTIFICATE_ID, CYCLE_ID, ENTRY_ID, STATEMENT_ID, TITLE_ID
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, PUBLIC, Case, by, operators_own, subjects_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.rural.panel import Marks
from suxin.rural.states import RuralKind, TitleLevel
from suxin.rural.titles import LoanFigures

Given = Callable[[World], dict[str, Any]]
EVERYBODY = (*EVERYONE_BUT_SUBJECTS, "stranger")
LOANS = LoanFigures(
    debtors=1,
    without_arrears=1,
    loans=1,
    bad_loans=0,
    new_loans=1,
    new_bad_loans=0,
    paper="x",
)


def nothing(_world: World) -> dict[str, Any]:
    return {}


def cycle(_world: World) -> dict[str, Any]:
    return {"cycle_id": CYCLE_ID}


def entry(_world: World) -> dict[str, Any]:
    return {"entry_id": ENTRY_ID}


def title(_world: World) -> dict[str, Any]:
    return {"title_id": TITLE_ID}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def beside(given: Given, **more: Any) -> Given:
    return lambda world: given(world) | more


def staffed(given: Given) -> list[Case]:
    """A village's command: whoever has not the right may not; two villages are in ``tests/rural``."""
    return by(EVERYBODY, Forbidden, given)


def ballot(world: World) -> dict[str, Any]:
    marks = Marks(character=1, family=1, ability=1)
    return entry(world) | {"marks": marks, "sealer": world.city.sealer}


def kin(world: World) -> dict[str, Any]:
    return entry(world) | {"staff_id": world.rural.staff_id}


def whole_entry(world: World) -> dict[str, Any]:
    return {"tenant_id": world.rural.tenant_id} | entry(world)


COMMANDS: dict[str, list[Case]] = {
    "rural.entering.enter_cycle": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        beside(cycle, notice_version="x", publish_name=False),
    ),
    "rural.entering.leave_cycle": subjects_own(entry),
    "rural.entering.propose_entity": staffed(beside(entry, reason="x")),
    "rural.entering.admit_entity": staffed(beside(entry, granted=True)),
    "rural.cycles.open_cycle": staffed(beside(nothing, kind=RuralKind.HOUSEHOLD)),
    "rural.cycles.name_panel": staffed(beside(cycle, seats=[])),
    "rural.cycles.begin_panel": staffed(cycle),
    "rural.cycles.close_panel": staffed(cycle),
    "rural.cycles.check_results": staffed(cycle),
    "rural.cycles.call_off_cycle": staffed(beside(cycle, reason="x")),
    "rural.voting.cast_vote": staffed(ballot),
    "rural.voting.recuse": staffed(kin),
    "rural.hearings.state_hearing": subjects_own(beside(entry, statement="x")),
    "rural.hearings.decide_hearing": operators_own(
        lambda world: subject(world) | entry(world) | {"lowered": True, "answer": "x"}
    ),
    "rural.statements.state_fact": staffed(
        beside(entry, item_code="VILLAGE-RESIDENCE", content={"band": "3年以上"})
    ),
    "rural.statements.verify_fact": staffed(
        beside(nothing, statement_id=STATEMENT_ID, granted=True)
    ),
    "rural.appeals.freeze_entry": subjects_own(entry),
    "rural.titles.file_title": operators_own(
        beside(nothing, area_code=AREA, year=2026, loans=LOANS)
    ),
    "rural.titles.decide_title": operators_own(beside(title, granted=True, answer="x")),
    "rural.titles.revoke_title": operators_own(beside(title, reason="x")),
    "rights.rating_appeals.appeal_rating": subjects_own(beside(entry, reason="x")),
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    "rural.queries.cycles.cycle_of": ("stranger", cycle, PUBLIC),
    "rural.queries.cycles.cycle_in_turn": ("stranger", cycle, PUBLIC),
    "rural.queries.cycles.own_cycle": ("rival", cycle, Forbidden),
    "rural.queries.cycles.own_cycles": ("rival", nothing, Forbidden),
    "rural.queries.cycles.city_cycles": ("rival", nothing, Forbidden),
    "rural.queries.cycles.entries_of": ("rival", cycle, Forbidden),
    "rural.queries.cycles.own_entries": ("rival", nothing, Forbidden),
    "rural.queries.cycles.standing_of": ("rival", cycle, Forbidden),
    "rural.queries.cycles.village_entry": ("rival", entry, Forbidden),
    "rural.queries.cycles.lock_entry": ("rival", whole_entry, NotFound),
    "rural.queries.cycles.lock_own_entry": ("stranger", entry, NotFound),
    "rural.queries.cycles.live_entry": (
        "stranger",
        lambda world: cycle(world) | subject(world),
        None,
    ),
    "rural.queries.cycles.panel_of": ("rival", cycle, Forbidden),
    "rural.queries.cycles.possible_members": ("rival", nothing, Forbidden),
    "rural.queries.cycles.votes_cast": ("rival", cycle, Forbidden),
    "rural.queries.cycles.own_ballots": ("rival", cycle, Forbidden),
    "rural.queries.cycles.public_notice": ("stranger", cycle, PUBLIC),
    "rural.queries.cycles.statements_at": ("rival", nothing, Forbidden),
    "rural.queries.waiting.entries_to_vote_on": ("rival", nothing, Forbidden),
    "rural.queries.waiting.cycles_to_check": ("rival", nothing, Forbidden),
    "rural.queries.own.statements_about": ("stranger", subject, None),
    "rural.queries.own.cycles_for": ("stranger", nothing, None),
    "rural.queries.own.entries_about": ("stranger", subject, None),
    "rural.queries.own.grades_about": ("stranger", subject, None),
    "rural.queries.own.grades_told": ("rival", beside(subject, purpose="bank.credit"), None),
    "rural.queries.own.hearings_about": ("stranger", subject, None),
    "rural.queries.own.reckonings_about": ("stranger", subject, None),
    "rural.queries.own.explained": ("stranger", entry, None),
    "rural.queries.areas.hearings": ("rival", nothing, Forbidden),
    "rural.queries.areas.area_counts": (
        "rival",
        beside(nothing, level=TitleLevel.VILLAGE),
        Forbidden,
    ),
    # Banks are told of towns in counts alone, and of villages nothing.
    "rural.queries.areas.towns_covered": ("rival", nothing, None),
    "rural.queries.areas.villages_covered": (
        "rival",
        beside(nothing, town_code=AREA[:9]),
        None,
    ),
    "rural.queries.areas.own_count": ("rival", nothing, Forbidden),
    "rural.queries.areas.area_count": ("rival", beside(nothing, area_code=AREA), None),
    "rural.queries.areas.titles": ("stranger", nothing, PUBLIC),
    "rural.queries.areas.published_titles": ("stranger", nothing, PUBLIC),
    "rural.queries.areas.certificate_numbered": (
        "stranger",
        beside(nothing, number=CERTIFICATE_ID),
        PUBLIC,
    ),
    "rural.queries.areas.lock_title": ("rival", title, Forbidden),
}
