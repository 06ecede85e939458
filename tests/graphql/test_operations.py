"""Each document of graphql/operations, executed, on the ways that a bank goes with it."""

from pathlib import Path

import pytest

from suxin.lending.models import DispatchMode

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
OFFER = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
TERMS = {
    "code": "HN-1",
    "name": "惠农贷",
    "minAmountFen": 1_000_000,
    "maxAmountFen": 30_000_000,
    "minTermMonths": 6,
    "maxTermMonths": 24,
    "minRateBps": 365,
    "maxRateBps": 480,
    "repaymentMethods": ["INTEREST_MONTHLY"],
    "guaranteeModes": ["CREDIT", "SURETY"],
    "criteria": [{"criterion": "MINIMUM_AGE_MONTHS", "months": 6}],
}


def test_every_document_is_executed_here():
    others = (
        "clients",
        "consent_requests",
        "events",
        "exports",
        "fetches",
        "guarantees",
        "guarantor_parts",
        "identity_providers",
        "exchange",
        "league",
        "loans",
        "claims",
        "perk_codes",
        "perks",
        "points",
        "shop",
        "pools",
        "rural",
        "sandboxes",
        "service_orders",
        "tiers",
        "village_credit",
        "villages",
        "warnings",
        "webhooks",
    )
    beside = [
        *(Path(__file__).with_name(f"test_{name}.py") for name in others),
        Path(__file__).parents[1] / "streams" / "test_documents.py",
    ]
    text = "".join(path.read_text() for path in (Path(__file__), *beside))
    documents = {path.stem for path in OPERATIONS.glob("*.graphql")}
    assert len(documents) == 153
    assert {name for name in documents if f'"{name}"' not in text} == set()


async def test_viewer(bank_a):
    viewer = await bank_a.run("viewer")
    assert viewer["tenant"] == {
        "name": "宿迁第一商业银行（测试）",
        "shortName": "一行",
        "kind": "BANK",
        "uscc": "9144030071526726XG",
    }
    assert viewer["staff"] == {"name": "李信贷", "login": f"officer.{bank_a.bank.staff_id}"}
    assert viewer["permissions"] == sorted(bank_a.bank.officer.permissions)
    assert viewer["areas"] == []


async def test_inbox(bank_a, case):
    data = await bank_a.run("inbox", first=10)
    assert data["inboxCounts"] == {
        "dispatched": 1,
        "inProgress": 0,
        "offered": 0,
        "dueSoon": 0,
        "overdue": 0,
        "pool": 0,
    }
    [edge] = data["referrals"]["edges"]
    node = edge["node"]
    lead = node.pop("lead")
    assert lead.pop("number").startswith("L")
    assert lead.pop("id")
    assert lead == {
        "applicantKind": "FIRM",
        "countyCode": "321302",
        "industryZh": "制造业",
        "amountBand": "FROM_50_WAN",
        "termBand": "UP_TO_12",
        "purpose": "WORKING_CAPITAL",
    }
    assert node == {
        "id": case.referral_id,
        "state": "DISPATCHED",
        "mode": "RECOMMENDED",
        "dispatchedAt": "2026-11-20T02:00:00+00:00",
        "acceptBy": "2026-11-23T15:59:59+00:00",
        "contactBy": "2026-11-25T15:59:59+00:00",
        "decideBy": "2026-11-27T15:59:59+00:00",
        "nextDueAt": "2026-11-23T15:59:59+00:00",
        "deadlinesProvisional": False,
        "consentedAt": None,
    }
    assert data["referrals"]["pageInfo"] == {"hasNextPage": False, "endCursor": edge["cursor"]}


async def test_inbox_by_state(bank_a, case):
    accepted = {"state": {"in": ["ACCEPTED", "OFFERED"]}}
    assert (await bank_a.run("inbox", first=10, filter=accepted))["referrals"]["edges"] == []
    await case.accept()
    data = await bank_a.run("inbox", first=10, filter=accepted, orderBy="DECIDE_BY")
    assert [edge["node"]["id"] for edge in data["referrals"]["edges"]] == [case.referral_id]


