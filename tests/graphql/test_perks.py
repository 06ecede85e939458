"""Programmes and redemptions over GraphQL, as a till and a gate go this way; another merchant finds none of them."""

import base64

import pytest
from small_perks import build_perks
from small_settlements import one_statement

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin.perks.drafts import MAX_LIMIT, MAX_STOCK
from suxin.tenancy.profiles import TenantKind

PROGRAMME = {
    "scenarioCode": "tour.ticket",
    "startsOn": "2026-11-01",
    "endsBefore": "2027-11-01",
    "funderName": "某超市",
    "stock": 20,
    "budgetFen": 100_000,
}
NODE = "query ($id: ID!) { node(id: $id) { id } }"


@pytest.fixture
async def published(shop):
    """A programme that was made from a template and published."""
    drafted = (await shop.write("draft_perk_programme", **PROGRAMME))["programme"]
    done = await shop.write("publish_perk_programme", programmeId=drafted["id"])
    return done["programme"]


async def test_a_template_becomes_a_programme(shop, published):
    (ticket,) = [one for one in await shop.run("perk_scenarios") if one["code"] == "tour.ticket"]
    read = await shop.run("perk_programme", id=published["id"])
    assert (read["state"], read["sector"], read["funder"]) == ("PUBLISHED", "TOUR", "MERCHANT")
    assert (read["offers"], read["fallback"]) == (ticket["offers"], ticket["fallback"])
    assert (read["partyLimit"], read["stock"]) == (10, 20)
    (edge,) = (await shop.run("perk_programmes", first=5))["edges"]
    assert edge["node"]["id"] == published["id"]
    drafts = {"state": {"in": ["DRAFT"]}}
    assert (await shop.run("perk_programmes", first=5, filter=drafts))["edges"] == []


async def test_a_visitor_is_let_in_at_once_and_the_benefit_is_all_that_is_told(shop, published):
    held = await shop.write("hold_perk_redemption", programmeId=published["id"], persons=4)
    told = held["redemption"]
    assert told["benefit"]["label"] == "门票 9 折"
    assert (told["state"], told["handle"], told["usesAllowed"]) == ("HELD", None, 4)
    wanted = {"redemptionId": told["id"]}
    assert (await shop.write("grant_perk_redemption", **wanted))["redemption"]["state"] == "GRANTED"
    part = await shop.write("complete_perk_redemption", **wanted, uses=1, close=False)
    assert (part["redemption"]["state"], part["redemption"]["uses"]) == ("GRANTED", 1)
    late = await shop.write("roll_back_perk_redemption", **wanted, reason="顾客离开")
    assert late["code"] == "PERK_USED_ALREADY"
    done = (await shop.write("complete_perk_redemption", **wanted))["redemption"]
    assert (done["state"], done["uses"], done["usedValueFen"]) == ("COMPLETED", 4, 2_400)
    read = await shop.run("perk_redemption", id=told["id"])
    assert read["programme"]["id"] == published["id"]
    listed = await shop.run("perk_redemptions", first=5, filter={"state": {"in": ["COMPLETED"]}})
    assert [edge["node"]["id"] for edge in listed["edges"]] == [told["id"]]


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("personDaily", MAX_LIMIT),
        ("personTotal", MAX_LIMIT),
        ("daily", MAX_LIMIT),
        ("stock", MAX_STOCK),
        ("budgetFen", MAX_AMOUNT_FEN),
    ],
)
async def test_a_larger_number_is_refused_by_name(shop, field, most):
    refused = await shop.write("draft_perk_programme", **(PROGRAMME | {field: most + 1}))
    assert (refused["code"], refused["field"]) == ("INVALID", field)


async def test_more_persons_or_uses_than_there_are_are_refused(shop, published):
    largest = 2**31 - 1
    wanted = {"programmeId": published["id"]}
    many = await shop.write("hold_perk_redemption", **wanted, persons=largest)
    assert many["code"] == "PERK_GROUP_TOO_LARGE"
    held = (await shop.write("hold_perk_redemption", **wanted))["redemption"]
    await shop.write("grant_perk_redemption", redemptionId=held["id"])
    used = await shop.write("complete_perk_redemption", redemptionId=held["id"], uses=largest)
    assert used["code"] == "PERK_USES_EXCEEDED"


