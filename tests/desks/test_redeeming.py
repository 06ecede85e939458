"""The counter of a merchant: a code is scanned or typed, the benefit alone is shown, given, counted and taken back."""

import pytest
from observing import nothing_written
from small_codes import SmallCodes, code_of, resident_of
from small_orders import build_service
from small_perks import build_perks, give_tier

from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind

BETTER, USUAL = "门票半价", "门票 9 折"


@pytest.fixture
async def codes(small_city, admin) -> SmallCodes:
    await give_tier(admin, small_city, small_city.person_id, place=1)
    return SmallCodes(perks=await build_perks(small_city), resident=resident_of(small_city))


@pytest.fixture
async def clerk(desks, codes):
    return await desks.of("clerk", codes.perks.merchant.own_tenant)


def code(codes, shown) -> str:
    return code_of(shown.opened, codes.perks.city.now)


async def test_a_code_is_taken_given_and_completed(clerk, codes, words, page_of):
    programme = await codes.perks.published()
    shown = await codes.present(programme, agree=True)
    page = await clerk.done("/desk/redeem", code=code(codes, shown), persons="2")
    assert BETTER in words(page)
    assert "锁定至" in words(page)
    read = page_of(page)
    assert (read.unlabelled, read.inline, read.posts_without_token) == ([], [], 0)
    # Neither who it is nor why it applies.
    for told in ("等级", "评分", "王", str(codes.resident.own_subject)):
        assert told not in words(page).replace("顾客编号", "")
    (place,) = {part for part in page.split('"') if part.endswith("/finish")}
    done = words(await clerk.done(place))
    assert "已完成" in done
    assert "2 / 2" in done
    assert programme.name in words(await clerk.get("/desk/redemptions"))


async def test_a_no_and_no_code_at_all_look_the_same(clerk, codes, words):
    programme = await codes.perks.published()
    declined = await codes.present(programme, agree=False)
    first = await clerk.done("/desk/redeem", code=code(codes, declined), persons="1")
    second = await clerk.done(
        "/desk/redeem/without-code", programmeId=str(programme.id), guests="1"
    )
    handle = words(first).split("顾客编号 ")[1].split(" ")[0]
    assert words(first).replace(f"顾客编号 {handle}", "顾客编号 —") == words(second)
    assert USUAL in words(first)


async def test_some_uses_are_counted_and_what_is_unused_is_taken_back(clerk, codes, words):
    programme = await codes.perks.published(uses_each=3)
    page = await clerk.done("/desk/redeem/without-code", programmeId=str(programme.id), guests="1")
    place = page.split('action="')[1:]
    at = next(one for one in place if one.startswith("/desk/redemptions/")).split('"')[0]
    at = at.rsplit("/", 1)[0]
    assert "使用中" in words(await clerk.done(f"{at}/grant"))
    assert "1 / 3" in words(await clerk.done(f"{at}/use", uses="1"))
    refused = words(await clerk.done(f"{at}/use", uses="9"))
    assert "剩余可用 2 次" in refused
    assert "已使用 1 次，不能撤回" in words(await clerk.done(f"{at}/roll-back", reason="改日再来"))
    assert "3 / 3" in words(await clerk.done(f"{at}/complete"))
    other = await clerk.done("/desk/redeem/without-code", programmeId=str(programme.id), guests="1")
    at = next(
        one for one in other.split('action="')[1:] if one.startswith("/desk/redemptions/")
    ).split('"')[0]
    rolled = words(await clerk.done(f"{at.rsplit('/', 1)[0]}/roll-back", reason="改日再来"))
    assert "已撤回" in rolled


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "此项必填"),
        ("1234 5678 9012", "这不是权益码，或有数字输错"),
        ("SXP1.000000.AAAAAAAAAAAAAAAAAAAAAAAA", "权益码无法核验"),
    ],
)
async def test_what_is_wrong_with_a_code_is_said_beside_it(
    clerk, codes, words, admin, typed, message
):
    await codes.perks.published()
    async with nothing_written(admin):
        answer = await clerk.post("/desk/redeem", code=typed, persons="1")
    assert answer.status_code == 422
    assert message in words(answer.text)
    assert 'id="e-code"' in answer.text


async def test_who_may_not_redeem_has_no_such_page(desks, codes):
    viewer = await desks.of("viewer", codes.perks.merchant.own_tenant)
    officer = await desks.officer()
    for desk, status in ((viewer, 403), (officer, 404)):
        for place in ("/desk/redeem", "/desk/redemptions"):
            assert (await desk.client.get(place)).status_code == status
        assert (await desk.post("/desk/redeem", code="1", persons="1")).status_code == status


async def test_a_deposit_free_benefit_in_use_opens_its_service_order(
    desks, codes, words, page_of, admin
):
    await build_service(desks.city, codes.perks.merchant)
    waived = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)
    programme = await codes.perks.published("travel.bike", fallback=waived)
    keeper = await desks.of("merchant_admin", codes.perks.merchant.own_tenant)
    held = await keeper.done("/desk/redeem/without-code", programmeId=str(programme.id), guests="1")
    (finish,) = {part for part in held.split('"') if part.endswith("/finish")}
    at = finish.removesuffix("/finish")
    assert "开通服务订单" not in held
    granted = await keeper.done(f"{at}/grant")
    assert 'value="99"' in granted
    page = page_of(granted)
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert len(page.ids) == len(set(page.ids))
    clerk = await desks.of("clerk", codes.perks.merchant.own_tenant)
    async with nothing_written(admin):
        assert "开通服务订单" not in await clerk.get(at)
        refused = await clerk.post(f"{at}/order", service="bike-local", fund="99")
        assert refused.status_code == 403
        over = await keeper.post(f"{at}/order", service="bike-local", fund="600")
        assert (over.status_code, 'id="e-fund"' in over.text) == (422, True)
    order = words(await keeper.done(f"{at}/order", service="bike-local", fund="99"))
    assert "待用户确认" in order
    assert "来自核销" in order
    after = await keeper.get(at)
    assert "待用户确认" in words(after) or "待确认" in words(after)
    assert "order-send" not in after
