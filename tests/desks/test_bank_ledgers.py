"""A bank's ledger at both desks: sent, compared, and what of it the operator sees."""

from datetime import timedelta
from uuid import uuid4

import pytest
from observing import nothing_written
from small_claims import build_claims
from small_workbooks import workbook

from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers.files import HEADING
from suxin_server.pool_keeping import compare_bank_ledgers
from suxin_web.csrf import token_for


@pytest.fixture
async def house(desks):
    return await desks.of("bank_admin")


async def send(desk, content, first, last):
    fields = {
        "_csrf": token_for(desk.token),
        "idempotencyKey": str(uuid4()),
        "first": first,
        "last": last,
    }
    files = {"file": ("台账.xlsx", content)} if content else {}
    return await desk.client.post("/desk/bank-ledgers", data=fields, files=files)


async def test_a_ledger_is_compared_and_shown_at_both_desks(desks, house, words, page_of):
    claims = await build_claims(desks.city)
    assert "还没有上传过台账" in words(await house.get("/desk/bank-ledgers"))
    day = local_day(desks.city.now)
    book = workbook(
        [HEADING, (claims.loan.contract_number, 799_999.5, 0, "", "", 1, ""), ("HT-x", "x")]
    )
    answer = await send(house, book, f"{day - timedelta(days=9)}", f"{day}")
    assert answer.status_code == 303
    at = answer.headers["location"]
    page = await house.get(at)
    shown = words(page)
    assert "行数 2 已比对 1 被拒 1" in shown
    assert "本金余额 有差异 799,999.50元 800,000.00元 -0.50元 1" in shown
    assert "本期还款 一致 0.00元 0.00元 0.00元 0" in shown
    assert "第 3 行 HT-x" in shown
    assert "台账.xlsx" in await house.get("/desk/bank-ledgers")
    checker = await desks.operator()
    shown = words(await checker.get("/desk/bank-reconciliation"))
    assert f"{claims.loan.contract_number} {day} 备案本金 0.00元 800,000.00元" in shown
    assert "本金余额" not in shown
    await compare_bank_ledgers(desks.city.database, now=desks.city.now)
    assert "备案本金 1 项" in words(await checker.get("/desk/notices"))
    rival = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    for desk, path in (
        (house, at),
        (house, "/desk/bank-ledgers"),
        (checker, "/desk/bank-reconciliation"),
    ):
        found = page_of(await desk.get(path))
        assert (found.unlabelled, found.inline, found.posts_without_token) == ([], [], 0), path
    await rival.get(at, status=404)
    officer = await desks.of("loan_officer")
    await officer.get("/desk/bank-ledgers", status=403)
    await house.get("/desk/bank-reconciliation", status=404)


async def test_what_is_wrong_with_a_ledger_stands_beside_its_field(desks, house, admin):
    day = local_day(desks.city.now)
    async with nothing_written(admin):
        answer = await send(house, None, "", "x")
        assert answer.status_code == 422
        for name in ("file", "first", "last"):
            assert f'id="e-{name}"' in answer.text, name
        answer = await send(house, b"x", f"{day}", f"{day}")
        assert (answer.status_code, 'id="e-file"' in answer.text) == (422, True)
        answer = await send(house, b"x", f"{day}", f"{day + timedelta(days=1)}")
        assert (answer.status_code, 'id="e-last"' in answer.text) == (422, True)
