"""The daily bill beside the orders: how it is read, in what the two differ, and that each day's is compared once."""

import asyncio
from datetime import date, timedelta

import pytest
from bill_reference import ReferenceBills, billed, written
from counter_visits import helper_of
from filled_orders import Remote, as_platform
from observing import changed, contents, nothing_written
from order_reference import ReferenceProvider
from small_city import SmallCity
from small_merchant import build_merchant
from small_orders import SUB_MCHID, WECHAT_CODE, build_service

from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.perks.orders.bills.carrying import BILL_TOPIC, compare_bill
from suxin.perks.orders.bills.comparing import Settled, gaps_between
from suxin.perks.orders.bills.explaining import MAX_FOUND, GapExplained, explain_gap
from suxin.perks.orders.bills.models import OrderBillGap
from suxin.perks.orders.bills.queries import bill_overseen, bills_overseen, gaps_overseen
from suxin.perks.orders.bills.rows import (
    MAX_ROWS,
    BillUnreadable,
    order_number,
    read_bill,
)
from suxin.perks.orders.bills.states import BillGap
from suxin.perks.orders.commands import refund_order
from suxin.perks.orders.provider import ProviderUnavailable
from suxin.tenancy.profiles import TenantKind


def settled(amount_fen: int = 1_500, transaction_id: str = "tx", *, done: bool = True) -> Settled:
    return Settled(amount_fen=amount_fen, transaction_id=transaction_id, done=done)


def test_a_bill_is_read_behind_backticks_up_to_its_summary() -> None:
    rows = (
        billed("N-1", "tx-1", 1_500),
        billed("R-1", "tx-1", 500, refund=True),
        billed("N|2*", "tx-2", 5),
    )
    assert read_bill(written(*rows)) == rows
    assert read_bill(written(*rows[::2], kind="AUTH")) == rows[::2]


def test_an_authorised_payments_number_stands_in_its_packet() -> None:
    assert order_number("AUTH", "4200", "wxzff|WX1|N|2*") == "N|2*"
    assert order_number("AUTH", "4200", "another packet") == "4200"
    assert order_number("JSAPI", "N-1", "wxzff|WX1|N-2") == "N-1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "商户订单号,金额\r\n`1,`2",
        written(billed("N-1", "tx-1", 1)).replace("`0.01", "`0.001"),
        written(billed("N-1", "tx-1", 1)).replace("`0.01", "`NaN"),
        written(billed("N-1", "tx-1", 1)).replace("`0.01", "`-0.01"),
        written(billed("N-1", "tx-1", 1)).replace("`0.01", "`0.01,`more"),
        written(*[billed("N-1", "tx-1", 1)] * (MAX_ROWS + 1)),
    ],
    ids=("nothing", "a page", "other heads", "part of a fen", "no number", "less than nothing", "longer", "too many"),
)  # fmt: skip
def test_what_is_no_bill_is_not_read(text: str) -> None:
    with pytest.raises(BillUnreadable):
        read_bill(text)


@pytest.mark.parametrize(
    ("row", "here", "kind"),
    [
        (billed("N-1", "tx", 1_500), settled(), None),
        (billed("N-1", "tx", 1_500), None, BillGap.UNKNOWN_HERE),
        (billed("N-1", "tx", 1_500), settled(done=False), BillGap.NOT_SETTLED_HERE),
        (billed("N-1", "tx", 1_500), settled(transaction_id="ty"), BillGap.NOT_SETTLED_HERE),
        (billed("N-1", "tx", 1_500), settled(1_499), BillGap.AMOUNT_DIFFERS),
        (billed("R-1", "tx", 500, refund=True), settled(500), None),
        (billed("R-1", "tx", 500, refund=True), settled(600), BillGap.AMOUNT_DIFFERS),
    ],
)
def test_each_line_is_compared_with_what_is_known_of_it(row, here, kind) -> None:
    known = {} if here is None else {(row.refund, row.number): here}
    gaps = gaps_between([row], known=known, paid_that_day={})
    assert [gap.kind for gap in gaps] == ([] if kind is None else [kind])
    # A refund and an order of one number are two things.
    crossed = {(not row.refund, row.number): here} if here else {}
    (gap,) = gaps_between([row], known=crossed, paid_that_day={})
    assert gap.kind is BillGap.UNKNOWN_HERE


def test_what_was_paid_and_is_not_on_the_bill_is_listed_last() -> None:
    row = billed("N-1", "tx", 1_500)
    paid = {"N-1": settled(), "N-2": settled(700, "ty")}
    (gap,) = gaps_between([row], known={(False, "N-1"): settled()}, paid_that_day=paid)
    assert (gap.kind, gap.number, gap.bill_fen, gap.here_fen) == (
        BillGap.MISSING_THERE,
        "N-2",
        None,
        700,
    )


@pytest.fixture
async def remote(small_city: SmallCity) -> Remote:
    """A merchant with one order that was paid today, and given back in part."""
    merchant = await build_merchant(small_city)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    remote = Remote(small_city, merchant, ReferenceProvider())
    await remote.pay(await remote.open("N-1"), 1_500)
    given = {"transaction_id": "tx-N-1", "number": "R-1", "amount_fen": 500, "reason": "退款"}
    await small_city.act(refund_order, merchant, **given)
    return remote


