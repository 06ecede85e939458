"""What a tenant's people do about its book, and what they read of it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from observing import acts, nothing_written
from small_city import SmallCity
from small_ledger import SmallLedger, build_ledger

from suxin.kernel.ids import new_id
from suxin.ledger import drafts, queries
from suxin.ledger.accounts import AccountDraft, opened_once
from suxin.ledger.commands import (
    change_limits,
    close_account,
    close_period,
    open_account,
    post_transfers,
)
from suxin.ledger.models import CNY, MAX_CODE, Side
from suxin.ledger.refusals import (
    AccountClosed,
    AccountCodeTaken,
    AccountNotEmpty,
    AssetUnknown,
    CodeMalformed,
    LimitsCrossed,
    PeriodAlreadyClosed,
    PeriodClosed,
    PeriodNotOver,
    WouldCrossCeiling,
    WouldCrossFloor,
)

DAY = timedelta(days=1)


@pytest.fixture
async def ledger(small_city: SmallCity) -> SmallLedger:
    return await build_ledger(small_city)


def draft(**changes: object) -> AccountDraft:
    values: dict[str, object] = {
        "code": "incentive.2026",
        "name": "激励资金",
        "asset": CNY,
        "normal_side": Side.CREDIT,
        **changes,
    }
    return AccountDraft(**values)  # type: ignore[arg-type] # a test's own changes


async def read(ledger: SmallLedger, query, **given):
    city = ledger.city
    async with city.database.snapshot(city.operator, now=city.now) as session:
        return await query(session, city.operator, **given)


async def test_an_account_begins_empty_in_ones_own_book(ledger: SmallLedger, admin) -> None:
    city = ledger.city
    account = await city.act(open_account, city.operator, draft=draft(ceiling=500))
    kept = await ledger.account(account.id)
    assert (kept.tenant_id, kept.code, kept.name) == (ledger.book, "incentive.2026", "激励资金")
    assert (kept.floor, kept.ceiling, kept.closed_before) == (0, 500, None)
    assert await ledger.sums(account.id) == (0, 0, 0, 0)
    assert await acts(admin, "ledger.") == ["ledger.account.opened"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"code": "Pool"}, CodeMalformed),
        ({"code": "x" * (MAX_CODE + 1)}, CodeMalformed),
        ({"code": "pool.balance"}, AccountCodeTaken),
        ({"asset": "USD"}, AssetUnknown),
        ({"asset": "POINT:"}, AssetUnknown),
        ({"asset": "POINT:a\n"}, AssetUnknown),
        ({"floor": 1}, LimitsCrossed),
        ({"ceiling": -1}, LimitsCrossed),
    ],
)
async def test_an_account_that_cannot_be_is_refused(
    ledger: SmallLedger, admin, changes, kind
) -> None:
    async with nothing_written(admin):
        with pytest.raises(kind):
            await ledger.city.act(open_account, ledger.city.operator, draft=draft(**changes))


async def test_limits_change_within_what_the_account_has(ledger: SmallLedger, admin) -> None:
    city = ledger.city
    await ledger.post(ledger.fund_pool(100), ledger.hold(40))

    async def limit(floor: int | None, ceiling: int | None) -> None:
        given = {"account_id": ledger.pool, "floor": floor, "ceiling": ceiling}
        await city.act(change_limits, city.operator, **given)

    async with nothing_written(admin):
        for floor, ceiling, kind in (
            (61, None, WouldCrossFloor),
            (None, 99, WouldCrossCeiling),
            (11, 10, LimitsCrossed),
        ):
            with pytest.raises(kind):
                await limit(floor, ceiling)
    await limit(60, 100)
    kept = await ledger.account(ledger.pool)
    assert (kept.floor, kept.ceiling) == (60, 100)
    with pytest.raises(WouldCrossFloor):
        await ledger.post(ledger.pay(1))
    await limit(None, None)
    await ledger.post(ledger.pay(500))


async def test_an_account_is_closed_empty_and_stays_closed(ledger: SmallLedger, admin) -> None:
    city = ledger.city
    given = {"account_id": ledger.pool}
    held = ledger.hold(1)
    await ledger.post(ledger.fund_pool(1), held)
    with pytest.raises(AccountNotEmpty):
        await city.act(close_account, city.operator, **given)
    await ledger.post(drafts.void(new_id(), pending_id=held.id, code="x"))
    with pytest.raises(AccountNotEmpty):
        await city.act(close_account, city.operator, **given)
    await ledger.post(ledger.pay(1))
    await city.act(close_account, city.operator, **given)
    async with nothing_written(admin):
        with pytest.raises(AccountClosed):
            await city.act(close_account, city.operator, **given)
        with pytest.raises(AccountClosed):
            await city.act(change_limits, city.operator, **given, floor=None, ceiling=None)
        with pytest.raises(AccountClosed):
            await ledger.post(ledger.fund_pool(1))


async def test_transfers_by_hand_are_posted_together_and_on_record(
    ledger: SmallLedger, admin
) -> None:
    city = ledger.city
    given = [ledger.fund_pool(100), ledger.pay(40)]
    posted = await city.act(post_transfers, city.operator, transfers=given)
    assert [one.amount for one in posted] == [100, 40]
    assert await city.act(post_transfers, city.operator, transfers=[]) == []
    assert await acts(admin, "ledger.transfers") == ["ledger.transfers.posted"]


async def test_a_closed_period_takes_nothing_and_what_was_wrong_is_reversed_now(
    ledger: SmallLedger, admin
) -> None:
    city = ledger.city
    paid = ledger.pay(40, effective_at=city.now - 2 * DAY)
    await ledger.post(ledger.fund_pool(100, effective_at=city.now - 3 * DAY), paid)
    closed = city.now - DAY
    await city.act(close_period, city.operator, closed_before=closed)
    opened = await city.act(open_account, city.operator, draft=draft())
    assert opened.closed_before == closed
    async with nothing_written(admin):
        for late in (
            ledger.pay(1, effective_at=closed - DAY),
            ledger.fund_pool(1, effective_at=closed - DAY),
        ):
            with pytest.raises(PeriodClosed):
                await ledger.post(late)
        with pytest.raises(PeriodAlreadyClosed):
            await city.act(close_period, city.operator, closed_before=closed)
        with pytest.raises(PeriodNotOver):
            await city.act(close_period, city.operator, closed_before=city.now + DAY)
    await ledger.post(ledger.pay(1, effective_at=closed))
    (back,) = await ledger.post(drafts.reverse(new_id(), reverses_id=paid.id, code="reversal"))
    assert back.effective_at == city.now


async def test_a_balance_is_known_at_every_pair_of_times(ledger: SmallLedger) -> None:
    """What counted when, by what was known when: 100 came at noon of day 0, and was written down on day 1."""
    start = ledger.city.now

    def day(number: int):
        return start + number * DAY

    held = ledger.hold(30)
    await ledger.post(ledger.fund_pool(100, effective_at=start), now=day(1))
    await ledger.post(held, now=day(2))
    await ledger.post(
        ledger.pay(10, effective_at=start),
        drafts.post(new_id(), pending_id=held.id, amount=20, code="paid"),
        now=day(3),
    )

    async def then(effective: int, recorded: int, account_id=ledger.pool) -> tuple[int, int, int]:
        had = await read(
            ledger,
            queries.balance_at,
            account_id=account_id,
            effective_at=day(effective),
            recorded_at=day(recorded),
        )
        assert had.available == had.balance - had.held_out
        return had.balance, had.held_out, had.held_in

    assert await then(3, 0) == (0, 0, 0)
    assert await then(-1, 3) == (0, 0, 0)
    assert await then(0, 1) == (100, 0, 0)
    assert await then(1, 2) == (100, 30, 0)
    assert await then(0, 3) == (90, 0, 0)
    assert await then(2, 3) == (90, 0, 0)
    assert await then(3, 2) == (100, 30, 0)
    assert await then(3, 3) == (70, 0, 0)
    assert await then(3, 2, ledger.claims) == (0, 0, 30)
    assert await then(3, 3, ledger.claims) == (30, 0, 0)
    assert await then(3, 3, ledger.fund) == (100, 0, 0)


async def test_a_book_adds_up_and_says_where_it_does_not(ledger: SmallLedger, admin) -> None:
    held = ledger.hold(40)
    await ledger.post(ledger.fund_pool(100), held, ledger.hold(5))
    await ledger.post(drafts.post(new_id(), pending_id=held.id, amount=10, code="paid"))
    assert await read(ledger, queries.trial_balance) == [
        queries.TrialBalance(asset=CNY, accounts=3, posted_debits=110, posted_credits=110),
        queries.TrialBalance(asset="POINT:village", accounts=1, posted_debits=0, posted_credits=0),
    ]
    assert await read(ledger, queries.drifted_accounts) == []
    await admin.execute("set session_replication_role = replica")
    for column in ("posted_debits", "posted_credits", "pending_debits", "pending_credits"):
        change = f"update ledger_accounts set {column} = {column} + $2 where id = $1"  # noqa: S608 - our own words
        await admin.execute(change, ledger.pool, 1)
        assert [one.id for one in await read(ledger, queries.drifted_accounts)] == [ledger.pool]
        await admin.execute(change, ledger.pool, -1)


async def test_a_context_above_finds_its_account_and_the_end_of_its_hold(
    ledger: SmallLedger,
) -> None:
    city, held = ledger.city, ledger.hold(5)
    await ledger.post(ledger.fund_pool(5), held)
    async with city.database.snapshot(city.operator, now=city.now) as session:
        account = await queries.account_by_code(session, book=ledger.book, code="pool.balance")
        assert account is not None
        assert account.id == ledger.pool
        assert await queries.hold_end(session, book=ledger.book, pending_id=held.id) is None
        listed = (
            await session.scalars(queries.own_transfers(city.operator, account_id=ledger.claims))
        ).all()
        assert [one.id for one in listed] == [held.id]
    (end,) = await ledger.post(drafts.void(new_id(), pending_id=held.id, code="x"))
    async with city.database.snapshot(city.operator, now=city.now) as session:
        found = await queries.hold_end(session, book=ledger.book, pending_id=held.id)
        assert found is not None
        assert found.id == end.id


async def test_of_two_who_want_an_account_at_once_both_have_the_one(ledger: SmallLedger) -> None:
    city = ledger.city

    async def opened() -> UUID:
        async with city.database.transaction(city.operator, now=city.now) as session:
            account = await opened_once(session, book=ledger.book, draft=draft(), now=city.now)
            await asyncio.sleep(0.05)
            return account.id

    assert len({*await asyncio.gather(opened(), opened(), opened())}) == 1
