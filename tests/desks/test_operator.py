"""The operator's desk: tenants, the audit stream, how fast banks answer, and the areas."""

from uuid import uuid4

import pytest
from observing import acts, as_platform, nothing_written, one
from small_city import PASSWORD
from stdnum.cn.uscc import calc_check_digit

from suxin.lending.commands import returns
from suxin.lending.commands.referrals import decline_referral
from suxin.lending.models import BankSpeed
from suxin.lending.terms import DeclineReason

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


async def test_everything_that_is_wrong_with_a_new_tenant_is_said_at_once(desks, admin):
    desk = await desks.operator()
    wrong = {"name": "", "uscc": STEM + WRONG, "areaCode": "32", "password": "short"}
    async with nothing_written(admin):
        answer = await desk.post("/desk/tenants", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert {name for name in NEW if f'id="e-{name}"' in answer.text} == set(wrong)
    assert "请填写校验例外原因" in answer.text


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
    assert "用途：审核贷款申请并报价；依据：授权；类别：" in reads
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
                referrals=9,
                answered_on_time=8,
                median_response_hours=0,
            )
        )
    desk = await desks.operator("credit_office")
    async with nothing_written(admin):
        page = words(await desk.get("/desk/service-levels?days=7"))
    assert "受理 1 联系 0 报价 0 婉拒 0 超时退回 0 成交 0" in page
    assert "一行 88.89% 不足 1 小时 1 0 0 0 0 0" in page
    assert "二行 — — 0 0 0 0 0 0" in page
    assert "时限：1 个工作日受理、3 个工作日联系、5 个工作日答复" in page
    # Of the request both banks got a referral; the first accepted its own.
    assert "一行 1 0 1 0 0 0 0 0 0 0 0" in page
    assert "二行 1 1 0 0 0 0 0 0 0 0 0" in page
    assert "没有已上报而未办结的线索" in page


async def test_escalations_are_shown_until_the_bank_has_answered(desks, admin, words):
    """A bank that had consent and made contact, and did not decide: reported, with the deadline it missed."""
    officer, referral_id = await desks.officer(), await desks.referred(consented=True)
    await officer.done(f"/desk/referrals/{referral_id}/accept")
    await officer.done(f"/desk/referrals/{referral_id}/contact")
    desk = await desks.operator("credit_office")
    assert "没有已上报而未办结的线索" in await desk.get("/desk/service-levels/escalations")
    due = await admin.fetchval("select decide_by from referrals where id = $1", referral_id)
    which = {"tenant_id": officer.tenant_id, "referral_id": referral_id}
    await as_platform(desks.city, returns.decide_due, now=due, **which)
    desks.clock.moment = due
    desk = await desks.operator("auditor")
    async with nothing_written(admin):
        levels = words(await desk.get("/desk/service-levels?days=30"))
        page = await desk.get("/desk/service-levels/escalations")
    assert "1 条已上报的线索仍在等待银行办理" in levels
    # The last two columns: reported for contact, and for the decision.
    assert "一行 1 0 0 1 0 0 0 0 0 0 1" in levels
    assert page.count('data-testid="escalation"') == 1
    shown = words(page)
    assert "1 条线索错过时限、已上报，银行仍未办结" in shown
    assert "5 个工作日答复" in shown
    assert "2026-11-27 23:59" in shown or "11-27 23:59" in shown
    for secret in ("沭河木业", "王", str(referral_id)):
        assert secret not in shown
    await desks.city.act(
        decline_referral,
        desks.city.banks[0].officer,
        referral_id=referral_id,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
        now=due,
    )
    assert 'data-testid="escalation"' not in await desk.get("/desk/service-levels/escalations")


async def test_a_city_without_banks_has_no_levels(desks, admin):
    desk = await desks.operator()
    await admin.execute("update tenants set kind = 'merchant' where kind = 'bank'")
    assert "还没有银行入驻" in await desk.get("/desk/service-levels")


