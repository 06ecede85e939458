"""Rural ratings over GraphQL: a village's cycles, entries and how they stand for its own systems; titles and certificates for everybody."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from rural_root_fields import RURAL_NODES
from sample_rows import insert, sample
from small_rural import AFTER_NOTICE, VILLAGE_CODE, build_village
from small_villages import build_village as another_village

from suxin.kernel.actor import Actor
from suxin.rural.models import RuralTitle

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@dataclass(frozen=True)
class House:
    """A village, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


@pytest.fixture
async def village(small_city):
    return await build_village(small_city)


async def desk_of(desks, actor, *roles):
    house = House(tenant_id=actor.own_tenant, staff_id=actor.own_staff, officer=actor)
    return await desks.open(house, roles=list(roles))


async def test_a_village_reads_its_cycles_entries_and_how_they_stand(
    desks, village, small_city, admin
):
    cycle, entries = await village.noticed()
    viewer = await desk_of(desks, village.manager, "viewer")
    (one,) = [edge["node"] for edge in (await viewer.run("rating_cycles", first=5, filter={"state": {"in": ["NOTICED"]}, "kind": {"in": ["HOUSEHOLD"]}}))["edges"]]  # fmt: skip
    assert (one["kind"], one["year"], one["state"], one["entries"]) == ("HOUSEHOLD", cycle.year, "NOTICED", 2)  # fmt: skip
    listed = await viewer.run("rating_entries", first=5, cycleId=one["id"], filter={"state": {"in": ["RATED"]}})  # fmt: skip
    rows = [edge["node"] for edge in listed["edges"]]
    assert sorted(row["number"] for row in rows) == [1, 2]
    tiers = {row["tier"] for row in rows}
    assert tiers == {await admin.fetchval("select tier from rural_entries where id = $1", entries[0].id)}  # fmt: skip
    assert {row["household"]["number"] for row in rows} == {"001", "002"}
    told = await viewer.run("rating_cycle", id=one["id"])
    assert told["ratingStanding"] == [{"state": "RATED", "tier": tiers.pop(), "entries": 2}]
    ids = {one["id"]: "RatingCycle", rows[0]["id"]: "RatingEntry"}
    assert set(ids.values()) == RURAL_NODES
    other = await desk_of(desks, (await another_village(small_city, 1)).admin, "viewer")
    for text, name in ids.items():
        assert (await viewer.data(NODE, id=text))["node"]["__typename"] == name
        assert (await other.answer(NODE, id=text))["data"] == {"node": None}
    assert (await other.run("rating_entries", first=5))["edges"] == []


async def test_each_step_of_a_cycle_and_a_grade_is_told_without_a_name_or_score(
    village, small_city, admin
):
    cycle, entries = await village.noticed()
    await village.work(small_city.now + AFTER_NOTICE)
    rows = await admin.fetch(
        "select type, object_id, data::text from tenant_events where tenant_id = $1 order by id",
        village.tenant_id,
    )
    steps = ["opened", "panel_began", "panel_closed", "noticed"]
    assert [(row["type"], row["object_id"]) for row in rows if row["object_id"] == cycle.id] == [
        (f"rural.cycle.{step}", cycle.id) for step in steps
    ]
    of_first = [row for row in rows if row["object_id"] == entries[0].id]
    assert [row["type"] for row in of_first] == ["rural.grade.proposed", "rural.grade.effective"]
    for row in of_first:
        assert str(cycle.id) in row["data"]
        assert "score" not in row["data"]


async def test_titles_and_certificates_are_public_and_name_nobody(
    desks, bank_a, village, small_city, admin
):
    await village.noticed()
    await village.work(small_city.now + AFTER_NOTICE)
    for state, area in (("APPROVED", VILLAGE_CODE), ("PROPOSED", VILLAGE_CODE[:9])):
        decided = small_city.now if state == "APPROVED" else None
        level = "village" if area == VILLAGE_CODE else "town"
        row = sample(RuralTitle, small_city.now, id=uuid4(), area_code=area, level=level, year=2026, state=state, filed_by=UUID(int=1), decided_by=None if decided is None else UUID(int=2), decided_at=decided, figures="{}", revoked_at=None)  # fmt: skip
        await insert(admin, RuralTitle, row)
    number = await admin.fetchval("select id from rural_certificates order by id limit 1")
    for caller in (bank_a, await desk_of(desks, village.manager, "viewer")):
        titles = (await caller.run("rural_titles", first=5))["edges"]
        assert [edge["node"]["areaCode"] for edge in titles] == [VILLAGE_CODE]
        held = await caller.run("rural_certificate", number=str(number))
        assert (held["inForce"], held["endedAt"]) == (True, None)
    for unknown in (str(uuid4()), "x"):
        refused = await bank_a.answer("query ($n: String!) { ruralCertificate(number: $n) { number } }", n=unknown)  # fmt: skip
        assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"
