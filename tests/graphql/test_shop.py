"""A village's shop over GraphQL: goods, and redemptions with what they are of; nothing of another village's, nor of who came."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from shop_root_fields import SHOP_NODES
from small_points import build_points
from small_shop import SmallShop, build_shop
from small_villages import build_village

from suxin.kernel.actor import Actor

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@dataclass(frozen=True)
class House:
    """A village, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


async def desk_of(desks, boss: Actor, *roles: str):
    house = House(tenant_id=boss.own_tenant, staff_id=boss.own_staff, officer=boss)
    return await desks.open(house, roles=list(roles))


@pytest.fixture
async def shop(small_city, admin) -> SmallShop:
    return await build_shop(await build_points(small_city, admin))


def nodes(page):
    return [edge["node"] for edge in page["edges"]]


async def test_goods_and_redemptions_are_told_to_the_village_alone(
    small_city, desks, shop, bank_a, admin
):
    handed = await shop.hold({shop.soap: 3, shop.oil: 1})
    await shop.hand_over(handed, given={shop.soap: 2, shop.oil: 1})
    await shop.hold({shop.soap: 1}, number="002")
    viewer = await desk_of(desks, shop.points.person("village_admin"), "viewer")
    goods = nodes(await viewer.run("shop_goods", first=5))
    assert {(one["name"], one["pricePoints"], one["monthLimit"]) for one in goods} == {
        ("肥皂", 3, None),
        ("食用油", 20, 1),
    }
    listed = nodes(await viewer.run("shop_redemptions", first=5))
    assert [one["state"] for one in listed] == ["HELD", "HANDED_OVER"]
    only = {"state": {"in": ["HANDED_OVER"]}}
    (given,) = nodes(await viewer.run("shop_redemptions", first=5, filter=only))
    assert given == await viewer.run("shop_redemption", id=given["id"])
    assert (given["points"], given["means"], given["household"]["number"]) == (26, "COUNTER", "001")
    assert {(one["name"], one["asked"], one["given"]) for one in given["lines"]} == {
        ("肥皂", 3, 2),
        ("食用油", 1, 1),
    }
    told = await admin.fetch(
        "select type, data->>'points' points from tenant_events where type like 'shop.%' order by id"
    )
    assert [tuple(one) for one in told] == [
        ("shop.redemption.held", "29"),
        ("shop.redemption.handed_over", "26"),
        ("shop.redemption.held", "3"),
    ]
    ids = {goods[0]["id"]: "ShopGood", given["id"]: "ShopRedemption"}
    assert set(ids.values()) == SHOP_NODES
    other = await desk_of(desks, (await build_village(small_city, 1)).admin, "viewer")
    for text, name in ids.items():
        assert (await viewer.data(NODE, id=text))["node"]["__typename"] == name
        assert (await other.answer(NODE, id=text))["data"] == {"node": None}
    assert (await other.run("shop_goods", first=5))["edges"] == []
    refused = await bank_a.answer("{ shopGoods(first: 1) { totalCount } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
