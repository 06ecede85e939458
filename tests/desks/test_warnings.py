"""Warnings at the bank's desk and their rules at the operator's: what is shown, what is wrong beside the field, and who may."""

import pytest
from observing import nothing_written
from small_loans import drawn
from small_warnings import come_on_record, permit_watching, rules_in_force, warnings, watch

from suxin.subjects.models import DataCategory


@pytest.fixture
async def desk(desks):
    return await desks.officer()


@pytest.fixture
async def warning(desks):
    loan = await drawn(desks.city)
    await rules_in_force(desks.city)
    await permit_watching(desks.city, loan)
    await come_on_record(desks.city, "TAX-ARREARS", DataCategory.TAX)
    await watch(desks.city)
    (found,) = await warnings(desks.city)
    return found


async def test_a_warning_is_taken_up_and_answered(desks, desk, words, page_of, warning):
    shown = words(await desk.get("/desk/warnings"))
    assert "欠缴税费" in shown
    assert "待处理 1" in shown
    assert "没有预警" in words(await desk.get("/desk/warnings?severity=high"))
    at = f"/desk/warnings/{warning.id}"
    read = await desk.get(at)
    assert "市税务局" in words(read)
    assert "30,000.00元" in words(read)
    await desk.done(f"{at}/acknowledge")
    page = page_of(await desk.get(at))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert len(page.ids) == len(set(page.ids))
    answer = await desk.post(f"{at}/act", answer="", note="")
    assert answer.status_code == 422
    assert 'id="e-act-answer"' in answer.text
    assert 'id="e-act-note"' in answer.text
    page = words(await desk.done(f"{at}/act", answer="visited", note="已上门核查"))
    assert "上门核查" in page
    assert "欠缴税费" in words(await desk.get("/desk/warnings?state=answered"))


async def test_a_false_alarm_is_dismissed(desk, words, warning):
    at = f"/desk/warnings/{warning.id}"
    await desk.done(f"{at}/acknowledge")
    page = words(await desk.done(f"{at}/dismiss", answer="resolved", note="税款已缴清"))
    assert "误报" in page
    assert "事项已履行或已办结" in page


async def test_who_only_looks_sees_no_record_and_takes_no_step(desks, admin, words, warning):
    viewer = await desks.of("viewer")
    at = f"/desk/warnings/{warning.id}"
    shown = words(await viewer.get(at))
    assert "您没有查阅信用记录的权限" in shown
    assert "30,000.00元" not in shown
    async with nothing_written(admin):
        assert (await viewer.post(f"{at}/act", answer="called", note="x")).status_code == 403
    rival = await desks.officer(desks.city.banks[1])
    await rival.get(at, status=404)
    assert "没有预警" in words(await rival.get("/desk/warnings"))


async def test_a_bank_asks_to_watch_a_loan_and_registers_collateral(desks, desk, admin, words):
    loan = await drawn(desks.city)
    at = f"/desk/loans/{loan.id}"
    assert "已向借款人征求授权" in words(await desk.done(f"{at}/watch"))
    again = await desk.post(f"{at}/watch")
    assert again.status_code == 422
    asked = await admin.fetchval("select state from consents where purpose = 'loan.watch'")
    assert asked == "REQUESTED"
    refused = await desk.post(
        f"{at}/collateral",
        registry="登记中心",
        collateralNumber="A-1",
        collateralExpiresOn="2027-11-20",
    )
    assert "没有抵押或质押" in refused.text


async def test_a_draft_says_beside_each_figure_what_is_wrong(desks, places, words, page_of):
    office = await desks.operator("credit_office")
    assert "还没有预警规则" in words(await office.get("/desk/warning-rules"))
    form = page_of(await office.get("/desk/warning-rules/new"))
    assert (form.unlabelled, form.inline, form.posts_without_token) == ([], [], 0)
    answer = await office.post("/desk/warning-rules/new")
    assert answer.status_code == 422
    figures = {
        "use-TAX_ARREARS": "yes",
        "severity-TAX_ARREARS": "high",
        "window_days-TAX_ARREARS": "90",
        "answer_days-TAX_ARREARS": "61",
        "hit_days-TAX_ARREARS": "180",
    }
    wrong = await office.post("/desk/warning-rules/new", **figures)
    assert "处理天数应为 1 至 60" in wrong.text


async def test_another_person_puts_the_rules_in_force(desks, places, admin, words):
    drafter, activator = [await desks.operator("credit_office") for _ in range(2)]
    figures = {
        "use-TAX_ARREARS": "yes",
        "severity-TAX_ARREARS": "high",
        "window_days-TAX_ARREARS": "90",
        "answer_days-TAX_ARREARS": "5",
        "hit_days-TAX_ARREARS": "180",
    }
    answer = await drafter.post("/desk/warning-rules/new", **figures)
    at = answer.headers["location"]
    assert 'data-testid="activate"' not in await drafter.get(at)
    assert "须由另一人启用" in words(await drafter.done(f"{at}/activate"))
    assert "启用中" in words(await activator.done(f"{at}/activate"))
    auditor = await desks.operator("auditor")
    shown = words(await auditor.get(at))
    assert "欠缴税费" in shown
    assert "90 / 5 / 180" in shown
    await auditor.get("/desk/warning-rules/new", status=403)
    officer = await desks.officer()
    await officer.get(at, status=404)