async def test_the_next_deadline_is_the_one_that_binds(bank_a, case, clock, desks, small_city):
    """Contact binds a bank that is let know the applicant; one that waits for him has until it must decide."""
    await case.accept()
    clock.pass_time(hours=6 * 24)
    later = await desks.open(small_city.banks[0], now=clock.now())
    data = await later.run("inbox", first=1)
    [edge] = data["referrals"]["edges"]
    assert edge["node"]["nextDueAt"] == edge["node"]["decideBy"]
    assert data["inboxCounts"]["overdue"] == 0
    await case.consent()
    data = await later.run("inbox", first=1)
    [edge] = data["referrals"]["edges"]
    assert edge["node"]["nextDueAt"] == edge["node"]["contactBy"]
    assert data["inboxCounts"]["overdue"] == 1


async def test_pool_and_claim(bank_a, small_city):
    await small_city.submit(mode=DispatchMode.OPEN_POOL)
    pool = await bank_a.run("pool", first=5)
    assert pool["totalCount"] == 1
    lead = pool["edges"][0]["node"]
    assert lead["county"] == {"code": "321302", "name": "宿城区"}
    assert (lead["industrySection"], lead["industryEn"]) == ("C", "Manufacturing")
    claimed = await bank_a.write("claim_lead", leadId=lead["id"])
    assert claimed["replayed"] is False
    assert claimed["referral"]["lead"] == {"id": lead["id"], "number": lead["number"]}
    assert claimed["referral"]["state"] == "ACCEPTED"
    assert claimed["referral"]["mode"] == "OPEN_POOL"
    assert (await bank_a.run("pool", first=5))["edges"] == []


async def test_from_acceptance_to_a_withdrawn_offer(bank_a, case, small_city, admin):
    accepted = await bank_a.write("accept_referral", referralId=case.referral_id)
    assert accepted["replayed"] is False
    assert accepted["referral"]["state"] == "ACCEPTED"
    assert accepted["referral"]["acceptedAt"] == "2026-11-20T02:00:00+00:00"
    await case.consent()
    contacted = await bank_a.write("record_contact", referralId=case.referral_id)
    assert contacted["referral"]["state"] == "CONTACTED"
    examined = await bank_a.write("start_due_diligence", referralId=case.referral_id)
    assert examined["referral"]["state"] == "DUE_DILIGENCE"
    made = await bank_a.write("make_offer", referralId=case.referral_id, terms=OFFER)
    offer = made["offer"]
    offer_id = offer.pop("id")
    assert offer == {
        "state": "OPEN",
        "amountFen": 40_000_000,
        "termMonths": 12,
        "rateBps": 435,
        "monthlyPaymentFen": 3_412_396,
        "totalInterestFen": 948_753,
        "totalFeesFen": 0,
        "totalCostFen": 948_753,
        "annualisedRateBps": 435,
        "validUntil": "2026-11-27T02:00:00+00:00",
        "referral": {"id": case.referral_id, "state": "OFFERED"},
    }
    shown = await bank_a.run("referral", id=case.referral_id)
    assert [edge["node"]["id"] for edge in shown["offers"]["edges"]] == [offer_id]
    [listed] = (await bank_a.run("offers", first=5, filter={"state": {"in": ["OPEN"]}}))["edges"]
    assert listed["node"]["id"] == offer_id
    assert listed["node"]["referral"] == offer["referral"]
    withdrawn = await bank_a.write("withdraw_offer", offerId=offer_id)
    assert withdrawn["offer"]["state"] == "WITHDRAWN"
    assert withdrawn["offer"]["referral"]["state"] == "DUE_DILIGENCE"
    assert await admin.fetchval("select state from offers") == "WITHDRAWN"


async def test_decline(bank_a, case, admin):
    declined = await bank_a.write(
        "decline_referral",
        referralId=case.referral_id,
        reason="OTHER_WITH_NOTE",
        note="该地块正在征收",
    )
    assert declined["referral"]["state"] == "DECLINED"
    assert declined["referral"]["declineReason"] == "OTHER_WITH_NOTE"
    assert declined["referral"]["declineNote"] == "该地块正在征收"
    row = await admin.fetchrow(
        "select state, decline_note from referrals where id = $1", case.local_id
    )
    assert dict(row) == {"state": "DECLINED", "decline_note": "该地块正在征收"}


