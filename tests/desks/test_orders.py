"""Service orders at a merchant's desk: today's list, one order on its way, what is wrong beside the field, and who may."""

import pytest
from observing import nothing_written
from small_merchant import build_merchant
from small_orders import build_service, opened


@pytest.fixture
async def merchant(desks):
    return await build_merchant(desks.city)


@pytest.fixture
async def clerk(desks, merchant):
    await build_service(desks.city, merchant)
    return await desks.of("order_clerk", merchant.own_tenant)


async def test_an_order_is_opened_completed_and_paid_at_the_desk(clerk, words, page_of):
    assert "没有订单" in words(await clerk.get("/desk/orders"))
    wrong = await clerk.post("/desk/orders", service="bike-local", fund="600")
    assert wrong.status_code == 422
    assert 'id="e-fund"' in wrong.text
    shown = await clerk.done("/desk/orders", service="bike-local", fund="200")
    assert "待用户确认" in words(shown)
    listed = await clerk.get("/desk/orders?state=created")
    page = page_of(listed)
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert "待确认 1" in words(listed)
    at = "/desk/orders/" + listed.split('data-href="/desk/orders/')[1].split('"')[0]
    await clerk.done(f"{at}/confirm")
    over = await clerk.post(f"{at}/complete", amount="200.01")
    assert over.status_code == 422
    assert 'id="e-amount"' in over.text
    done = words(await clerk.done(f"{at}/complete", amount="15", discount="2"))
    assert "13.00元" in done
    raised = await clerk.post(f"{at}/complete", amount="14", reason="改价")
    assert "只能调低" in words(raised.text)
    lowered = words(await clerk.done(f"{at}/complete", amount="12", reason="少骑一程"))
    assert "12.00元" in lowered
    page = page_of(await clerk.get(at))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert len(page.ids) == len(set(page.ids))
    assert "已支付" in words(await clerk.done(f"{at}/paid"))


async def test_an_order_is_cancelled_with_a_reason(desks, clerk, merchant, words):
    order = await opened(desks.city, merchant)
    at = f"/desk/orders/{order.id}/cancel"
    empty = await clerk.post(at, why="")
    assert empty.status_code == 422
    assert 'id="e-why"' in empty.text
    assert "已取消" in words(await clerk.done(at, why="用户未到店"))


async def test_who_only_looks_takes_no_step_and_a_bank_has_no_such_page(
    desks, clerk, merchant, admin
):
    order = await opened(desks.city, merchant)
    viewer = await desks.of("viewer", merchant.own_tenant)
    at = f"/desk/orders/{order.id}"
    assert "取消订单" not in await viewer.get(at)
    officer = await desks.officer()
    await officer.get("/desk/orders", status=404)
    async with nothing_written(admin):
        for step, given in (
            ("confirm", {}),
            ("complete", {"amount": "1"}),
            ("cancel", {"why": "x"}),
        ):
            refused = await viewer.post(f"{at}/{step}", **given)
            assert refused.status_code == 403, step
    assert clerk


async def test_what_was_paid_is_given_back_at_the_desk_within_it(
    desks, clerk, merchant, words, page_of, admin
):
    """By whoever may give money back: who only completes orders is shown no such form."""
    order = await opened(desks.city, merchant)
    at = f"/desk/orders/{order.id}"
    await clerk.done(f"{at}/confirm")
    await clerk.done(f"{at}/complete", amount="15")
    assert "退款金额" not in await clerk.done(f"{at}/paid")
    async with nothing_written(admin):
        assert (await clerk.post(f"{at}/refund", back="1", because="x")).status_code == 403
    keeper = await desks.of("merchant_admin", merchant.own_tenant)
    page = page_of(await keeper.get(at))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    for given, field in (
        ({"back": "15.01", "because": "少骑一程"}, "back"),
        ({"back": "1", "because": ""}, "because"),
        ({"back": "1", "because": "长" * 31}, "because"),
    ):
        wrong = await keeper.post(f"{at}/refund", **given)
        assert wrong.status_code == 422
        assert f'id="e-{field}"' in wrong.text
    part = words(await keeper.done(f"{at}/refund", back="5", because="少骑一程"))
    assert "5.00元，已退款" in part
    assert "可退 10 元" in part
    assert "退款金额" not in words(await keeper.done(f"{at}/refund", back="10", because="全退"))
