"""The operator's desk: tenants, the audit stream, how fast banks answer, and the areas."""

from uuid import uuid4

import pytest
from observing import acts, nothing_written, one
from stdnum.cn.uscc import calc_check_digit

from suxin.lending.models import BankSpeed

STEM = "91321302MA1234567"
WRONG = "A" if calc_check_digit(STEM) != "A" else "B"
NEW = {
    "kind": "bank",
    "name": "宿迁新桥商业银行股份有限公司（测试）",
    "shortName": "新桥银行",
    "uscc": STEM + calc_check_digit(STEM),
    "contact": "0527-12345",
    "areaCode": "321302",
    "overrideReason": "",
    "adminName": "吴行长",
    "login": "xinqiao.admin",
    "password": "Xin-qiao-2026",
}


async def test_an_organisation_is_taken_in_with_its_administrator_once(desks, admin, places):
    desk, key = await desks.operator(), str(uuid4())
    first = await desk.post("/desk/tenants", idempotencyKey=key, **NEW)
    async with nothing_written(admin):
        await desk.post("/desk/tenants", idempotencyKey=key, **NEW)
    tenant = await one(admin, "select * from tenants where uscc = $1", NEW["uscc"])
    assert (tenant["kind"], tenant["status"]) == ("bank", "ACTIVE")
    staff = await one(admin, "select * from staff where login = 'xinqiao.admin'")
    assert staff["tenant_id"] == tenant["id"]
    page = await desk.get(first.headers["location"])
    for shown in ("新桥银行", "宿城区", "0527-12345", "机构入驻", "增加人员"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "此项必填"),
        ({"uscc": STEM + WRONG}, "uscc", "校验"),
        ({"uscc": "123"}, "uscc", "统一社会信用代码"),
        ({"areaCode": "32"}, "areaCode", ""),
        ({"password": "short"}, "password", "密码"),
        ({"login": "operator"}, "login", "登录名“operator”已被使用"),
    ],
)
async def test_a_refused_organisation_leaves_nothing(desks, admin, changes, field, message):
    desk = await desks.operator()
    async with nothing_written(admin):
        answer = await desk.post("/desk/tenants", **{**NEW, **changes})
    assert answer.status_code == 422
    assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert "Xin-qiao-2026" not in answer.text
    assert 'value="0527-12345"' in answer.text


async def test_there_is_no_second_operator(desks, admin):
    desk = await desks.operator()
    async with nothing_written(admin):
        answer = await desk.post("/desk/tenants", **{**NEW, "kind": "operator"})
        assert (answer.status_code, "本市已有运营机构" in answer.text) == (422, True)


async def test_suspending_needs_a_reason_and_resuming_ends_it(desks, admin):
    desk, bank = await desks.operator(), desks.city.banks[0]
    place = f"/desk/tenants/{bank.tenant_id}"
    async with nothing_written(admin):
        answer = await desk.post(f"{place}/suspend", reason=" ")
        assert (answer.status_code, 'id="e-reason"' in answer.text) == (422, True)
        answer = await desk.post(f"{place}/resume", reason="无")
        assert (answer.status_code, "该机构当前已是“正常”状态" in answer.text) == (422, True)
    page = await desk.done(f"{place}/suspend", reason="<b>整改</b>")
    assert "已暂停：&lt;b&gt;整改&lt;/b&gt;" in page
    page = await desk.done(f"{place}/resume", reason="整改完成")
    assert "已恢复" in page
    assert (await acts(admin, "tenancy.tenant."))[-2:] == [
        "tenancy.tenant.suspended",
        "tenancy.tenant.resumed",
    ]


@pytest.mark.parametrize("role", ["auditor", "credit_office"])
async def test_who_reads_only_changes_nothing(desks, admin, role):
    desk, bank = await desks.operator(role), desks.city.banks[0]
    place = f"/desk/tenants/{bank.tenant_id}"
    async with nothing_written(admin):
        assert 'data-testid="suspend"' not in await desk.get(place)
        assert (await desk.post("/desk/tenants", **NEW)).status_code == 403
        for step in ("suspend", "resume"):
            assert (await desk.post(f"{place}/{step}", reason="无")).status_code == 403


