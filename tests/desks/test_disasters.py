"""A disaster at the desks: entered and confirmed at the credit office, its renewals decided at the bank, and what came of it."""

from uuid import uuid4

from small_disasters import PDF, follow, work_off
from small_loans import drawn
from small_relief import add_counties

from suxin_web.csrf import token_for

PLACE = "/desk/disasters"
FIELDS = {
    "weather": "RAINSTORM",
    "title": "宿城区秋季暴雨灾害",
    "authority": "宿迁市气象局",
    "documentNumber": "宿气发〔2026〕18号",
    "reason": "暴雨造成农田积水、企业停产",
    "fromOn": "2026-10-01",
    "toOn": "2026-10-09",
    "areas": ["321302"],
    "categories": ["penalties", "tax"],
}


async def test_a_disaster_is_confirmed_by_another_and_each_bank_decides_on_its_loans(
    desks, small_city, admin, words
):
    await drawn(small_city, term_months=6)
    await add_counties(small_city)
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    assert "还没有灾情认定" in words(await one.get(PLACE))
    missing = await _sent(one, FIELDS | {"areas": [], "weather": ""}, None)
    assert (missing.status_code, words(missing.text).count("请选择文件")) == (422, 1)
    made = await _sent(one, FIELDS, {"paper": ("灾害证明.pdf", PDF, "application/pdf")})
    assert made.status_code == 303, words(made.text)
    at = made.headers["location"]
    raw = await one.get(at)
    for shown in ("待确认", "由另一人确认", "灾害证明.pdf", "宿城区", "暴雨"):
        assert shown in words(raw), shown
    assert 'data-testid="confirm"' not in raw
    assert "已确认" in words(await other.done(f"{at}/confirm", answer="与文件一致"))
    await work_off(small_city, admin)
    page = words(await other.get(at))
    for shown in ("待审定", "少于 5 笔", "撤销认定"):
        assert shown in page, shown
    assert (await one.client.get(f"{at}/document")).content == PDF

    await _decided_at_the_bank(await desks.officer(), admin, words)
    assert await follow(small_city) == 1

    await one.done(f"{at}/revoke", reason="误录")
    page = words(await one.get(at))
    assert "已撤销" in page
    assert "已撤回" in page


async def _decided_at_the_bank(bank, admin, words):
    listed = await bank.get("/desk/renewals")
    assert "HT-2026-0001" in words(listed)
    proposal_id = await admin.fetchval("select id from renewal_proposals")
    at_bank = f"/desk/renewals/{proposal_id}"
    assert "宿气发〔2026〕18号" in words(await bank.get(at_bank))
    unsaid = await bank.post(f"{at_bank}/agree", note="")
    assert unsaid.status_code == 422
    done = await bank.done(f"{at_bank}/agree", note="可续一年")
    assert 'data-testid="renew"' in done
    again = await bank.post(f"{at_bank}/decline", note="不续")
    assert "已办理" in words(again.text)
    assert "可续一年" in words(await bank.get(at_bank))


async def _sent(desk, fields, files):
    sent = {**fields, "_csrf": token_for(desk.token), "idempotencyKey": str(uuid4())}
    return await desk.client.post(f"{PLACE}/new", data=sent, files=files)


async def test_nobody_but_the_office_opens_a_disaster_nor_but_a_bank_renewals(desks):
    auditor = await desks.operator("auditor")
    await auditor.get(PLACE)
    await auditor.get(f"{PLACE}/new", status=403)
    await auditor.get("/desk/renewals", status=404)
    bank = await desks.officer()
    await bank.get(PLACE, status=404)
    assert "没有续贷建议" in await bank.get("/desk/renewals")
