"""A village's shop at the desk: budget, goods, a basket by code, card and at the counter, what is said beside fields, the report."""

import re

import pytest
from small_points import SmallPoints, build_points, photo
from small_shop import SmallShop, build_shop

from suxin.shop.presenting import present_household
from suxin.subjects.presentation_codes import typed_code, window_of

SHOP = "/desk/shop"


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
async def shop(points) -> SmallShop:
    return await build_shop(points)


def redemption_in(page: str) -> str:
    found = re.search(rf"{SHOP}/redemptions/[0-9a-f-]{{36}}", page)
    assert found is not None
    return found.group()


async def test_a_village_opens_its_shop_and_gives_out_the_first_goods(
    desks, points, words, page_of, admin
):
    boss = await desks.of("village_admin", points.tenant_id)
    empty = await boss.get(SHOP)
    assert "本年预算尚未到位" in words(empty)
    assert "还没有可兑换的商品" in words(empty)
    wrong = await boss.post(f"{SHOP}/budget", year="2026", amount="", source="村集体收入")
    assert (wrong.status_code, 'id="e-amount" role="alert"' in wrong.text) == (422, True)
    await boss.done(f"{SHOP}/budget", year="2026", amount="500", source="村集体收入")
    supervisor = await desks.of("supervisor", points.tenant_id)
    waiting = re.search(
        rf"{SHOP}/budget/[0-9a-f-]{{36}}/confirm", await supervisor.get(f"{SHOP}/budget")
    )
    assert waiting is not None
    assert "已到位" in words(await supervisor.done(waiting.group()))
    keeper = await desks.of("shop_keeper", points.tenant_id)
    await keeper.done(f"{SHOP}/goods", template="soap")
    page = page_of(await keeper.get(f"{SHOP}/goods"))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    good_id = await admin.fetchval("select id from shop_goods")
    good = f"{SHOP}/goods/{good_id}"
    for content, status in ((b"no picture", 422), (photo(), 303)):
        sent = await keeper.upload(f"{good}/photo", {"photo": ("a.jpg", content, "image/jpeg")})
        assert (sent.status_code, 'id="e-photo" role="alert"' in sent.text) == (status, status == 422)  # fmt: skip
    assert f'src="/points/goods/{points.tenant_id}/{good_id}/' in await keeper.get(SHOP)
    taken = await keeper.post(f"{SHOP}/goods", name="肥皂", unit="块", price="3")
    assert (taken.status_code, 'id="e-name" role="alert"' in taken.text) == (422, True)
    await keeper.done(f"{good}/deliver", pieces="20")
    lost = await keeper.post(f"{good}/write-off", lostPieces="21", reason="受潮")
    assert (lost.status_code, "库存不足" in words(lost.text)) == (422, True)
    assert page_of(await keeper.get(SHOP)).unlabelled == []


async def test_a_code_a_card_and_a_helper_lead_to_a_hand_over(desks, shop, words, page_of, admin):
    city, keeper = shop.points.city, await desks.of("shop_keeper", shop.tenant_id)
    opened = await city.act(
        present_household, shop.points.resident, tenant_id=shop.tenant_id, sealer=city.sealer
    )
    code = typed_code(opened.key, opened.number, kind=opened.kind, window=window_of(city.now))
    basket = {f"pieces-{shop.soap}": "4"}
    empty = await keeper.post(SHOP, means="code", code=code)
    assert (empty.status_code, 'id="e-basket" role="alert"' in empty.text) == (422, True)
    held = redemption_in(await keeper.done(SHOP, means="code", code=code, **basket))
    assert page_of(await keeper.get(held)).unlabelled == []
    more = await keeper.post(f"{held}/hand-over", **{f"pieces-{shop.soap}": "5"})
    assert (more.status_code, "应不超过兑换数量" in words(more.text)) == (422, True)
    assert "已发放 3" in words(
        await keeper.done(f"{held}/hand-over", **{f"pieces-{shop.soap}": "3"})
    )

    boss = await desks.of("village_admin", shop.tenant_id)
    unknown = await boss.post(f"{SHOP}/cards", householdNumber="999")
    assert (unknown.status_code, 'id="e-householdNumber" role="alert"' in unknown.text) == (
        422,
        True,
    )
    card = words(await boss.done(f"{SHOP}/cards", householdNumber="001"))
    assert "兑换时请口述户号" in card
    number = await admin.fetchval("select number from shop_cards")
    wrong = await keeper.post(SHOP, means="card", code=number, householdNumber="002", **basket)
    assert (wrong.status_code, 'id="e-householdNumber" role="alert"' in wrong.text) == (422, True)
    await keeper.done(SHOP, means="card", code=number, householdNumber="001", **basket)

    helper = await desks.of("grid_worker", shop.tenant_id)
    assert 'value="code"' not in await helper.get(SHOP)
    sent = {
        "means": "counter",
        "householdNumber": "001",
        "collector": "王某",
        f"pieces-{shop.soap}": "1",
    }
    at_counter = await helper.done(SHOP, **sent)
    assert "您是柜台协助人" in words(at_counter)
    refused = await helper.post(
        f"{redemption_in(at_counter)}/hand-over", **{f"pieces-{shop.soap}": "1"}
    )
    assert refused.status_code == 403
    assert "待发放" in words(await keeper.get(SHOP))


async def test_the_report_and_the_month_are_told_and_taken_along(desks, shop, words):
    await shop.hand_over(await shop.hold({shop.soap: 4}))
    viewer = await desks.of("viewer", shop.tenant_id)
    assert "肥皂 4 块 12 12.00" in words(await viewer.get(f"{SHOP}/budget"))
    months = words(await viewer.get(f"{SHOP}/months"))
    assert "001 户 0 50 0 12 38" in months
    taken = await viewer.client.get(f"{SHOP}/budget/2026/csv")
    assert taken.text.lstrip("\ufeff").splitlines() == [
        "项目,数量,积分,金额（元）",
        "预算到位,,,100.00",
        "肥皂（块）,4,12,12.00",
        "已使用,,12,12.00",
        "待发放占用,,0,0.00",
        "结余,,88,88.00",
    ]
    assert (await viewer.client.get(f"{SHOP}/budget/2026/xlsx")).content[:2] == b"PK"
    await viewer.get(f"{SHOP}/budget/2026/pdf", status=404)
    assert (await viewer.post(f"{SHOP}/months/2026-10/close")).status_code == 403


async def test_another_house_has_no_shop_and_a_viewer_changes_nothing(desks, points):
    officer, viewer = await desks.officer(), await desks.of("viewer", points.tenant_id)
    await officer.get(SHOP, status=404)
    assert (await viewer.post(f"{SHOP}/goods", template="soap")).status_code == 403
    assert (await viewer.post(f"{SHOP}/cards", householdNumber="001")).status_code == 403
