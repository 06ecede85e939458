"""Statements at both desks: the merchant agrees or disputes, the operator answers, two approve, and a payment is noted."""

import pytest
from observing import nothing_written
from small_perks import build_perks
from small_settlements import one_statement


@pytest.fixture
async def statement(desks, small_city):
    """A merchant's statement with the merchant's own browser."""
    small = await build_perks(small_city)
    desk = await desks.of("merchant_admin", small.merchant.own_tenant)
    return desk, await one_statement(small)


async def test_a_statement_goes_from_drawn_up_to_paid(desks, statement, small_city, words, page_of):
    desk, settlement_id = statement
    own, overseen = (
        f"/desk/{name}/{settlement_id}" for name in ("perk-settlements", "settlement-approvals")
    )
    assert "2026 年 11 月" in words(await desk.get("/desk/perk-settlements"))
    shown = await desk.get(own)
    page = page_of(shown)
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert "6.00元" in words(shown)
    assert "商户有异议" in words(await desk.done(f"{own}/dispute", reason="少算一笔"))
    operator = await desks.operator()
    assert "商户有异议" in words(await operator.get("/desk/settlement-approvals"))
    assert "少算一笔" in words(await operator.get(overseen))
    await operator.done(f"{overseen}/answer", answer="该笔在下月")
    assert "该笔在下月" in words(await desk.get(own))
    assert "待运营方审批" in words(await desk.done(f"{own}/confirm"))
    assert "第二人审批" in words(await operator.done(f"{overseen}/approve"))
    again = await operator.post(f"{overseen}/approve")
    assert (again.status_code, "须两人审批" in words(again.text)) == (422, True)
    second = await desks.operator()
    assert "待付款" in words(await second.done(f"{overseen}/approve"))
    for wrong, beside in (({"paidOn": ""}, "paidOn"), ({"reference": " "}, "reference")):
        sent = {"paidOn": small_city.now.date().isoformat(), "reference": "1"} | wrong
        answer = await second.post(f"{overseen}/pay", **sent)
        assert (answer.status_code, f'id="e-{beside}" role="alert"' in answer.text) == (422, True)
    today = small_city.now.date().isoformat()
    paid = words(await second.done(f"{overseen}/pay", paidOn=today, reference="2026-0001"))
    assert "已付款" in paid
    assert "2026-0001" in words(await desk.get(own))


async def test_the_lines_are_a_file_that_names_nobody(statement, admin):
    desk, settlement_id = statement
    answer = await desk.client.get(f"/desk/perk-settlements/{settlement_id}/lines/csv")
    assert answer.status_code == 200
    heading, line = answer.text.lstrip("\ufeff").splitlines()
    assert heading == "核销编号,权益,完成日期,使用次数,应结算（元）"
    redemption_id = await admin.fetchval("select redemption_id from perk_settlement_lines")
    assert line.startswith(f"{redemption_id},")
    assert line.endswith(",1,6.00")
    await desk.get(f"/desk/perk-settlements/{settlement_id}/lines/pdf", status=404)


async def test_a_clerk_and_another_house_have_no_such_page(desks, statement, admin):
    desk, settlement_id = statement
    clerk = await desks.of("clerk", desk.tenant_id)
    officer = await desks.officer()
    async with nothing_written(admin):
        await clerk.get(f"/desk/perk-settlements/{settlement_id}", status=403)
        await desk.get(f"/desk/settlement-approvals/{settlement_id}", status=404)
        await officer.get("/desk/perk-settlements", status=404)
