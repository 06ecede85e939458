"""Whole-village credit over GraphQL: a bank's rounds with who joined, a village's without, and nobody else's; each step is told as an event."""

import pytest
from credit_root_fields import CREDIT_NODES
from small_perks import SmallPerks
from small_village_credit import build_round
from small_villages import build_village

from suxin_graphql.execution.tally import COMPILED, QUERIES

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@pytest.fixture
async def joined(small_city, admin):
    small = await build_round(small_city, admin, graded=False)
    found = await small.open()
    return small, found, await small.join(found, 0)


async def test_a_bank_reads_its_rounds_and_whoever_joined(joined, bank_a, bank_b):
    _, found, member = joined
    before = QUERIES.copy()
    (listed,) = [edge["node"] for edge in (await bank_a.run("village_credit_rounds", first=5))["edges"]]  # fmt: skip
    assert listed == await bank_a.run("village_credit_round", id=listed["id"])
    assert (listed["state"], listed["villageCode"], listed["joined"]) == (
        "OPEN",
        found.village_code,
        None,
    )
    shown = await bank_a.run("village_credit_members", roundId=listed["id"], first=5)
    (one,) = [edge["node"] for edge in shown["edges"]]
    assert (one["label"], one["state"], one["round"]) == (
        member.label,
        "CONSENTED",
        {"id": listed["id"]},
    )
    assert QUERIES - before == {COMPILED: 3}
    narrowed = {"filter": {"state": {"in": ["ACTIVE"]}}}
    none = await bank_a.run("village_credit_members", roundId=listed["id"], first=5, **narrowed)
    assert none["totalCount"] == 0
    ids = {listed["id"]: "VillageCreditRound", one["id"]: "VillageCreditMember"}
    assert set(ids.values()) == CREDIT_NODES
    for text, name in ids.items():
        assert (await bank_a.data(NODE, id=text))["node"]["__typename"] == name
        assert (await bank_b.answer(NODE, id=text))["data"] == {"node": None}
    assert (await bank_b.run("village_credit_rounds", first=5))["edges"] == []


async def test_a_village_reads_its_rounds_and_no_household(joined, desks, small_city):
    small, _, _ = joined
    village = await desks.open_house(SmallPerks(city=small_city, merchant=small.village.manager))
    (one,) = [edge["node"] for edge in (await village.run("village_credit_rounds", first=5))["edges"]]  # fmt: skip
    told = await village.run("village_credit_members", roundId=one["id"], first=5)
    assert (told["totalCount"], told["edges"]) == (0, [])
    other = (await build_village(small_city, 1)).admin
    elsewhere = await desks.open_house(SmallPerks(city=small_city, merchant=other))
    assert (await elsewhere.run("village_credit_rounds", first=5))["edges"] == []


async def test_each_step_is_told_without_a_name_or_a_figure(joined, admin):
    small, found, member = joined
    rows = await admin.fetch(
        "select tenant_id, type, object_id, data::text as data from tenant_events"
        " where type like 'village_credit.%' order by recorded_at, id"
    )
    bank, village = found.tenant_id, small.village.tenant_id
    steps = ("signed", "accepted", "opened")
    assert {(row["tenant_id"], row["type"]) for row in rows} == {
        *((one, f"village_credit.round.{step}") for one in (bank, village) for step in steps),
        (bank, "village_credit.member.joined"),
    }
    assert {row["object_id"] for row in rows} == {found.id, member.id}
    assert not any(member.label in row["data"] for row in rows)