async def test_ceilings_are_set_together_or_not_at_all(desks, admin, words):
    desk, bank = await desks.operator(), desks.city.banks[0]
    await desks.officer()
    place = f"/desk/tenants/{bank.tenant_id}"
    page = await desk.get(place)
    for shown in ("已用 1，本类机构默认 500", "已用 0，本类机构默认 200"):
        assert shown in page
    wanted = {
        "ceiling.staff": "600",
        "ceiling.branches": "10",
        "ceiling.products": "60",
        "ceiling.open_claims": "30",
    }
    for changes, field, message in (
        ({"ceiling.staff": "0"}, "ceiling.staff", "已使用 1，上限不能低于该数"),
        ({"ceiling.open_claims": "x"}, "ceiling.open_claims", "请填写整数"),
        ({"ceiling.open_claims": "9999999"}, "ceiling.open_claims", "应为 0 至 1000000"),
    ):
        async with nothing_written(admin):
            answer = await desk.post(f"{place}/quotas", **{**wanted, **changes})
        assert answer.status_code == 422
        assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
        assert 'value="60"' in answer.text
    page = await desk.done(f"{place}/quotas", **wanted)
    assert "额度已更新" in page
    rows = await admin.fetch(
        "select name, ceiling from quotas where tenant_id = $1 order by name", bank.tenant_id
    )
    assert {row["name"]: row["ceiling"] for row in rows} == {
        "staff": 600,
        "branches": 10,
        "products": 60,
        "open_claims": 30,
    }
    assert (await acts(admin, "tenancy.quota"))[-1] == "tenancy.quota.set"
    pool = await (await desks.officer()).get("/desk/pool")
    assert "本行在手 0 / 30 条" in words(pool)


async def test_who_reads_only_sees_ceilings_and_sets_none(desks, admin, words):
    desk, bank = await desks.operator("auditor"), desks.city.banks[0]
    place = f"/desk/tenants/{bank.tenant_id}"
    async with nothing_written(admin):
        page = await desk.get(place)
        answer = await desk.post(f"{place}/quotas", **{"ceiling.staff": "600"})
    assert answer.status_code == 403
    assert "在手线索 0 / 200 默认 200" in words(page)
    assert 'data-testid="quotas-send"' not in page


async def test_the_audit_stream_is_searched_by_an_organisations_name(desks, admin, words):
    officer, referral_id = await desks.officer(), await desks.referred()
    await officer.done(f"/desk/referrals/{referral_id}/accept")
    desk = await desks.operator("auditor")
    mine = await desk.get("/desk/audit?action=lending.referral.accepted&q=%E4%B8%80")
    assert mine.count('data-testid="audit-row"') == 1
    other = await desk.get("/desk/audit?action=lending.referral.accepted&q=%E4%BA%8C%E8%A1%8C")
    assert "没有符合条件的记录" in other
    only = words(await desk.get(f"/desk/audit?tenant={officer.tenant_id}"))
    assert "只看 一行" in only


async def test_no_page_grows_with_the_number_of_tenants(desks, admin):
    """1,500 villages: lists are read a page at a time and found by name, and no filter lists them all."""
    await admin.execute(
        "insert into tenants (id, kind, name, short_name, uscc, contact, area_code, status, credit_licensed,"
        " sandbox, created_at)"
        " select gen_random_uuid(), 'village_grid', '第' || n || '村', '村' || n, 'V' || n, '1', '321302',"
        " 'ACTIVE', false, false, now() from generate_series(1, 1500) n"
    )
    desk = await desks.operator()
    for path in ("/desk/tenants", "/desk/audit", "/desk/service-levels"):
        assert len(await desk.get(path)) < 100_000, path
    assert (await desk.get("/desk/tenants")).count('data-testid="tenant-row"') == 20
    assert (await desk.get("/desk/tenants?q=%E6%9D%911500")).count('data-testid="tenant-row"') == 1
    crowd = await desk.get("/desk/audit?q=%E6%9D%91")
    assert "符合的机构超过 50 家" in crowd


