"""The league table, incentives, loan figures, plan targets and list files at the desks; and who may look."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

from league_facts import counted_at, load_quarter
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.lending.league.closing import close_due_quarters
from suxin.lending.league.months import count_month
from suxin.risk_pool.incentives.models import IncentiveRuleSet

MONTH = datetime(2026, 12, 31, 1, 0, tzinfo=UTC)
PAGES = ("/desk/league", "/desk/loan-figures", "/desk/plan-targets")


async def counted(city, admin, *, loans=300):
    """Let the fourth quarter be counted."""
    banks = [bank.tenant_id for bank in city.banks]
    await load_quarter(admin, banks, referrals=300, loans=loans)
    system = Actor.system("test")
    for duty, now in ((count_month, MONTH), (close_due_quarters, counted_at())):
        async with city.database.transaction(system, now=now) as session:
            await duty(session, now=now)


async def test_a_quarter_is_shown_corrected_and_named(desks, small_city, admin, words):
    desk = await desks.operator("operator_admin")
    assert "还没有已统计的季度" in await desk.get("/desk/league")
    await counted(small_city, admin)
    page = words(await desk.get("/desk/league"))
    for said in (
        "2026年四季度",
        "2026年三季度",
        "按时受理率",
        "第1",
        "第 1 版",
        "口径 v1",
        "本季度还没有激励方案",
    ):
        assert said in page, said
    refused = await desk.post("/desk/league/2026Q4/correct", reason="")
    assert (refused.status_code, "请写明更正原因" in refused.text) == (422, True)
    await desk.done("/desk/league/2026Q4/correct", reason="迟报")
    assert "第 2 版，正在统计：迟报" in words(await desk.get("/desk/league?quarter=2026Q4"))
    bank = await desks.of("bank_admin")
    assert "各行（运营机构已公布名称）" not in words(await bank.get("/desk/own-league"))
    await desk.done("/desk/league/2026Q4/names", named="yes")
    assert "各行（运营机构已公布名称）" in words(await bank.get("/desk/own-league"))
    for wrong in ("quarter=2026Q9", "quarter=2020Q1", "version=9", "version=x"):
        await desk.get(f"/desk/league?{wrong}", status=404)


async def test_two_people_award_what_a_quarter_earned(desks, small_city, admin, words):
    await counted(small_city, admin)
    one, two = await desks.operator("operator_admin"), await desks.operator("credit_office")
    wrong = await one.post("/desk/league/2026Q4/fund", amount="x", reference="")
    assert (wrong.status_code, "金额格式不正确" in wrong.text) == (422, True)
    await one.done("/desk/league/2026Q4/fund", amount="500000", reference="流水 1")
    await one.done("/desk/league/2026Q4/incentive")
    run = await admin.fetchval("select id from incentive_runs")
    page = words(await one.get("/desk/league?quarter=2026Q4"))
    assert "待复核" in page
    assert "须由另一人复核" in page
    base = f"/desk/league/2026Q4/incentive/{run}"
    assert (await one.post(f"{base}/post")).status_code == 403
    await two.done(f"{base}/post")
    assert "已入账" in words(await two.get("/desk/league?quarter=2026Q4"))
    total = await admin.fetchval("select total_fen from incentive_runs")
    assert total == await admin.fetchval(
        "select sum(amount)::bigint from ledger_transfers where code = 'incentive.awarded'"
    )
    bank = await desks.of("bank_admin")
    assert "本行获得的考核激励" in words(await bank.get("/desk/own-league"))


async def test_months_and_targets_are_computed(desks, small_city, admin, words):
    desk = await desks.operator("auditor")
    assert "还没有月报" in await desk.get("/desk/loan-figures")
    empty = words(await desk.get("/desk/plan-targets"))
    assert "平台尚无贷款余额" in empty
    assert "平台尚无守信激励场景上线" in empty
    await counted(small_city, admin)
    credit, balance = await admin.fetchrow(
        "select credit_fen, outstanding_fen from loan_months where dimension = 'city'"
    )
    page = words(await desk.get("/desk/plan-targets"))
    assert f"{credit * 10_000 // balance / 100:.2f}%" in page
    assert "截至 2026-12-31" in page
    for by in ("bank", "county", "industry"):
        assert "合计" in words(await desk.get(f"/desk/loan-figures?by={by}&month=2026-12"))


async def test_lists_leave_as_numbers_and_never_as_formulas(desks, small_city, admin):
    await counted(small_city, admin)
    await admin.execute(
        "update tenants set short_name = '=HYPERLINK(\"x\")' where id = $1",
        small_city.banks[0].tenant_id,
    )
    desk = await desks.operator("credit_office")
    for name in ("league", "loan-months", "loan-figures", "plan-targets"):
        for form in ("csv", "xlsx"):
            answer = await desk.client.get(f"/desk/list-files/{name}/{form}")
            assert answer.status_code == 200, (name, form)
            assert "attachment" in answer.headers["content-disposition"]
    sent = await desk.client.get("/desk/list-files/loan-figures/csv?by=bank")
    rows = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"))))
    balance = await admin.fetchval(
        "select outstanding_fen from loan_months where dimension = 'city'"
    )
    assert sum(round(float(row["贷款余额（元）"]) * 100) for row in rows) == balance
    assert "'=HYPERLINK" in sent.text
    book = await desk.client.get("/desk/list-files/loan-figures/xlsx?by=bank")
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK" in sheet
    acts = await admin.fetch(
        "select detail from audit_entries where action = 'suxin.list.exported'"
    )
    assert len(acts) == 10
    assert {json.loads(act["detail"])["rows"] > 0 for act in acts} == {True}
    assert (await desk.client.get("/desk/list-files/nothing/csv")).status_code == 404
    assert (await desk.client.get("/desk/list-files/league/pdf")).status_code == 404


async def test_nobody_else_looks(desks, small_city):
    bank, helper = await desks.of("bank_admin"), await desks.operator("counter_helper")
    operator = await desks.operator("operator_admin")
    for path in (*PAGES, "/desk/list-files/league/csv"):
        assert (await bank.client.get(path)).status_code == 404
        assert (await helper.client.get(path)).status_code == 403
    assert (await operator.client.get("/desk/own-league")).status_code == 404


async def test_two_people_put_incentive_rules_in_force(desks, words):
    one, two = await desks.operator("operator_admin"), await desks.operator("credit_office")
    page = words(await one.get("/desk/incentive-rules"))
    assert "演示配置" in page
    given = {"name": "2026 年激励", "quarter": "2026Q4", "places-rate": "30000、30000 1"}
    for change, said in (
        ({"quarter": "2026Q3"}, "生效季度应为本季度"),
        ({"quarter": "x"}, "不在可选范围内"),
        ({"places-rate": "x"}, "金额应如"),
        ({"places-rate": "1、2"}, "名次靠前的金额不得低于靠后的"),
        ({"places-rate": ""}, "每项指标最多一条"),
    ):
        wrong = await one.post("/desk/incentive-rules", **(given | change))
        assert (wrong.status_code, said in wrong.text) == (422, True), change
    page = words(await one.done("/desk/incentive-rules", **given, **{"bar-rate": "4.00"}))
    for said in ("第 2 名 30,000.00", "第 3 名 1.00", "门槛 4.00 %"):
        assert said in page, said
    assert "须由另一人批准" in page
    async with desks.city.database.snapshot(desks.city.operator, now=desks.city.now) as session:
        rules_id = await session.scalar(select(IncentiveRuleSet.id))
    at = f"/desk/incentive-rules/{rules_id}"
    assert (await one.post(f"{at}/approve")).status_code == 403
    page = words(await two.done(f"{at}/approve"))
    assert ("演示配置" in page, "第 1 版" in page) == (False, True)
    auditor = await desks.operator("auditor")
    assert "起草新版本" not in words(await auditor.get("/desk/incentive-rules"))
    assert (await auditor.post("/desk/incentive-rules", **given)).status_code == 403