async def test_what_is_not_used_is_taken_back(shop, published):
    held = await shop.write("hold_perk_redemption", programmeId=published["id"])
    wanted = {"redemptionId": held["redemption"]["id"]}
    back = await shop.write("roll_back_perk_redemption", **wanted, reason="顾客改日再来")
    assert back["redemption"]["state"] == "ROLLED_BACK"
    empty = await shop.write("hold_perk_redemption", programmeId=published["id"], persons=11)
    assert (empty["code"], empty["field"]) == ("PERK_GROUP_TOO_LARGE", "persons")


async def test_a_suspended_programme_gives_nothing_out_and_goes_on(shop, published):
    wanted = {"programmeId": published["id"]}
    done = await shop.write("suspend_perk_programme", **wanted, reason="设备检修")
    assert (done["programme"]["state"], done["programme"]["reason"]) == ("SUSPENDED", "设备检修")
    assert (await shop.write("hold_perk_redemption", **wanted))["code"] == "PERK_NOT_OPEN"
    assert (await shop.write("resume_perk_programme", **wanted))["programme"][
        "state"
    ] == "PUBLISHED"
    assert (await shop.write("end_perk_programme", **wanted))["programme"]["state"] == "ENDED"
    assert (await shop.write("resume_perk_programme", **wanted))["code"] == "STEP_NOT_POSSIBLE"


@pytest.mark.parametrize("rewritten", [False, True])
async def test_another_merchants_things_are_not_found(
    shop, desks, small_city, published, rewritten
):
    held = await shop.write("hold_perk_redemption", programmeId=published["id"])
    other = await desks.open_house(await build_perks(small_city, TenantKind.ATTRACTION))
    ids = [published["id"], held["redemption"]["id"]]
    if rewritten:
        ids = [retold(one, other.bank.tenant_id) for one in ids]
    for text in ids:
        body = await other.answer(NODE, id=text)
        assert body["data"] == {"node": None}
        assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    programme, redemption = ids
    reason = {"reason": "x"}
    for operation, given in (
        ("publish_perk_programme", {"programmeId": programme}),
        ("suspend_perk_programme", {"programmeId": programme, **reason}),
        ("resume_perk_programme", {"programmeId": programme}),
        ("end_perk_programme", {"programmeId": programme}),
        ("hold_perk_redemption", {"programmeId": programme}),
        ("grant_perk_redemption", {"redemptionId": redemption}),
        ("complete_perk_redemption", {"redemptionId": redemption}),
        ("roll_back_perk_redemption", {"redemptionId": redemption, **reason}),
    ):
        assert (await other.write(operation, **given))["code"] == "NOT_FOUND", operation
    assert (await other.run("perk_programmes", first=5))["edges"] == []
    assert (await other.run("perk_redemptions", first=5))["edges"] == []


def retold(text: str, tenant_id) -> str:
    """The id as it would read had it been given to another tenant."""
    data = base64.urlsafe_b64decode(text + "==")
    changed = data[:2] + tenant_id.bytes + data[18:]
    return base64.urlsafe_b64encode(changed).rstrip(b"=").decode()


async def test_a_merchants_systems_read_its_statements(desks, small_city, bank_a):
    small = await build_perks(small_city)
    await one_statement(small)
    shop = await desks.open_house(small)
    (listed,) = (await shop.run("perk_settlements", first=5))["edges"]
    read = await shop.run("perk_settlement", id=listed["node"]["id"])
    assert read == listed["node"]
    assert (read["month"], read["state"], read["funder"]) == ("2026-11-01", "DRAWN_UP", "CITY")
    assert (read["redemptions"], read["uses"], read["amountFen"]) == (1, 1, 600)
    paid = {"state": {"in": ["PAID"]}}
    assert (await shop.run("perk_settlements", first=5, filter=paid))["edges"] == []
    assert (await shop.data(NODE, id=read["id"]))["node"]["id"] == read["id"]
    assert await bank_a.codes(NODE, id=read["id"]) == ["NOT_FOUND"]
