"""Notices of exemption at the credit office: filed with its document, counted, decided by another, ended by two."""

from datetime import date
from uuid import uuid4

import httpx
from repairs import add_penalty
from small_relief import PDF, add_counties, relieve

from suxin_web.csrf import token_for

PLACE = "/desk/relief-notices"
FIELDS = {
    "title": "宿城区汛期受灾主体信用豁免",
    "authority": "宿迁市应急管理局",
    "reason": "受强降雨影响停产停业",
    "fromOn": "2026-05-01",
    "toOn": "2026-06-30",
    "areas": ["321302"],
    "categories": ["penalties"],
}


async def test_a_notice_is_filed_by_one_and_decided_by_another(desks, small_city, admin, words):
    await add_counties(small_city)
    record_id = await add_penalty(small_city, occurred_on=date(2026, 5, 2))
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    assert "还没有群体豁免公告" in words(await one.get(PLACE))

    missing = await _sent(one, FIELDS | {"areas": []}, None)
    assert missing.status_code == 422
    assert "请选择文件" in words(missing.text)
    made = await _sent(one, FIELDS, {"paper": ("灾情 认定.pdf", PDF, "application/pdf")})
    assert made.status_code == 303, words(made.text)
    at = made.headers["location"]

    raw = await one.get(at)
    page = words(raw)
    for shown in ("待审定", "正在统计", "由另一人审定", "灾情 认定.pdf", "宿城区"):
        assert shown in page, shown
    assert 'data-testid="approve"' not in raw
    early = await other.post(f"{at}/approve", answer="属实")
    assert "影响范围尚在统计" in words(early.text)
    await relieve(small_city)
    page = words(await other.get(at))
    assert "少于 5" in page
    assert "公告已生效" in words(await other.done(f"{at}/approve", answer="情况属实"))
    await relieve(small_city)
    assert await _status(admin, record_id) == "exempted"
    await _downloaded(one, at)

    await one.done(f"{at}/ending", reason="灾后恢复")
    assert "灾后恢复" in words(await other.get(at))
    await other.done(f"{at}/end")
    await relieve(small_city)
    assert await _status(admin, record_id) == "active"
    assert "已终止" in words(await one.get(PLACE))


async def _sent(desk, fields, files):
    sent = {**fields, "_csrf": token_for(desk.token), "idempotencyKey": str(uuid4())}
    return await desk.client.post(f"{PLACE}/new", data=sent, files=files)


async def _downloaded(desk, at):
    answer: httpx.Response = await desk.client.get(f"{at}/document")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"


async def test_nobody_but_the_office_opens_a_notice(desks, small_city):
    auditor = await desks.operator("auditor")
    await auditor.get(PLACE)
    await auditor.get(f"{PLACE}/new", status=403)
    bank = await desks.officer()
    await bank.get(PLACE, status=404)


async def _status(admin, record_id):
    return await admin.fetchval("select status from credit_records where id = $1", record_id)
