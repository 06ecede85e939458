"""Service orders over GraphQL: each document executed at a merchant's desk, what is refused by name, and whose they are."""

from dataclasses import replace

import pytest
from filled_orders import ridden
from observing import changed, contents, nothing_written
from order_root_fields import ORDER_NODES, ORDER_STEPS
from small_merchant import build_merchant
from small_orders import LOCAL_CODE, SUB_MCHID, WECHAT_CODE, build_service
from small_perks import SmallPerks, build_perks

from suxin.tenancy.profiles import TenantKind
from suxin_graphql.ids import to_global

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"
ORDER = {
    "serviceId": LOCAL_CODE,
    "outOrderNo": "BIKE-1",
    "introduction": "骆马湖骑行",
    "riskFundName": "DEPOSIT",
    "riskFundFen": 20_000,
}
PAID_AT = "2026-11-20T10:04:00+08:00"
LESS = [{"name": "信用等级优惠", "amountFen": 200}]
RIDE = [{"name": "骑行费", "amountFen": 1_500}]


@pytest.fixture
async def actor(small_city):
    """A merchant with one service of its own, as the core knows it."""
    house = await build_merchant(small_city)
    await build_service(small_city, house)
    return house


@pytest.fixture
async def merchant(small_city, desks, actor):
    """Somebody at the merchant who may do everything."""
    place = replace(small_city.banks[0], tenant_id=actor.own_tenant)
    return await desks.open(place, roles=["merchant_admin"])


@pytest.fixture
async def completed(merchant):
    """An order of 15.00 yuan less 2.00, completed."""
    made = await merchant.write("create_service_order", **ORDER)
    assert (made["repeated"], made["replayed"]) == (False, False)
    assert fields(made) == ("CREATED", None, None)
    named = {"orderId": made["order"]["id"]}
    confirmed = await merchant.write("confirm_service_order", **named)
    assert fields(confirmed) == ("DOING", "USER_CONFIRM", None)
    given = {"payments": RIDE, "discounts": LESS}
    done = await merchant.write("complete_service_order", **named, **given)
    assert fields(done) == ("DOING", "MCH_COMPLETE", "USER_PAYING")
    assert done["order"]["totalFen"] == 1_300
    return named


def fields(answer):
    order = answer["order"]
    return order["state"], order["stateDescription"], order["collectionState"]


async def test_an_order_is_lowered_and_neither_raised_nor_cancelled(merchant, completed):
    late = await merchant.write("cancel_service_order", **completed, reason="用户取消")
    assert late["code"] == "STEP_NOT_POSSIBLE"
    raised = await merchant.write("modify_service_order", **completed, payments=RIDE, reason="改价")
    assert (raised["code"], raised["field"]) == ("ORDER_NOT_LOWERED", "payments")
    given = {"payments": RIDE, "discounts": LESS * 2, "reason": "少骑一程"}
    lowered = await merchant.write("modify_service_order", **completed, **given)
    assert lowered["order"]["totalFen"] == 1_100


async def test_what_was_paid_is_given_back_within_it(merchant, completed, clock):
    """Refunds are by the payment's number, accumulate, and one of the same number is the same."""
    clock.pass_time(minutes=5)
    paid = await merchant.write("sync_service_order", **completed, paidAt=PAID_AT)
    assert fields(paid) == ("DONE", None, "USER_PAID")
    back = {
        "transactionId": paid["order"]["transactionId"],
        "outRefundNo": "R-1",
        "amountFen": 700,
        "reason": "部分退款",
    }
    for _ in range(2):
        given = await merchant.write("refund_service_order", **back)
        assert given["order"]["refundedFen"] == 700
    more = await merchant.write("refund_service_order", **back | {"outRefundNo": "R-2"})
    assert (more["code"], more["field"]) == ("REFUND_OVER_PAID", "amountFen")
    read = await merchant.run("service_order", id=completed["orderId"])
    (refund,) = (edge["node"] for edge in read["refunds"]["edges"])
    assert (refund["outRefundNo"], refund["state"]) == ("R-1", "SUCCESS")
    assert [line["amountFen"] for line in read["discounts"]] == [200]
    found = await merchant.data(NODE, id=refund["id"])
    assert found["node"]["__typename"] == "ServiceOrderRefund"
    (listed,) = (await merchant.run("service_orders", first=5))["edges"]
    assert listed["node"]["stage"] == "USER_PAID"


async def test_the_same_number_with_the_same_content_is_the_same_order(merchant, admin):
    made = await merchant.write("create_service_order", **ORDER)
    before = await contents(admin)
    again = await merchant.write("create_service_order", **ORDER)
    assert await changed(admin, before) == {"idempotency_keys"}
    assert (again["repeated"], again["order"]["id"]) == (True, made["order"]["id"])
    other = await merchant.write("create_service_order", **ORDER | {"riskFundFen": 10_000})
    assert (other["code"], other["field"]) == ("ORDER_NUMBER_REUSED", "outOrderNo")


