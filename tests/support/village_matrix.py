"""Who must not touch a village's register: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from filled_villages import IMPORT_ID, MERGER_ID, SUBJECT_ID
from small_villages import CODES, child, head
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, OUTSIDE_THE_OPERATOR, PUBLIC, Case, by

from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.grids import GridDraft
from suxin.villages.states import LeaveReason

Given = Callable[[World], dict[str, Any]]
EVERYBODY = (*EVERYONE_BUT_SUBJECTS, "stranger")
PLACE = HouseholdDraft(number="9")
GRID = GridDraft(code=f"{CODES[0]}009", name="x")


def nothing(_world: World) -> dict[str, Any]:
    return {}


def household(world: World) -> dict[str, Any]:
    return {"household_id": world.village.household_id}


def member(world: World) -> dict[str, Any]:
    return {"member_id": world.village.member_id}


def grid(world: World) -> dict[str, Any]:
    return {"grid_id": world.village.grid_id}


def link(world: World) -> dict[str, Any]:
    return {"link_id": world.village.link_id}


def merger(_world: World) -> dict[str, Any]:
    return {"merger_id": MERGER_ID}


def sealed(given: Given) -> Given:
    return lambda world: given(world) | {"sealer": world.city.sealer}


def beside(given: Given, **more: Any) -> Given:
    return lambda world: given(world) | more


def of_tenant(given: Given) -> Given:
    return lambda world: {"tenant_id": world.village.tenant_id} | given(world)


def staffed(given: Given) -> list[Case]:
    """A village's command: whoever has not the right may not; two villages are in ``tests/villages``."""
    return by(EVERYBODY, Forbidden, given)


COMMANDS: dict[str, list[Case]] = {
    "villages.areas.add_village_area": by(
        (*OUTSIDE_THE_OPERATOR, "system"),
        Forbidden,
        beside(nothing, area_code="321324102299", name="某村"),
    ),
    "villages.registers.open_register": staffed(beside(nothing, area_code=CODES[0])),
    "villages.registers.take_register": staffed(beside(nothing, permission="x")),
    "villages.households.register_household": staffed(
        sealed(beside(nothing, draft=PLACE, members=[head()]))
    ),
    "villages.households.change_household": staffed(beside(household, draft=PLACE)),
    "villages.households.move_household_away": staffed(beside(household, reason="x")),
    "villages.households.bring_household_back": staffed(household),
    "villages.households.merge_households": staffed(
        lambda world: household(world) | {"into_id": world.village.household_id}
    ),
    "villages.households.split_household": staffed(
        lambda world: (
            household(world)
            | {
                "draft": PLACE,
                "member_ids": [world.village.member_id],
                "head_id": world.village.member_id,
            }
        )
    ),
    "villages.households.add_member": staffed(sealed(beside(household, draft=child()))),
    "villages.households.change_member": staffed(sealed(beside(member, draft=head()))),
    "villages.households.name_head": staffed(member),
    "villages.households.leave_household": staffed(beside(member, reason=LeaveReason.MOVED)),
    "villages.people.open_member": staffed(sealed(member)),
    "villages.grids.draw_grid": staffed(beside(nothing, draft=GRID)),
    "villages.grids.rename_grid": staffed(beside(grid, name="x")),
    "villages.grids.renumber_grid": staffed(beside(grid, code=GRID.code)),
    "villages.grids.split_grid": staffed(beside(grid, draft=GRID, groups=["一组"])),
    "villages.grids.merge_grids": staffed(
        lambda world: grid(world) | {"into_id": world.village.grid_id}
    ),
    "villages.grids.assign_worker": staffed(
        lambda world: grid(world) | {"staff_id": world.staff_id}
    ),
    "villages.grids.end_worker": staffed(lambda world: {"worker_id": world.village.worker_id}),
    "villages.importing.import_roster": staffed(
        sealed(beside(nothing, import_id=new_id(), file_name="x", content=b""))
    ),
    "villages.linking.confirm_link": staffed(lambda world: link(world) | member(world)),
    "villages.linking.decline_link": staffed(beside(link, reason="x")),
    "villages.merging.propose_merger": by(
        (*OUTSIDE_THE_OPERATOR, "system"),
        Forbidden,
        lambda world: {
            "from_tenant_id": world.village.tenant_id,
            "into_tenant_id": world.bank.tenant_id,
            "document": "x",
        },
    ),
    "villages.merging.approve_merger": by((*OUTSIDE_THE_OPERATOR, "system"), Forbidden, merger),
    "villages.merging.decline_merger": by(
        (*OUTSIDE_THE_OPERATOR, "system"), Forbidden, beside(merger, answer="x")
    ),
}
# Over several transactions, as whoever acts: refused to everybody else in ``tests/villages/test_linking.py``.
ELSEWHERE = {
    "villages.linking.ask_to_be_linked",
    "villages.linking.end_own_link",
    "villages.linking.link_by_resident_id",
    "villages.subjecthood.agree_household_subject",
}


