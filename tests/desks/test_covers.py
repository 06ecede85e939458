"""Covers at both desks: funded, claimed with a paper, decided by two, paid, and a part of it back."""

import pytest
from observing import nothing_written
from small_covers import WAITED, build_cover
from small_limits import defaulted
from small_perks import build_perks

PAPER = ("未归还.pdf", b"%PDF-1.7 not returned", "application/pdf")
SAID = {"ground": "UNPAID", "amount": "120", "reason": "多次提醒未支付"}


@pytest.fixture
async def covered(desks, small_city):
    """An order that stayed unpaid for a month, its merchant's browser, and two of the operator's."""
    small = await build_cover(await build_perks(small_city), funded_fen=0)
    order = await small.unpaid()
    desks.clock.moment = small_city.now + WAITED
    desk = await desks.of("merchant_admin", small.perks.merchant.own_tenant)
    return desk, small, order


async def filed(desk, order):
    """File a claim; return its page."""
    sent = await desk.upload(f"/desk/orders/{order.id}/cover-claim", {"paper": PAPER}, **SAID)
    return sent.headers["location"]


async def test_a_cover_is_funded_and_a_claim_filed_with_its_paper(desks, covered, words, page_of):
    desk, small, order = covered
    operator, cover = await desks.operator(), f"/desk/covers/{small.cover.id}"
    assert "市级先行赔付" in words(await operator.get("/desk/covers"))
    wrong = await operator.post(f"{cover}/fund", amount="", reference="F-1")
    assert (wrong.status_code, 'id="e-amount" role="alert"' in wrong.text) == (422, True)
    shown = await operator.done(f"{cover}/fund", amount="1000", reference="F-1")
    assert "1,000.00元" in words(shown)
    assert "申请先行赔付" in words(await desk.get(f"/desk/orders/{order.id}"))
    asking = f"/desk/orders/{order.id}/cover-claim"
    page = page_of(await desk.get(asking))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    bare = await desk.post(asking, **SAID)
    assert (bare.status_code, 'id="e-paper" role="alert"' in bare.text) == (422, True)
    over = await desk.upload(asking, {"paper": PAPER}, **SAID | {"amount": "181"})
    assert (over.status_code, 'id="e-amount" role="alert"' in over.text) == (422, True)
    own = await filed(desk, order)
    own_page = await desk.get(own)
    assert "待审核" in words(own_page)
    paper = own_page.split(f'href="{own}/papers/')[1].split('"')[0]
    given = await desk.client.get(f"{own}/papers/{paper}")
    assert (given.content, given.headers["content-type"]) == (PAPER[1], PAPER[2])


async def test_two_people_decide_a_payment_is_noted_and_a_part_comes_back(desks, covered, words):
    desk, small, order = covered
    today = desks.clock.moment.date().isoformat()
    operator, second = await desks.operator(), await desks.operator()
    cover = f"/desk/covers/{small.cover.id}"
    await operator.done(f"{cover}/fund", amount="1000", reference="F-1")
    own = await filed(desk, order)
    about = f"/desk/cover-approvals/{own.rsplit('/', 1)[-1]}"
    assert "BIKE-1" in words(await operator.get("/desk/cover-approvals"))
    decided = await operator.done(f"{about}/decide", granted="120", answer="属实")
    assert "须由另一人复核" in words(decided)
    again = await operator.post(f"{about}/check")
    assert (again.status_code, "须由另一人复核" in words(again.text)) == (422, True)
    assert "待付款" in words(await second.done(f"{about}/check"))
    assert "已赔付" in words(await second.done(f"{about}/pay", paidOn=today, reference="P-1"))
    back = {"received": "39", "cost": "9", "recoveredOn": today, "number": "R-1"}
    assert "30.00元" in words(await desk.done(f"{own}/recoveries", **back))
    shown = await operator.get(about)
    place = f"{about}/recoveries/" + shown.split(f'action="{about}/recoveries/')[1].split('"')[0]
    assert "已入账" in words(await operator.done(place, arrivedOn=today, arrived="B-1"))
    assert "910.00元" in words(await operator.get(cover))


async def test_a_clerk_and_another_house_have_no_such_page(desks, covered, admin):
    desk, _, order = covered
    clerk, officer = await desks.of("clerk", desk.tenant_id), await desks.officer()
    async with nothing_written(admin):
        await clerk.get("/desk/cover-claims", status=403)
        await clerk.get(f"/desk/orders/{order.id}/cover-claim", status=403)
        await desk.get("/desk/covers", status=404)
        await officer.get("/desk/cover-claims", status=404)


async def test_a_limit_is_proposed_on_a_default_and_ended(desks, covered, words):
    desk, small, _ = covered
    order = await defaulted(small, number="BIKE-2")
    page = f"/desk/orders/{order.id}"
    assert "提出权益限制" in words(await desk.get(page))
    wrong = await desk.post(f"{page}/limit", months="13", why="未付")
    assert (wrong.status_code, 'id="e-months" role="alert"' in wrong.text) == (422, True)
    assert "待告知" in words(await desk.done(f"{page}/limit", months="3", why="未付"))
    assert "商户撤销" in words(await desk.done(f"{page}/limit/end"))


async def test_statistics_show_months_and_parts_and_are_taken_along(
    desks, admin, small_city, places, words
):
    operator = await desks.operator()
    assert "还没有统计" in words(await operator.get("/desk/perk-figures"))
    for dimension, key, people in (
        ("city", "", 12),
        ("county", "321302", 9),
        ("county", "321311", 3),
        ("scenario", "tour.ticket", 12),
    ):
        await admin.execute(
            "insert into perk_months values ('2026-11-01', $1, $2, $3, $3, $3, $4, 0, $5)",
            dimension, key, people, people * 100, small_city.now,
        )  # fmt: skip
    by_area = words(await operator.get("/desk/perk-figures"))
    assert "宿城区 不列" in by_area
    assert "合计 12 12 12.00元 0" in by_area
    assert "12 12 12.00元 0 合计" in words(await operator.get("/desk/perk-figures?by=scenario"))
    for name in ("perk-figures", "perk-months"):
        sent = await operator.client.get(f"/desk/list-files/{name}/csv")
        assert (sent.status_code, "核销金额" in sent.text) == (200, True)
    await (await desks.officer()).get("/desk/perk-figures", status=404)
