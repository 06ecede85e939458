"""Every change of state of a register, a merger, a grid, a household and a link that anyone could write: the declared steps, and no other."""

from dataclasses import replace

import pytest
from sample_rows import insert, sample
from small_villages import build_household, build_village
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.villages.models import HouseholdLink, VillageMerger
from suxin.villages.states import GridState, HouseholdState, LinkState, MergerState

GRID = (
    "state = cast({to} as text),"
    " valid_until = case when cast({to} as text) = 'ENDED' then valid_from end"
)
HOUSEHOLD = (
    "state = cast({to} as text), merged_into = id,"
    " ended_at = case when cast({to} as text) <> 'ACTIVE' then registered_at end"
)
LINK = (
    "state = cast({to} as text), member_id = id,"
    " decided_at = case when cast({to} as text) <> 'ASKED' then asked_at end,"
    " ended_at = case when cast({to} as text) = 'ENDED' then asked_at end"
)
MERGER = (
    "state = cast({to} as text),"
    " decided_at = case when cast({to} as text) <> 'PROPOSED' then proposed_at end,"
    " carried_out_at = case when cast({to} as text) = 'CARRIED_OUT' then proposed_at end"
)
OUT = "TRANSFERRED"
GONE = {(state, OUT) for state in ("ACTIVE", "MOVED_AWAY", "MERGED")}
VILLAGES = {
    "village_grids": {("ACTIVE", "ENDED")},
    "households": {
        ("ACTIVE", "MOVED_AWAY"),
        ("MOVED_AWAY", "ACTIVE"),
        ("ACTIVE", "MERGED"),
    },
    "household_links": {
        ("ASKED", "CONFIRMED"),
        ("ASKED", "DECLINED"),
        ("ASKED", "ENDED"),
        ("CONFIRMED", "ENDED"),
    },
    "village_mergers": set(),
}
PLATFORMS = {
    "village_grids": {("ACTIVE", "ENDED")},
    "households": GONE,
    "household_links": {("ASKED", "ENDED"), ("CONFIRMED", "ENDED")},
    "village_mergers": {("APPROVED", "CARRIED_OUT")},
}
OPERATORS = {"village_mergers": {("PROPOSED", "DECLINED"), ("PROPOSED", "APPROVED")}}


@pytest.mark.parametrize(
    ("who", "declared"),
    [
        ("village", VILLAGES),
        ("platform", PLATFORMS),
        ("operator", OPERATORS),
        ("another village", {}),
        ("person", {}),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(small_city, admin, who, declared):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    link = sample(
        HouseholdLink,
        small_city.now,
        tenant_id=village.tenant_id,
        household_id=household.id,
        person_id=small_city.person_id,
    )
    merger = sample(VillageMerger, small_city.now, from_tenant_id=village.tenant_id)
    await insert(admin, HouseholdLink, link)
    await insert(admin, VillageMerger, merger)
    actor = {
        "village": village.admin,
        "platform": Actor.system("test"),
        "operator": small_city.operator,
        "another village": replace(village.admin, tenant_id=small_city.banks[1].tenant_id),
        "person": Actor.subject(
            "test", person_id=small_city.person_id, subject_id=small_city.person_id
        ),
    }[who]
    found = {
        table: await steps(
            small_city, admin, table, states, row_id, actor=actor, assignment=assignment
        )
        for table, states, row_id, assignment in (
            ("village_grids", GridState, village.grids[1].id, GRID),
            ("households", HouseholdState, household.id, HOUSEHOLD),
            ("household_links", LinkState, link["id"], LINK),
            ("village_mergers", MergerState, merger["id"], MERGER),
        )
    }
    assert found == {table: declared.get(table, set()) for table in found}
