"""The operator's book at the desk: accounts, what they had at a date, transfers; and who may look."""

from datetime import timedelta

from small_ledger import build_ledger, open_in

from suxin.kernel.ids import new_id
from suxin.ledger import drafts
from suxin.ledger.commands import close_period
from suxin.ledger.models import Side


async def test_accounts_show_what_they_have_and_the_book_adds_up(desks, small_city, words):
    desk = await desks.operator("operator_admin")
    assert "还没有账户" in await desk.get("/desk/book")
    ledger = await build_ledger(small_city)
    await ledger.post(ledger.fund_pool(1_234_56), ledger.hold(34_56))
    await small_city.act(
        close_period, small_city.operator, closed_before=small_city.now - timedelta(days=1)
    )
    page = words(await desk.get("/desk/book"))
    assert "pool.balance 人民币 1,234.56元 34.56元 0.00元 1,200.00元" in page
    assert "village.points 积分 village 0分 0分 0分 0分" in page
    assert "人民币 3 1,234.56元 1,234.56元 平衡" in page
    assert "2026-11-19 10:00 以前已结账" in page


async def test_an_account_shows_its_transfers_and_what_it_had_at_a_date(desks, small_city, words):
    ledger = await build_ledger(small_city)
    held = ledger.hold(34_56)
    await ledger.post(
        ledger.fund_pool(
            100_00, effective_at=small_city.now - timedelta(days=3), reference="拨款〔2026〕1号"
        ),
        held,
    )
    await ledger.post(
        drafts.post(new_id(), pending_id=held.id, amount=10_00, code="pool.claim.paid"),
        now=small_city.now + timedelta(days=2),
    )
    desk = await desks.operator("auditor")
    place = f"/desk/book/{ledger.pool}"
    page = words(await desk.get(place))
    assert "余额 90.00元 可用 90.00元 冻结转出 0.00元" in page
    assert "拨款〔2026〕1号" in page
    for phase in ("入账", "冻结", "冻结入账"):
        assert f" {phase} " in page
    # Ten in the morning of the 20th in Shanghai: what came on the 17th was written down then.
    for asked, shown in (
        (
            "effective=2026-11-17&recorded=2026-11-20",
            "当时余额 100.00元 当时可用 65.44元 当时冻结转出 34.56元",
        ),
        ("effective=2026-11-16&recorded=2026-11-20", "当时余额 0.00元"),
        ("recorded=2026-11-19", "当时余额 0.00元 当时可用 0.00元"),
        ("effective=2026-11-22&recorded=2026-11-22", "当时余额 90.00元 当时可用 90.00元"),
    ):
        assert shown in words(await desk.get(f"{place}?{asked}")), asked
    for wrong in ("2026-13-01", "x", "9999-12-31"):
        assert "请填写日期" in await desk.get(f"{place}?effective={wrong}", status=422)


async def test_nobody_else_looks_into_the_book(desks, small_city):
    ledger = await build_ledger(small_city)
    bank = small_city.banks[0].officer
    banks = await open_in(small_city, bank, "bank.own", Side.CREDIT)
    operator, banker = await desks.operator("operator_admin"), await desks.of("bank_admin")
    helper = await desks.operator("counter_helper")
    for path in ("/desk/book", f"/desk/book/{ledger.pool}"):
        assert (await banker.client.get(path)).status_code == 404
        assert (await helper.client.get(path)).status_code == 403
    # Another tenant's account reads like none at all.
    await operator.get(f"/desk/book/{banks.id}", status=404)
    await operator.get(f"/desk/book/{new_id()}", status=404)
