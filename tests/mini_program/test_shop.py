"""From a claim in the field to goods in hand, over HTTP at both ends; and what a phone is shown is what the village's book says."""

import base64

import pytest
from small_points import SmallPoints, build_points, photo
from small_shop import SmallShop, build_shop

from suxin.shop import redeeming
from suxin.shop.photos import set_photo
from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import typed_code, window_of


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
def phone(applicant):
    """The phone of the person, who acts for himself."""
    applicant.subject = None
    return applicant


async def code_on(phone, points: SmallPoints) -> str:
    """Return the code that the phone makes of what it was told."""
    told = await phone.write(f"/points/{points.tenant_id}/shop/code", None)
    key = base64.urlsafe_b64decode(told["key"] + "=" * (-len(told["key"]) % 4))
    return typed_code(key, told["number"], kind=PassKind.PHONE, window=window_of(points.city.now))


async def test_from_field_to_shop(phone, points):
    claim = await points.record(times=2)
    await points.end_notice(await points.notice(claim))
    earned = (await points.claim(claim)).posted_points
    assert earned is not None
    assert earned > 0
    shop: SmallShop = await build_shop(points, had=(40, 8))
    at = f"/points/{points.tenant_id}/shop"
    before = await phone.read(at)
    assert {one["name"] for one in before["goods"]} == {"肥皂", "食用油"}
    assert (before["posted"], before["available"]) == (earned, earned)
    held = await shop.act(
        redeeming.hold_by_code,
        "shop_keeper",
        code=await code_on(phone, points),
        basket={shop.soap: 1},
        sealer=points.city.sealer,
    )
    assert (await phone.read(at))["held"] == 3
    await shop.hand_over(held)
    after = await phone.read(at)
    assert (after["spent"], after["held"]) == (3, 0)
    # What was given to begin with stands on no claim: beside it, the phone says what the book says.
    assert after["available"] + 40 == await shop.balance()
    (listed,) = (await phone.read(f"{at}/redemptions"))["items"]
    assert (listed["stateZh"], listed["meansZh"], listed["points"]) == ("已发放", "手机兑换码", 3)
    assert [(one["name"], one["given"]) for one in listed["lines"]] == [("肥皂", 1)]


async def test_a_goods_photo_is_found_where_the_shelf_says(phone, points):
    shop = await build_shop(points)
    await shop.act(set_photo, "shop_keeper", good_id=shop.soap, content=photo())
    listed = (await phone.read(f"/points/{points.tenant_id}/shop"))["goods"]
    addresses = {one["name"]: one["photo"] for one in listed}
    assert addresses["食用油"] is None
    sent = await phone.web.get(addresses["肥皂"])
    assert (sent.status_code, sent.headers["content-type"]) == (200, "image/jpeg")
    gone = await phone.web.get(addresses["肥皂"][:-1] + "x")
    assert (gone.status_code, gone.content) == (404, b"")


async def test_a_neighbours_redemption_is_not_shown(phone, points):
    shop = await build_shop(points)
    await shop.hand_over(await shop.hold({shop.soap: 1}, number="002"))
    assert (await phone.read(f"/points/{points.tenant_id}/shop/redemptions"))["items"] == []
    elsewhere = points.city.operator.own_tenant
    refused = await phone.post(f"/points/{elsewhere}/shop/code", None)
    assert refused.json()["code"] == "GRID_NOT_OF_VILLAGE"