async def test_offer_preview_is_what_the_offer_costs(bank_a):
    preview = await bank_a.run("offer_preview", terms={**OFFER, "upfrontFeeBps": 50})
    instalments = preview.pop("instalments")
    assert preview == {
        "monthlyPaymentFen": 3_412_396,
        "lastPaymentFen": 3_412_397,
        "totalInterestFen": 948_753,
        "totalFeesFen": 200_000,
        "totalCostFen": 1_148_753,
        "annualisedRateBps": 529,
        "effectiveRateBps": 542,
    }
    assert len(instalments) == 12
    assert instalments[0] == {
        "number": 1,
        "principalFen": 3_267_396,
        "interestFen": 145_000,
        "feeFen": 0,
        "totalFen": 3_412_396,
    }
    assert sum(one["principalFen"] for one in instalments) == 40_000_000


async def test_products_from_draft_to_retirement(bank_a):
    drafted = (await bank_a.write("draft_product", terms=TERMS))["product"]
    assert (drafted["code"], drafted["version"], drafted["status"]) == ("HN-1", 0, "DRAFT")
    assert drafted["criteria"] == [
        {
            "code": "MINIMUM_AGE_MONTHS",
            "requirementZh": drafted["criteria"][0]["requirementZh"],
            "requirementEn": drafted["criteria"][0]["requirementEn"],
        }
    ]
    edited = await bank_a.write(
        "edit_product", productId=drafted["id"], terms={**TERMS, "name": "惠农快贷"}
    )
    assert edited["product"]["name"] == "惠农快贷"
    published = (await bank_a.write("publish_product", productId=drafted["id"]))["product"]
    assert (published["version"], published["status"]) == (1, "PUBLISHED")
    listed = await bank_a.run("products", first=10)
    assert listed["totalCount"] == 2
    assert [edge["node"]["code"] for edge in listed["edges"]] == ["HN-1", "P-1"]
    shown = await bank_a.run("product", id=drafted["id"])
    assert shown["repaymentMethods"] == ["INTEREST_MONTHLY"]
    assert shown["guaranteeModes"] == ["CREDIT", "SURETY"]
    assert shown["criteria"][0]["terms"] == {"criterion": "MINIMUM_AGE_MONTHS", "months": 6}
    retired = await bank_a.write("retire_product", productId=drafted["id"])
    assert retired["product"]["status"] == "RETIRED"
    by_status = await bank_a.run("products", first=10, filter={"status": {"in": ["RETIRED"]}})
    assert [edge["node"]["id"] for edge in by_status["edges"]] == [drafted["id"]]


async def test_a_new_version_takes_the_place_of_the_published_one(bank_a):
    [old] = (await bank_a.run("products", first=5))["edges"]
    drafted = await bank_a.write(
        "draft_product", terms={**TERMS, "code": "P-1"}, replacesId=old["node"]["id"]
    )
    assert drafted["product"]["draftOf"] == {"id": old["node"]["id"], "status": "PUBLISHED"}
    again = await bank_a.write("draft_product", terms=TERMS, replacesId=old["node"]["id"])
    assert again["code"] == "NEXT_VERSION_DRAFTED"
    published = await bank_a.write("publish_product", productId=drafted["product"]["id"])
    assert published["product"]["version"] == 2
    assert published["product"]["draftOf"] == {"id": old["node"]["id"], "status": "RETIRED"}


async def test_several_things_by_their_ids(bank_a, case, small_city):
    await small_city.submit(amount_fen=20_000_000, actor=small_city.stranger)
    found = await bank_a.data("{ referrals(first: 9) { edges { node { id lead { id } } } } }")
    nodes = [edge["node"] for edge in found["referrals"]["edges"]]
    ids = [nodes[1]["id"], nodes[0]["lead"]["id"], nodes[0]["id"]]
    assert nodes[1]["id"] == case.referral_id
    data = await bank_a.data("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert data["nodes"] == [
        {"__typename": "Referral", "id": ids[0]},
        {"__typename": "Lead", "id": ids[1]},
        {"__typename": "Referral", "id": ids[2]},
    ]


@pytest.mark.parametrize("moved_hours", [5, 7 * 24])
async def test_counts_follow_the_clock(bank_a, case, clock, desks, small_city, moved_hours):
    """Due soon is what falls due within eight hours; overdue what is past."""
    deadline_in_hours = 86
    clock.pass_time(hours=deadline_in_hours - 5 if moved_hours == 5 else moved_hours)
    later = await desks.open(small_city.banks[0], now=clock.now())
    counts = (await later.run("inbox", first=1))["inboxCounts"]
    assert (counts["dueSoon"], counts["overdue"]) == ((1, 0) if moved_hours == 5 else (0, 1))