async def test_an_order_is_its_merchants_alone(merchant, bank_a, desks, small_city, admin):
    """Who has no right is refused; another merchant finds nothing, and moves nothing."""
    made = await merchant.write("create_service_order", **ORDER)
    clerk = await desks.open(merchant.bank, roles=["order_clerk"])
    refund = {"transactionId": "x", "outRefundNo": "R", "amountFen": 1, "reason": "x"}
    assert (await clerk.write("refund_service_order", **refund))["code"] == "FORBIDDEN"
    assert (await bank_a.write("create_service_order", **ORDER))["code"] == "FORBIDDEN"
    assert set(ORDER_NODES) == {"ServiceOrder", "ServiceOrderRefund", "ServiceAuthorisation"}
    stranger = await desks.open(
        replace(merchant.bank, tenant_id=small_city.banks[1].tenant_id), roles=[]
    )
    assert await stranger.codes(NODE, id=made["order"]["id"]) == ["NOT_FOUND"]
    own = to_global("ServiceOrder", merchant.bank.product_id, merchant.bank.officer)
    given = {
        "confirm_service_order": {},
        "complete_service_order": {"payments": RIDE},
        "modify_service_order": {"payments": RIDE, "reason": "x"},
        "cancel_service_order": {"reason": "x"},
        "sync_service_order": {"paidAt": "2026-11-20T09:00:00+08:00"},
        "collect_service_order": {},
        "remind_service_order": {},
    }
    of_other_things = {
        "create_service_order",
        "refund_service_order",
        "apply_service_authorisation",
        "end_service_authorisation",
    }
    assert set(given) | of_other_things == ORDER_STEPS
    async with nothing_written(admin):
        for operation, more in given.items():
            refused = await merchant.write(operation, orderId=own, **more)
            assert (refused["code"], refused["field"]) == ("NOT_FOUND", None), operation
        missing = await merchant.write("refund_service_order", **refund)
        assert missing["code"] == "NOT_FOUND"


async def test_an_order_names_the_redemption_it_comes_of(merchant, actor, small_city, desks):
    """The redemption and its programme are read with it; one that is another merchant's is not found."""
    perks = SmallPerks(city=small_city, merchant=actor)
    redemption_id = await ridden(perks)
    given = ORDER | {"redemptionId": to_global("PerkRedemption", redemption_id, perks.merchant)}
    made = await merchant.write("create_service_order", **given)
    read = await merchant.run("service_order", id=made["order"]["id"])
    assert read["redemption"] == {"id": given["redemptionId"], "state": "GRANTED"}
    assert (read["programme"]["name"], read["sector"]) == ("公共自行车免押金", "TRAVEL")
    again = await merchant.write("create_service_order", **given | {"outOrderNo": "BIKE-2"})
    assert (again["code"], again["field"]) == ("ORDER_REDEMPTION_TAKEN", "redemptionId")
    gate = await desks.open_house(await build_perks(small_city, TenantKind.ATTRACTION))
    strange = await gate.write("create_service_order", **given)
    assert (strange["code"], strange["field"]) == ("NOT_FOUND", "redemptionId")


async def test_orders_are_narrowed_and_read_from_either_end(merchant, completed, clock):
    clock.pass_time(minutes=5)
    await merchant.write("create_service_order", **ORDER | {"outOrderNo": "BIKE-2"})
    numbers = {
        name: [
            edge["node"]["outOrderNo"]
            for edge in (await merchant.run("service_orders", first=5, **given))["edges"]
        ]
        for name, given in {
            "all": {},
            "oldest": {"orderBy": "OLDEST"},
            "paying": {"filter": {"stage": {"in": ["USER_PAYING"]}}},
            "late": {"filter": {"createdAt": {"gte": "2026-11-20T10:02:00+08:00"}}},
        }.items()
    }
    assert numbers == {
        "all": ["BIKE-2", "BIKE-1"],
        "oldest": ["BIKE-1", "BIKE-2"],
        "paying": ["BIKE-1"],
        "late": ["BIKE-2"],
    }
    assert completed


async def test_what_the_merchant_collects_itself_no_provider_is_asked_for(merchant, completed):
    for operation in ("collect_service_order", "remind_service_order"):
        refused = await merchant.write(operation, **completed)
        assert refused["code"] == "ORDER_COLLECTED_HERE"


async def test_an_authorisation_is_applied_for_read_and_ended(merchant, actor, small_city, admin):
    """Of a service with a provider alone; one that nobody has given is not ended, and another merchant's is not found."""
    local = {"serviceId": LOCAL_CODE, "authorizationCode": "AUTH-1"}
    refused = await merchant.write("apply_service_authorisation", **local)
    assert (refused["code"], refused["field"]) == ("SERVICE_WITHOUT_AUTHORISATION", "serviceId")
    await build_service(small_city, actor, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    given = {"serviceId": WECHAT_CODE, "authorizationCode": "AUTH-1"}
    applied = await merchant.write("apply_service_authorisation", **given)
    assert (applied["authorisation"]["state"], applied["replayed"]) == ("APPLIED", False)
    named = {"authorisationId": applied["authorisation"]["id"], "reason": "用户注销"}
    early = await merchant.write("end_service_authorisation", **named)
    assert early["code"] == "STEP_NOT_POSSIBLE"
    await admin.execute(
        "update order_authorisations set state = 'AVAILABLE', opened_at = applied_at"
    )
    ended = await merchant.write("end_service_authorisation", **named)
    assert (ended["authorisation"]["state"], ended["authorisation"]["reason"]) == (
        "ENDING",
        "用户注销",
    )
    narrowed = {"filter": {"state": {"in": ["ENDING"]}}}
    (listed,) = (await merchant.run("service_authorisations", first=5, **narrowed))["edges"]
    assert listed["node"]["authorizationCode"] == "AUTH-1"
    found = await merchant.data(NODE, id=named["authorisationId"])
    assert found["node"]["__typename"] == "ServiceAuthorisation"
    others = to_global("ServiceAuthorisation", actor.own_tenant, merchant.bank.officer)
    strange = await merchant.write("end_service_authorisation", authorisationId=others, reason="x")
    assert strange["code"] == "NOT_FOUND"
