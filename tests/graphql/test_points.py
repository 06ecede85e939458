"""Village points over GraphQL: rules, claims, what a household has; recorded and taken back by a person; nothing of another village's."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from point_root_fields import POINT_NODES
from small_points import build_points, put_in_force
from small_villages import build_village

from suxin.grid.rules import MAX_TIMES, Rule, RuleBook
from suxin.grid.states import Evidence, RuleTopic
from suxin.kernel.actor import Actor

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"
BOOK = RuleBook(
    name="测试细则",
    rules=(
        Rule(code="yard", name="门前三包", topic=RuleTopic.ENVIRONMENT, points=5, max_times=2),
        Rule(code="litter", name="乱倒垃圾", topic=RuleTopic.ENVIRONMENT, points=-3, evidence=Evidence.REQUIRED, claimants=("worker",)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A village, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


async def desk_of(desks, boss, *roles):
    house = House(tenant_id=boss.own_tenant, staff_id=boss.own_staff, officer=boss)
    return await desks.open(house, roles=list(roles))


@pytest.fixture
async def points(small_city, admin):
    found = await build_points(small_city, admin)
    await put_in_force(found, BOOK, starts_in_days=3)
    return found


async def test_a_claim_is_recorded_taken_back_and_told(desks, points, admin):
    worker = await desk_of(desks, points.person("village_admin"), "grid_worker")
    (house, *_) = [edge["node"] for edge in (await worker.run("households", first=5))["edges"]]
    mine = {"householdId": house["id"], "ruleCode": "yard", "happenedOn": "2026-11-20"}
    for wrong, code in (
        ({"times": MAX_TIMES + 1}, "GRID_NOT_CLAIMABLE"),
        ({"ruleCode": "none"}, "GRID_RULE_UNKNOWN"),
        ({"ruleCode": "litter"}, "GRID_PHOTOS_MISSING"),
    ):
        assert (await worker.write("record_point_claim", **mine | wrong))["code"] == code
    recorded = (await worker.write("record_point_claim", **mine, times=2))["claim"]
    assert (recorded["state"], recorded["points"], recorded["claimedAs"]) == ("SUBMITTED", 10, "WORKER")  # fmt: skip
    assert recorded["household"] == {"id": house["id"], "number": house["number"]}
    again = (await worker.write("record_point_claim", **mine))["claim"]
    gone = await worker.write("withdraw_point_claim", claimId=again["id"])
    assert gone["claim"]["state"] == "WITHDRAWN"
    twice = await worker.write("withdraw_point_claim", claimId=again["id"])
    assert twice["code"] == "STEP_NOT_POSSIBLE"
    listed = await worker.run("point_claims", first=5, filter={"state": {"in": ["SUBMITTED"]}})
    (claim,) = [edge["node"] for edge in listed["edges"]]
    assert claim == await worker.run("point_claim", id=recorded["id"])
    told = await admin.fetch(
        "select type, data->>'rule' rule, data->>'points' points from tenant_events where type like 'grid.%' order by id"
    )
    assert [one["type"] for one in told] == ["grid.claim.recorded"] * 2 + ["grid.claim.withdrawn"]
    assert (told[0]["rule"], told[0]["points"]) == ("yard", "10")


async def test_a_households_statement_is_what_its_book_says(small_city, desks, points):
    claim = await points.record(rule_code="yard", member_id=None)
    await points.end_notice(await points.notice(claim))
    viewer = await desk_of(desks, points.person("village_admin"), "viewer")
    posted = await viewer.run("point_claims", first=5, filter={"state": {"in": ["POSTED"]}})
    (one,) = [edge["node"] for edge in posted["edges"]]
    told = await viewer.run("household_points", householdId=one["household"]["id"], first=5)
    assert told["pointBalance"]["balance"] == one["postedPoints"] == claim.points
    (line,) = [edge["node"] for edge in told["householdPoints"]["edges"]]
    assert (line["id"], line["postedPoints"]) == (one["id"], claim.points)
    rules = (await viewer.run("point_rules", first=5))["edges"]
    newest = rules[0]["node"]
    assert (newest["number"], newest["state"], newest["name"]) == (2, "CONFIRMED", "测试细则")
    book = (await viewer.run("point_rule_set", id=newest["id"]))["rules"]
    assert [(rule["code"], rule["points"]) for rule in book] == [("yard", 5), ("litter", -3)]  # fmt: skip
    ids = {one["id"]: "PointClaim", newest["id"]: "PointRuleSet"}
    assert set(ids.values()) == POINT_NODES
    other = await desk_of(desks, (await build_village(small_city, 1)).admin, "viewer")
    for text, name in ids.items():
        assert (await viewer.data(NODE, id=text))["node"]["__typename"] == name
        assert (await other.answer(NODE, id=text))["data"] == {"node": None}
    assert (await other.run("point_claims", first=5))["edges"] == []


async def test_a_viewer_records_nothing_and_a_bank_reads_nothing(desks, points, bank_a):
    viewer = await desk_of(desks, points.person("village_admin"), "viewer")
    (house, *_) = [edge["node"]["id"] for edge in (await viewer.run("households", first=5))["edges"]]  # fmt: skip
    refused = await viewer.write("record_point_claim", householdId=house, ruleCode="yard", happenedOn="2026-11-20")  # fmt: skip
    assert refused["code"] == "FORBIDDEN"
    told = await bank_a.answer("{ pointClaims(first: 1) { totalCount } }")
    assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await viewer.run("point_claims", first=5))["edges"] == []
