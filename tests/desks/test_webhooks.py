"""A house's endpoints at its desk: adding one, its secret shown once, the log of what was sent, and sending it again."""

import re

import pytest
from events_city import as_platform
from observing import acts, nothing_written, one

from suxin.events.feed import put_in_order
from suxin.events.models import SECRET
from suxin.tenancy.profiles import TenantKind

SYSTEM = {
    "name": "信贷管理系统",
    "url": "https://bank.example/events",
    "eventTypes": ["lending.referral.arrived", "lending.offer.accepted"],
}
TRIED = """[
  {"at": "2026-11-20T02:00:05+00:00", "took_ms": 120, "status": 503, "problem": null},
  {"at": "2026-11-20T02:00:09+00:00", "took_ms": 7, "status": null, "problem": "connect_timeout"}
]"""
SHOWN = re.compile(r"whsec_[A-Za-z0-9+/=]+")


async def added(desk, admin) -> str:
    """Add the endpoint and return its page's path."""
    answer = await desk.post("/desk/webhooks", **SYSTEM)
    assert answer.status_code == 200, answer.text[-600:]
    endpoint_id = await admin.fetchval("select id from webhook_endpoints")
    return f"/desk/webhooks/{endpoint_id}"


async def test_an_administrator_adds_an_endpoint_and_sees_its_secret_once(
    desks, admin, words, page_of
):
    desk = await desks.of("bank_admin")
    assert "还没有推送地址" in words(await desk.get("/desk/webhooks"))
    key = "a-key-of-this-form"
    answer = await desk.post("/desk/webhooks", **SYSTEM, idempotencyKey=key)
    row = await one(admin, "select * from webhook_endpoints")
    secret = desks.city.sealer.open(row["secret_sealed"], purpose=SECRET, row=row["id"])
    assert SHOWN.findall(answer.text) == [secret]
    again = await desk.post("/desk/webhooks", **SYSTEM, idempotencyKey=key)
    place = f"/desk/webhooks/{row['id']}"
    for shown in (again.text, await desk.get(place), await desk.get("/desk/webhooks")):
        assert "信贷管理系统" in shown
        assert SHOWN.findall(shown) == []
        assert page_of(shown).unlabelled == []
        assert page_of(shown).posts_without_token == 0
    assert "没有推送记录" in words(await desk.get(place))
    assert await acts(admin, "events.webhook.") == ["events.webhook.created"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "此项必填"),
        ({"name": "名" * 61}, "name", "应为 1 至 60 个字"),
        ({"url": ""}, "url", "此项必填"),
        ({"url": "bank.example"}, "url", "https 开头的完整地址"),
    ],
)
async def test_what_is_wrong_with_an_endpoint_is_said_beside_the_field(
    desks, admin, changes, field, message
):
    desk = await desks.of("bank_admin")
    place = await added(desk, admin)
    for path in ("/desk/webhooks", place):
        async with nothing_written(admin):
            answer = await desk.post(path, **SYSTEM | changes)
        assert answer.status_code == 422
        assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]


async def test_an_endpoint_without_events_is_refused_beside_them(desks, admin, words):
    desk = await desks.of("bank_admin")
    for types in (None, "lending.everything"):
        async with nothing_written(admin):
            answer = await desk.post("/desk/webhooks", **SYSTEM | {"eventTypes": types})
        assert answer.status_code == 422
        assert ("请至少选择一种事件" if types is None else "没有这种事件") in words(answer.text)


