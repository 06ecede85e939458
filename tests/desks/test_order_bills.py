"""Bills at a merchant's desk: none yet, one that agrees, one that differs; and asking for a payment again."""

import pytest
from bill_reference import ReferenceBills, billed, written
from filled_orders import Remote, as_platform, replaced
from order_reference import ReferenceProvider
from small_merchant import build_merchant
from small_orders import SUB_MCHID, WECHAT_CODE, asking, build_service

from suxin.kernel.working_days import local_day
from suxin.perks.orders.bills.carrying import compare_bill
from suxin.perks.orders.commands import complete_order


@pytest.fixture
async def merchant(desks):
    merchant = await build_merchant(desks.city)
    await build_service(desks.city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    return merchant


@pytest.fixture
async def clerk(desks, merchant):
    return await desks.of("order_clerk", merchant.own_tenant)


async def test_a_bill_shows_what_differs_and_nothing_where_nothing_does(
    desks, clerk, merchant, words, page_of
):
    assert "没有对账单" in words(await clerk.get("/desk/orders/bills"))
    day = local_day(desks.city.now)
    bills = ReferenceBills({(SUB_MCHID, day): written(billed("N-9", "tx-9", 1_234))})
    given = {"tenant_id": merchant.own_tenant, "sub_mchid": SUB_MCHID, "provider": bills}
    differs = await as_platform(desks.city, compare_bill, **given, day=day)
    agrees = await as_platform(desks.city, compare_bill, **given, day=day.replace(day=day.day - 1))
    listed = await clerk.get("/desk/orders/bills")
    page = page_of(listed)
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert "差异 1 笔" in words(listed)
    assert "一致，差异 0 笔" in words(listed)
    shown = words(await clerk.get(f"/desk/orders/bills/{differs.id}"))
    for word in ("N-9", "本机构无此单", "12.34元", "tx-9"):
        assert word in shown
    assert "没有差异" in words(await clerk.get(f"/desk/orders/bills/{agrees.id}"))
    officer = await desks.officer()
    await officer.get("/desk/orders/bills", status=404)
    await clerk.get(f"/desk/orders/bills/{merchant.own_tenant}", status=404)


async def test_a_user_is_urged_once_a_day_by_whoever_handles_orders(
    desks, clerk, merchant, words, admin
):
    remote = Remote(desks.city, merchant, ReferenceProvider())
    order = await remote.open("N-1")
    at = f"/desk/orders/{order.id}"
    assert "催付提醒" not in await clerk.get(at)
    assert remote.provider.user(remote.name("N-1"), "confirm")
    await remote.carry(replaced(order))
    asked = await desks.city.act(
        complete_order, merchant, order_id=order.id, completion=asking(1_500)
    )
    await remote.carry(asked)
    assert "发起扣款" in await clerk.get(at)
    viewer = await desks.of("viewer", merchant.own_tenant)
    assert "发起扣款" not in await viewer.get(at)
    assert (await viewer.post(f"{at}/collect")).status_code == 403
    assert "正在向微信支付分提交“催付提醒”" in words(await clerk.done(f"{at}/remind"))
    await admin.execute("update service_orders set request = null, request_id = null")
    assert "24 小时内已催付过" in words(await clerk.done(f"{at}/collect"))


async def compared(desks, merchant):
    """Compare a day's bill, with one difference, and that of the day before, which agrees."""
    day = local_day(desks.city.now)
    bills = ReferenceBills({(SUB_MCHID, day): written(billed("N-9", "tx-9", 1_234))})
    given = {"tenant_id": merchant.own_tenant, "sub_mchid": SUB_MCHID, "provider": bills}
    differs = await as_platform(desks.city, compare_bill, **given, day=day)
    agrees = await as_platform(desks.city, compare_bill, **given, day=day.replace(day=day.day - 1))
    return differs, agrees


async def test_the_operator_sees_all_bills_by_day_and_what_is_open(
    desks, clerk, merchant, words, page_of
):
    operator = await desks.operator()
    assert "没有对账单" in words(await operator.get("/desk/order-bills"))
    assert "没有符合条件的账单" in words(await operator.get("/desk/order-bills?open=yes"))
    differs, agrees = await compared(desks, merchant)
    listed = await operator.get("/desk/order-bills")
    assert (listed.count("order-bill-row"), "差异 1 笔" in listed) == (2, True)
    assert (await operator.get("/desk/order-bills?open=yes")).count("order-bill-row") == 1
    of_day = await operator.get(f"/desk/order-bills?day={agrees.day}")
    assert (of_day.count("order-bill-row"), "一致" in words(of_day)) == (1, True)
    assert "没有符合条件的账单" in words(await operator.get("/desk/order-bills?day=2020-01-01"))
    assert 'id="e-day"' in await operator.get("/desk/order-bills?day=x", status=422)
    one = await operator.get(f"/desk/order-bills/{differs.id}")
    assert "没有差异" in words(await operator.get(f"/desk/order-bills/{agrees.id}"))
    for shown in (listed, one):
        page = page_of(shown)
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    await clerk.get("/desk/order-bills", status=404)
    await (await desks.operator("counter_helper")).get(
        f"/desk/order-bills/{differs.id}", status=403
    )


async def test_a_difference_is_explained_once_at_the_desk(
    desks, clerk, merchant, words, page_of, admin
):
    differs, _ = await compared(desks, merchant)
    operator, at = await desks.operator(), f"/desk/order-bills/{differs.id}"
    assert "未查明" in words(await operator.get(at))
    gap_id = await admin.fetchval("select id from order_bill_gaps")
    form = f"/desk/orders/bill-gaps/{gap_id}"
    page = page_of(await clerk.get(form))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    empty = await clerk.post(form, found=" ")
    assert (empty.status_code, 'id="e-found" role="alert"' in empty.text) == (422, True)
    assert "顾客在店内付款" in words(await clerk.done(form, found="顾客在店内付款"))
    again = await clerk.post(form, found="别的说法")
    assert again.headers["location"] == f"/desk/orders/bills/{differs.id}"
    viewer = await desks.of("viewer", merchant.own_tenant)
    await viewer.get(form, status=403)
    assert "顾客在店内付款" in words(await operator.get(at))
    assert "差异都已查明" in words(await operator.get(f"{at}?open=yes"))
    assert "没有符合条件的账单" in words(await operator.get("/desk/order-bills?open=yes"))