async def compared(remote: Remote, bills: ReferenceBills, day: date):
    return await as_platform(
        remote.city,
        compare_bill,
        provider=bills,
        tenant_id=remote.merchant.own_tenant,
        sub_mchid=SUB_MCHID,
        day=day,
    )


async def test_a_days_bill_is_compared_once_and_the_next_days_is_on_its_way(
    remote: Remote, admin
) -> None:
    day = local_day(remote.city.now)
    due = "select payload->>'day', not_before from outbox where topic = $1 order by id"
    (first,) = await admin.fetch(due, BILL_TOPIC)
    assert first[0] == day.isoformat()
    bills = ReferenceBills(
        {
            (SUB_MCHID, day): written(
                billed("N-1", "tx-N-1", 1_400),
                billed("R-1", "tx-N-1", 500, refund=True),
                billed("N-9", "tx-9", 100),
            )
        }
    )
    bill = await compared(remote, bills, day)
    assert (bill.payments, bill.payments_fen, bill.refunds_fen) == (2, 1_500, 500)
    assert (bill.paid_here, bill.paid_here_fen, bill.gaps) == (1, 1_500, 3)
    rows = await admin.fetch("select kind, refund, number from order_bill_gaps order by id")
    # The refund is on its way here: the provider has not said that it was given back.
    assert [tuple(row) for row in rows] == [
        ("AMOUNT_DIFFERS", False, "N-1"),
        ("NOT_SETTLED_HERE", True, "R-1"),
        ("UNKNOWN_HERE", False, "N-9"),
    ]
    assert [row[0] for row in await admin.fetch(due, BILL_TOPIC)] == [
        day.isoformat(),
        (day + timedelta(days=1)).isoformat(),
    ]
    before = await contents(admin)
    assert await compared(remote, bills, day) is None
    assert await changed(admin, before) == set()


async def test_a_day_without_payments_has_a_bill_of_nothing_and_a_missing_one_says_so(
    remote: Remote, admin
) -> None:
    day = local_day(remote.city.now)
    quiet = await compared(remote, ReferenceBills(), day + timedelta(days=1))
    assert (quiet.payments, quiet.paid_here, quiet.gaps) == (0, 0, 0)
    missing = await compared(remote, ReferenceBills(), day)
    assert (missing.payments, missing.paid_here, missing.gaps) == (0, 1, 1)
    with pytest.raises(ProviderUnavailable):
        await compared(
            remote,
            ReferenceBills({(SUB_MCHID, day - timedelta(days=1)): "x"}),
            day - timedelta(days=1),
        )
    assert await admin.fetchval("select count(*) from order_bills") == 2


async def test_two_at_once_compare_one(remote: Remote, admin) -> None:
    day = local_day(remote.city.now)
    both = await asyncio.gather(*(compared(remote, ReferenceBills(), day) for _ in range(2)))
    assert [one is None for one in both].count(True) == 1
    assert await admin.fetchval("select count(*) from order_bills") == 1


@pytest.fixture
async def differing(small_city: SmallCity):
    """A merchant's bill with one difference."""
    merchant = await build_merchant(small_city)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    day = local_day(small_city.now)
    bill = await as_platform(
        small_city,
        compare_bill,
        provider=ReferenceBills({(SUB_MCHID, day): written(billed("N-9", "tx-9", 1_234))}),
        tenant_id=merchant.own_tenant,
        sub_mchid=SUB_MCHID,
        day=day,
    )
    return merchant, bill


async def test_a_difference_is_explained_once_and_counts_as_open_until_then(
    small_city, differing, admin
) -> None:
    merchant, bill = differing
    gap_id = await admin.fetchval("select id from order_bill_gaps")

    async def open_bills() -> list[tuple[date, int]]:
        async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
            rows = await session.execute(bills_overseen(small_city.operator, open_only=True))
            return [(row[0].day, row[2]) for row in rows]

    assert await open_bills() == [(bill.day, 1)]
    for found in ("  ", "x" * (MAX_FOUND + 1)):
        async with nothing_written(admin):
            with pytest.raises(Invalid):
                await small_city.act(explain_gap, merchant, gap_id=gap_id, found=found)
    said = [
        small_city.act(explain_gap, merchant, gap_id=gap_id, found=f"店内另行收款 {number}")
        for number in range(2)
    ]
    first, second = await asyncio.gather(*said, return_exceptions=True)
    assert {type(first), type(second)} == {OrderBillGap, GapExplained}
    assert await open_bills() == []
    row = await admin.fetchrow("select found, found_by, found_at from order_bill_gaps")
    assert (row["found"][:6], row["found_by"]) == ("店内另行收款", merchant.staff_id)
    assert row["found_at"] == small_city.now


async def test_whose_bills_they_are_and_who_oversees_them(small_city, differing, admin) -> None:
    merchant, bill = differing
    rival = await build_merchant(small_city, TenantKind.ATTRACTION)
    gap_id = await admin.fetchval("select id from order_bill_gaps")
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await small_city.act(explain_gap, rival, gap_id=gap_id, found="x")
    helper = helper_of(small_city)
    for actor in (merchant, rival, helper):
        with pytest.raises(Forbidden):
            bills_overseen(actor)
    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        found = await bill_overseen(session, small_city.operator, bill.id)
        assert (found[0].id, found[2]) == (bill.id, 1)
        gaps = (await session.scalars(gaps_overseen(small_city.operator, bill.id))).all()
        assert [gap.number for gap in gaps] == ["N-9"]
