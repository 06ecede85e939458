"""Village registers over GraphQL: households and grids of one's own village, narrowed, one by one, and nothing of another's."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from small_villages import build_household, build_village, head
from village_root_fields import VILLAGE_NODES

from suxin.kernel.actor import Actor

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@dataclass(frozen=True)
class House:
    """A village, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


async def desk_of(desks, village):
    house = House(
        tenant_id=village.tenant_id, staff_id=village.admin.own_staff, officer=village.admin
    )
    return await desks.open(house, roles=["viewer"])


@pytest.fixture
async def village(small_city):
    """A village with two households, one of them in a grid."""
    found = await build_village(small_city)
    await build_household(small_city, found)
    await build_household(small_city, found, "2", (head("李四", None),))
    return found


async def test_households_and_grids_are_listed_narrowed_and_read_one_by_one(
    small_city, desks, village
):
    caller = await desk_of(desks, village)
    listed = await caller.run("households", first=1)
    assert listed["totalCount"] == 2
    (newest,) = [edge["node"] for edge in listed["edges"]]
    assert (newest["number"], newest["state"], newest["grid"]["name"]) == (
        "2",
        "ACTIVE",
        "第1网格",
    )
    rest = await caller.run("households", first=5, after=listed["pageInfo"]["endCursor"])
    assert [edge["node"]["number"] for edge in rest["edges"]] == ["1"]
    for narrowed, count in (
        ({"groupName": {"in": ["一组"]}}, 2),
        ({"groupName": {"in": ["九组"]}}, 0),
        ({"state": {"in": ["MOVED_AWAY"]}}, 0),
    ):
        assert (await caller.run("households", first=1, filter=narrowed))["totalCount"] == count
    one = await caller.run("household", id=newest["id"])
    assert (one["number"], one["grid"]["kind"]) == ("2", "BASIC")
    drawn = await caller.run("grids", first=5)
    assert sorted(edge["node"]["code"][-3:] for edge in drawn["edges"]) == ["001", "002"]
    ids = {newest["id"]: "Household", drawn["edges"][0]["node"]["id"]: "VillageGrid"}
    assert set(ids.values()) == VILLAGE_NODES
    for text, name in ids.items():
        assert (await caller.data(NODE, id=text))["node"]["__typename"] == name


async def test_another_village_and_a_bank_read_nothing_of_it(small_city, desks, village, bank_a):
    caller = await desk_of(desks, village)
    other = await desk_of(desks, await build_village(small_city, 1))
    (one, _) = [edge["node"]["id"] for edge in (await caller.run("households", first=5))["edges"]]
    assert (await other.run("households", first=5))["edges"] == []
    assert (await other.answer(NODE, id=one))["data"] == {"node": None}
    refused = await bank_a.answer("{ households(first: 1) { totalCount } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
