"""Risk pools at the desks: from an empty list to a loan that is filed, with two people and the bank, and what is wrong beside its field."""

from uuid import uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_loans import NUMBER, drawn
from small_pools import build_pool, signed
from small_workbooks import workbook

from suxin_web.csrf import token_for


@pytest.fixture
async def keeper(desks):
    return await desks.operator("pool_manager")


async def test_a_pool_goes_from_its_opening_to_a_filing(desks, keeper, admin, words):
    second = await desks.operator("operator_admin")
    assert "还没有资金池" in words(await keeper.get("/desk/risk-pools"))
    opened = {
        "name": "宿易贷风险补偿资金池",
        "custodian": "农商行",
        "account": "6228480000001234567",
    }
    page = await keeper.done("/desk/risk-pools/new", **opened, requiredFen="100", multiple="10")
    assert "****4567" in page
    assert "6228480000001234567" not in page
    pool_id = await admin.fetchval("select id from risk_pools")
    at = f"/desk/risk-pools/{pool_id}"
    partner = {"name": "宿迁市财政局", "kind": "city", "dueOn": "2026-12-31"}
    await keeper.done(f"{at}/partners/new", **partner, pledgedFen="100", shareBps="60")
    partner_id = await admin.fetchval("select id from pool_partners")
    paid = {"partnerId": partner_id, "reference": "CZ-1", "paidOn": "2026-11-01"}
    await keeper.done(f"{at}/fundings/new", **paid, amountFen="1000000")
    funding_id = await admin.fetchval("select id from pool_fundings")
    assert "核对入账" not in await keeper.get(at)
    await second.done(f"/desk/pool-fundings/{funding_id}/confirm")
    assert "余额 1,000,000.00元" in words(await keeper.get(at))
    bank = desks.city.banks[0]
    drafted = {**AGREEMENT, "bankId": bank.tenant_id}
    await keeper.done(f"{at}/agreements/new", **drafted)
    agreement_id = await admin.fetchval("select id from pool_agreements")
    await keeper.done(f"/desk/pool-agreements/{agreement_id}/sign")
    await second.done(f"/desk/pool-agreements/{agreement_id}/sign")
    await answered_and_filed(desks, words, pool_id, agreement_id)
    shown = words(await keeper.get(at))
    assert "合计 — 1 400,000.00元 400,000.00元" in shown
    assert NUMBER in await keeper.get(f"{at}/filings")


async def answered_and_filed(desks, words, pool_id, agreement_id):
    """Let the bank accept the agreement and file a loan under it."""
    house = await desks.of("bank_admin")
    assert "待接受" in words(await house.get("/desk/pool-filings"))
    await house.done(f"/desk/pool-filings/agreements/{agreement_id}/accept")
    loan = await drawn(desks.city)
    officer = await desks.officer()
    await officer.done(f"/desk/pool-filings/{pool_id}/loans/{loan.id}")
    assert "在保本金 400,000.00元" in words(await officer.get(f"/desk/loans/{loan.id}"))
    listed = await officer.get(f"/desk/pool-filings/{pool_id}")
    assert "剩余额度 4,600,000.00元" in words(listed)
    # Whoever may not open loans is shown no way there.
    unopened = await house.get(f"/desk/pool-filings/{pool_id}")
    assert NUMBER in unopened
    assert [f"/desk/loans/{loan.id}" in page for page in (listed, unopened)] == [True, False]


async def test_a_file_says_which_loans_were_not_filed(desks, admin: asyncpg.Connection, words):
    small = await build_pool(desks.city)
    await drawn(desks.city)
    officer = await desks.officer()
    at = f"/desk/pool-filings/{small.pool.id}"
    fields = {"_csrf": token_for(officer.token), "idempotencyKey": str(uuid4())}
    book = workbook([("合同编号", "经办人"), (NUMBER, "李四"), ("HT-none",)])
    files = {"file": ("备案.xlsx", book)}
    answer = await officer.client.post(f"{at}/files", data=fields, files=files)
    assert answer.status_code == 303
    shown = words(await officer.get(answer.headers["location"]))
    assert "行数 2 备案成功 1 此前已备案 0 被拒 1" in shown
    assert "第 3 行 HT-none 没有合同编号为 HT-none 的贷款 LOAN_UNKNOWN" in shown
    rival = await desks.officer(desks.city.banks[1])
    await rival.get(answer.headers["location"], status=404)
    await rival.get(at, status=404)


async def test_what_is_wrong_stands_beside_its_field(desks, keeper, admin):
    small = await build_pool(desks.city)
    at = f"/desk/risk-pools/{small.pool.id}"
    async with nothing_written(admin):
        answer = await keeper.post(f"{at}/partners/new", name="", pledgedFen="x", shareBps="1")
        assert answer.status_code == 422
        for name in ("name", "pledgedFen", "kind", "dueOn"):
            assert f'id="e-{name}"' in answer.text, name
        bank_id = desks.city.banks[0].tenant_id
        wrong = {**AGREEMENT, "bankId": bank_id, "poolBps": "90", "bankBps": "10"}
        answer = await keeper.post(f"{at}/agreements/new", **wrong)
        assert 'id="e-bankBps"' in answer.text


async def test_every_form_is_whole_and_for_its_keepers_alone(desks, keeper, page_of):
    small = await build_pool(desks.city)
    offered = await signed(desks.city, small.pool.id, desks.city.banks[0])
    auditor = await desks.operator("auditor")
    at = f"/desk/risk-pools/{small.pool.id}"
    for form in ("partners", "fundings", "agreements"):
        page = page_of(await keeper.get(f"{at}/{form}/new"))
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
        assert len(page.ids) == len(set(page.ids))
        await auditor.get(f"{at}/{form}/new", status=403)
    await auditor.get(at)
    await auditor.get(f"/desk/pool-agreements/{offered.id}")
    answer = await auditor.post(f"/desk/pool-agreements/{offered.id}/sign")
    assert answer.status_code == 403


AGREEMENT = {
    "startsOn": "2026-01-01",
    "endsOn": "2027-01-01",
    "quotaFen": "500",
    "principalCapFen": "100",
    "products": "P-1",
    "filingDays": "10",
    "triggerDays": "90",
    "multiple": "10",
    "poolBps": "80",
    "bankBps": "20",
    "guarantorBps": "0",
    "rateBasis": "average",
    "warnBps": "3",
    "suspendBps": "5",
    "terminateBps": "10",
    "gapBps": "0.5",
}