async def test_the_areas_are_browsed_level_by_level(desks, places, words):
    desk = await desks.operator("auditor")
    top = await desk.get("/desk/areas")
    for county in ("宿城区", "宿豫区", "沭阳县", "泗阳县", "泗洪县"):
        assert county in top
    assert "仅用于统计" in top
    towns = words(await desk.get("/desk/areas?within=321322"))
    assert "沭城街道" in towns
    assert "找不到该区划" in await desk.get("/desk/areas?within=999999", status=404)


async def test_areas_are_paged_by_code_and_found_by_name(desks, places, admin):
    desk = await desks.operator("auditor")
    await admin.execute(
        "insert into areas (code, level, name, full_name, pinyin, parent_code, statistical_only,"
        " predecessors, valid_from) select '321302150' || lpad(n::text, 3, '0'), 'village', '村' || n,"
        " '宿城区某街道村' || n, 'cun', '321302150', false, array[]::text[], date '2020-01-01'"
        " from generate_series(1, 120) n"
    )

    async def codes(path):
        page = await desk.get(path)
        rows = [part.split("</code>")[0] for part in page.split('data-label="代码"><code>')[1:]]
        links = {
            rel: page.split(f'rel="{rel}"')[0].rsplit('href="', 1)[1].split('"')[0]
            for rel in ("prev", "next")
            if f'rel="{rel}"' in page
        }
        return rows, {rel: link.replace("&amp;", "&") for rel, link in links.items()}

    first, links = await codes("/desk/areas?within=321302150")
    assert (first[0], len(first), set(links)) == ("321302150001", 50, {"next"})
    second, links = await codes(links["next"])
    assert (second[0], len(second), set(links)) == ("321302150051", 50, {"prev", "next"})
    third, ends = await codes(links["next"])
    assert (third[-1], len(third), set(ends)) == ("321302150120", 20, {"prev"})
    assert (await codes(ends["prev"]))[0] == second
    assert (await codes("/desk/areas?q=%E6%9D%91120"))[0] == ["321302150120"]
    assert (await codes("/desk/areas?q=321302150119"))[0] == ["321302150119"]
    assert (await codes("/desk/areas?q=%25"))[0] == []
    assert len((await codes("/desk/areas?within=321302150&after=%27"))[0]) == 50


async def test_an_auditor_reads_every_page_and_writes_by_none(desks, admin, places):
    """No form is shown to him, and one that he sends all the same is refused."""
    auditor = await desks.operator("auditor")
    bank = desks.city.banks[0].tenant_id
    reads = (
        "/desk/tenants",
        f"/desk/tenants/{bank}",
        "/desk/audit",
        "/desk/calendar",
        "/desk/service-levels",
        "/desk/service-levels/escalations",
        "/desk/areas",
        "/desk/staff",
        f"/desk/staff/{auditor.staff_id}",
        "/desk/branches",
        "/desk/clients",
        "/desk/webhooks",
        "/desk/notices",
        "/desk/account",
    )
    before = await acts(admin, "")
    for path in reads:
        page = await auditor.get(path)
        for form in page.split("<form")[1:]:
            assert 'method="post"' not in form or any(
                own in form for own in ("/desk/log-out", "/desk/account", "/desk/notices/read")
            ), path
    assert (await auditor.client.get("/desk/tenants/new")).status_code == 403
    for path, fields in (
        ("/desk/tenants", NEW),
        (f"/desk/tenants/{bank}/suspend", {"reason": "检查"}),
        ("/desk/staff", {"name": "新人", "login": "x.y", "password": PASSWORD, "roles": "auditor"}),
        ("/desk/branches", {"name": "分部"}),
        ("/desk/calendar", {}),
    ):
        async with nothing_written(admin):
            assert (await auditor.post(path, **fields)).status_code == 403, path
    assert await acts(admin, "") == before