async def test_what_was_sent_is_listed_and_sent_again(desks, admin, words):
    desk = await desks.of("bank_admin")
    place = await added(desk, admin)
    await desks.referred()
    await as_platform(desks.city, put_in_order)
    page = await desk.get(place)
    assert page.count('data-testid="delivery-row"') == 1
    assert "delivery-replay" not in page
    assert "收到新的线索" in words(page)
    await admin.execute(
        "update webhook_deliveries set state = 'GIVEN_UP', attempts = 40, status = 503, answer = '<b>维护中</b>',"
        " tried = $1::text::jsonb",
        TRIED,
    )
    page = await desk.get(place)
    assert "HTTP 503" in words(page)
    first = "2026-11-20 10:00:05 HTTP 503，120 毫秒"
    assert f"40 次 2026-11-20 10:00:09 连接超时，7 毫秒 {first}" in words(page)
    assert "&lt;b&gt;维护中" in page
    delivery = await admin.fetchval("select id from webhook_deliveries")
    assert 'data-testid="delivery-row"' not in await desk.get(f"{place}?state=DELIVERED")
    assert 'data-testid="delivery-row"' in await desk.get(f"{place}?state=GIVEN_UP")
    assert "已重新推送" in words(await desk.done(f"{place}/deliveries/{delivery}/replay"))
    assert "正在推送，无需重放" in words(await desk.done(f"{place}/deliveries/{delivery}/replay"))
    await admin.execute("update webhook_deliveries set state = 'GIVEN_UP'")
    assert "1 个事件已重新推送" in words(await desk.done(f"{place}/replay", hours="24"))
    assert "请选择重放范围" in words(await desk.done(f"{place}/replay", hours="99"))


async def test_an_endpoint_is_changed_paused_resumed_rotated_and_removed(desks, admin, words):
    desk = await desks.of("bank_admin")
    place = await added(desk, admin)
    saved = await desk.done(place, **SYSTEM | {"name": "新系统", "url": "https://b.example/"})
    assert "新系统" in words(saved)
    assert "推送已暂停" not in words(await desk.done(f"{place}/pause"))
    assert (await one(admin, "select state from webhook_endpoints"))["state"] == "PAUSED"
    assert "不能执行该操作" in words(await desk.done(f"{place}/pause"))
    assert "已恢复推送" in words(await desk.done(f"{place}/resume"))
    rotated = await desk.post(f"{place}/secret")
    assert len(SHOWN.findall(rotated.text)) == 1
    assert "更换前的密钥一并签名至" in words(await desk.get(place))
    assert "推送地址已删除" in words(await desk.done(f"{place}/remove"))
    assert (await desk.client.get(place)).status_code == 404


async def test_a_broken_endpoint_says_so(desks, admin, words):
    desk = await desks.of("bank_admin")
    place = await added(desk, admin)
    await admin.execute("update webhook_endpoints set state = 'BROKEN', failures = 12")
    page = words(await desk.get(place))
    assert "连续 12 次失败，正在定期试探" in page
    assert "恢复推送" in page
    await admin.execute("update webhook_endpoints set state = 'PAUSED', state_reason = 'gone'")
    assert "该地址回答 410" in words(await desk.get(place))


async def test_another_house_and_who_has_not_the_right_find_nothing(desks, admin):
    place = await added(await desks.of("bank_admin"), admin)
    rival = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    officer = await desks.officer()
    assert (await rival.client.get(place)).status_code == 404
    assert (await officer.client.get(place)).status_code == 403
    for step in ("pause", "resume", "secret", "remove", "replay"):
        for desk, status in ((rival, {404, 303}), (officer, {403})):
            async with nothing_written(admin):
                answer = await desk.post(f"{place}/{step}", hours="24")
            assert answer.status_code in status, (step, answer.status_code)


async def test_an_auditor_sees_the_log_and_no_button(desks, admin, words):
    operator = await desks.operator()
    place = await added(operator, admin)
    page = await (await desks.operator("auditor")).get(place)
    assert "https://bank.example/events" in page
    assert 'data-testid="webhook-' not in page


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (TenantKind.MERCHANT, "merchant_admin"),
        (TenantKind.ATTRACTION, "attraction_admin"),
        (TenantKind.VILLAGE_GRID, "village_admin"),
    ],
)
async def test_every_house_has_the_page(desks, words, kind, role):
    desk = await desks.of(role, await desks.tenant(kind))
    assert "还没有推送地址" in words(await desk.get("/desk/webhooks"))