def numbered(world: World) -> dict[str, Any]:
    return {"tenant_id": world.village.tenant_id, "number": "1"}


def person(world: World) -> dict[str, Any]:
    return {"person_id": world.city.person_id}


def today(world: World) -> dict[str, Any]:
    return {"on": world.city.now.date()}


def covering(world: World) -> dict[str, Any]:
    return today(world) | {"staff_id": world.staff_id}


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "villages.queries.villages": ("anonymous", nothing, PUBLIC),
    "villages.queries.village_of": ("anonymous", of_tenant(nothing), PUBLIC),
    "villages.queries.village_at": ("anonymous", beside(nothing, code=CODES[0]), PUBLIC),
    "villages.queries.lock_village": ("rival", of_tenant(nothing), NotFound),
    "villages.queries.counts_of": ("rival", of_tenant(nothing), None),
    "villages.queries.grids": ("rival", of_tenant(nothing), None),
    "villages.queries.grid": ("rival", of_tenant(grid), NotFound),
    "villages.queries.workers": ("rival", of_tenant(today), None),
    "villages.queries.grids_covered": ("rival", of_tenant(covering), None),
    "villages.queries.households": ("rival", of_tenant(nothing), None),
    "villages.queries.active_households": ("rival", of_tenant(nothing), None),
    "villages.queries.listed.households_listed": ("rival", of_tenant(nothing), None),
    "villages.queries.listed.groups": ("rival", of_tenant(nothing), None),
    "villages.queries.listed.grids_listed": ("rival", of_tenant(nothing), None),
    # Which villages there are is published; how many each holds is told in ``counts_of``'s case.
    "villages.queries.listed.villages_counted": (
        "anonymous",
        beside(nothing, within="321324102299"),
        None,
    ),
    "villages.queries.household": ("rival", of_tenant(household), NotFound),
    "villages.queries.lock_household": ("rival", of_tenant(household), NotFound),
    "villages.queries.household_numbered": ("rival", numbered, None),
    "villages.queries.household_of_subject": (
        "stranger",
        beside(nothing, subject_id=SUBJECT_ID),
        None,
    ),
    "villages.queries.members": (
        "rival",
        of_tenant(lambda world: {"household_ids": [world.village.household_id]}),
        None,
    ),
    "villages.queries.members_of": ("rival", of_tenant(household), None),
    "villages.queries.member": ("rival", of_tenant(member), NotFound),
    "villages.queries.memberships_of": ("stranger", person, None),
    "villages.queries.household_of_person": ("stranger", of_tenant(person), None),
    "villages.queries.links": ("rival", of_tenant(nothing), None),
    "villages.queries.links_of": ("stranger", person, None),
    "villages.queries.own_link": ("rival", of_tenant(link), NotFound),
    "villages.queries.imports": ("rival", of_tenant(nothing), None),
    "villages.queries.register_import": (
        "rival",
        of_tenant(beside(nothing, import_id=IMPORT_ID)),
        NotFound,
    ),
    "villages.queries.mergers": ("rival", nothing, None),
    "villages.queries.lock_merger": ("rival", merger, NotFound),
}