async def test_banks_have_no_way_into_the_operators_desk(desks, admin):
    desk, bank = await desks.of("bank_admin"), desks.city.banks[1]
    async with nothing_written(admin):
        for step in ("suspend", "resume"):
            answer = await desk.post(f"/desk/tenants/{bank.tenant_id}/{step}", reason="无")
            assert answer.status_code == 404
        assert (await desk.post("/desk/tenants", **NEW)).status_code == 404


async def test_the_list_is_searched_literally(desks):
    desk = await desks.operator()

    async def found(query):
        return (await desk.get(f"/desk/tenants?{query}")).count('data-testid="tenant-row"')

    assert await found("") == 3
    assert await found("kind=bank") == 2
    assert await found("kind=nonsense") == 3
    assert await found("q=%E7%AC%AC%E4%B8%80") == 1
    assert await found("q=9133") == 1
    for mark in ("%25", "_", "%00", "%27"):
        assert await found(f"q={mark}") == (3 if mark == "%00" else 0)
    assert "没有符合条件的机构" in await desk.get("/desk/tenants?q=zz")
    assert "找不到该机构" in await desk.get(f"/desk/tenants/{uuid4()}", status=404)


async def test_the_audit_stream_is_shown_and_filtered(desks, admin, words):
    officer, referral_id = await desks.officer(), await desks.referred(consented=True)
    await officer.done(f"/desk/referrals/{referral_id}/accept")
    desk = await desks.operator("auditor")
    async with nothing_written(admin):
        everything = words(await desk.get("/desk/audit"))
        accepted = await desk.get("/desk/audit?action=lending.referral.accepted")
        reads = words(await desk.get("/desk/audit?action=data.read"))
        of_bank = await desk.get(f"/desk/audit?tenant={officer.tenant_id}")
        none = await desk.get(f"/desk/audit?action=lending.offer.made&tenant={officer.tenant_id}")
        odd = await desk.get("/desk/audit?action=%27&tenant=%27")
    assert "受理线索 lending.referral.accepted" in everything
    assert accepted.count('data-testid="audit-row"') == 1
    assert "用途：审核贷款申请并报价；类别：" in reads
    assert "待封存" in reads
    assert "提交贷款申请" not in words(of_bank).split("审计记录 只读")[1].split("封存", 2)[2]
    assert "没有符合条件的记录" in none
    assert odd.count('data-testid="audit-row"') > 5
    # Names and numbers of the applicant are nowhere in the stream's view.
    assert "沭河木业" not in everything


async def test_service_levels_count_what_banks_did(desks, admin, words):
    officer, referral_id = await desks.officer(), await desks.referred()
    bank = desks.city.banks[0]
    await officer.done(f"/desk/referrals/{referral_id}/accept")
    async with desks.city.batch.transaction(desks.city.operator, now=desks.city.now) as session:
        session.add(
            BankSpeed(
                tenant_id=bank.tenant_id,
                measured_on=desks.city.now.date(),
                referrals=8,
                answered_on_time=7,
                median_response_hours=5,
            )
        )
    desk = await desks.operator("credit_office")
    async with nothing_written(admin):
        page = words(await desk.get("/desk/service-levels?days=7"))
    assert "受理 1 联系 0 报价 0 婉拒 0 超时退回 0 成交 0" in page
    assert "一行 87.50% 5 小时 1 0 0 0 0 0" in page
    assert "二行 — — 0 0 0 0 0 0" in page


async def test_the_areas_are_browsed_level_by_level(desks, places, words):
    desk = await desks.operator("auditor")
    top = await desk.get("/desk/areas")
    for county in ("宿城区", "宿豫区", "沭阳县", "泗阳县", "泗洪县"):
        assert county in top
    assert "仅用于统计" in top
    towns = words(await desk.get("/desk/areas?within=321322"))
    assert "沭城街道" in towns
    assert "找不到该区划" in await desk.get("/desk/areas?within=999999", status=404)
