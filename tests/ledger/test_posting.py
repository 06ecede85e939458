"""Posting on the real database: what it writes, what it refuses and leaves as it was, holds, chains, dry runs."""

from datetime import timedelta

import pytest
from observing import nothing_written
from small_city import SmallCity
from small_ledger import SmallLedger, build_ledger, open_in

from suxin.kernel import performing
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, jobs, posting
from suxin.ledger.models import Phase, Side
from suxin.ledger.refusals import (
    AccountUnknown,
    AlreadyPosted,
    ExistsWithDifferentAmount,
    PendingAlreadyPosted,
    PendingAlreadyVoided,
    PendingExpired,
    TooManyTransfers,
    WouldCrossFloor,
)


@pytest.fixture
async def ledger(small_city: SmallCity) -> SmallLedger:
    return await build_ledger(small_city)


async def test_a_transfer_moves_both_its_accounts(ledger: SmallLedger) -> None:
    (posted,) = await ledger.post(ledger.fund_pool(100, reference="拨款 2026-1"))
    assert (posted.amount, posted.phase, posted.asset) == (100, Phase.SINGLE, "CNY")
    assert posted.effective_at == posted.recorded_at == ledger.city.now
    assert await ledger.sums(ledger.fund) == (100, 0, 0, 0)
    assert await ledger.sums(ledger.pool) == (0, 100, 0, 0)


async def test_the_same_transfer_once_more_is_the_same(ledger: SmallLedger) -> None:
    draft = ledger.fund_pool(100)
    first = await ledger.post(draft)
    again = await ledger.post(draft, now=ledger.city.now + timedelta(hours=1))
    assert again == first
    assert await ledger.sums(ledger.pool) == (0, 100, 0, 0)


async def test_the_same_id_with_another_amount_is_refused(ledger: SmallLedger, admin) -> None:
    draft = ledger.fund_pool(100)
    await ledger.post(draft)
    async with nothing_written(admin):
        with pytest.raises(ExistsWithDifferentAmount):
            await ledger.post(ledger.fund_pool(101, id=draft.id))


async def test_what_stands_together_falls_together_and_the_first_to_fall_is_named(
    ledger: SmallLedger, admin
) -> None:
    async with nothing_written(admin):
        with pytest.raises(WouldCrossFloor) as refused:
            await ledger.post(ledger.fund_pool(100), ledger.pay(60), ledger.pay(60))
    assert (refused.value.index, refused.value.field) == (2, "transfers.2")
    assert refused.value.facts == {"account": "pool.balance", "missing": 20}
    posted = await ledger.post(ledger.fund_pool(100), ledger.pay(60), ledger.pay(40))
    assert {one.chain_id for one in posted} == {posted[0].id}
    assert await ledger.sums(ledger.pool) == (100, 100, 0, 0)


async def test_part_of_a_chain_that_is_in_the_book_is_no_part_of_another(
    ledger: SmallLedger, admin
) -> None:
    known = ledger.fund_pool(100)
    await ledger.post(known)
    async with nothing_written(admin):
        with pytest.raises(AlreadyPosted) as refused:
            await ledger.post(ledger.pay(1), known)
    assert refused.value.index == 1


async def test_a_hold_sets_aside_and_posting_part_of_it_lets_the_rest_go(
    ledger: SmallLedger, admin
) -> None:
    held = ledger.hold(80)
    await ledger.post(ledger.fund_pool(100), held)
    assert await ledger.sums(ledger.pool) == (0, 100, 80, 0)
    async with nothing_written(admin):
        with pytest.raises(WouldCrossFloor):
            await ledger.post(ledger.pay(21))
    await ledger.post(drafts.post(new_id(), pending_id=held.id, amount=30, code="paid"))
    assert await ledger.sums(ledger.pool) == (30, 100, 0, 0)
    assert await ledger.sums(ledger.claims) == (0, 30, 0, 0)
    async with nothing_written(admin):
        with pytest.raises(PendingAlreadyPosted):
            await ledger.post(drafts.void(new_id(), pending_id=held.id, code="let_go"))


async def test_a_hold_may_be_made_and_ended_in_one_chain(ledger: SmallLedger) -> None:
    held = ledger.hold(80)
    end = drafts.void(new_id(), pending_id=held.id, code="let_go")
    await ledger.post(ledger.fund_pool(100), held, end)
    assert await ledger.sums(ledger.pool) == (0, 100, 0, 0)
    with pytest.raises(PendingAlreadyVoided):
        await ledger.post(drafts.post(new_id(), pending_id=held.id, code="paid"))


async def test_a_holds_time_is_over_at_its_moment_and_its_job_writes_that_down(
    ledger: SmallLedger, admin
) -> None:
    over = ledger.city.now + timedelta(hours=1)
    held = ledger.hold(80, expires_at=over)
    await ledger.post(ledger.fund_pool(100), held)
    with pytest.raises(PendingExpired):
        await ledger.post(drafts.post(new_id(), pending_id=held.id, code="paid"), now=over)
    assert await ledger.sums(ledger.pool) == (0, 100, 80, 0)
    (row,) = await admin.fetch(
        "select id, not_before from outbox where topic = $1", posting.EXPIRE_TOPIC
    )
    assert row["not_before"] == over
    assert await performing.perform(ledger.city.database, row["id"], jobs.handlers(), now=over)
    assert await ledger.sums(ledger.pool) == (0, 100, 0, 0)
    with pytest.raises(PendingExpired):
        await ledger.post(drafts.void(new_id(), pending_id=held.id, code="let_go"), now=over)


async def test_a_hold_that_has_ended_does_not_expire(ledger: SmallLedger, admin) -> None:
    over = ledger.city.now + timedelta(hours=1)
    held = ledger.hold(80, expires_at=over)
    await ledger.post(ledger.fund_pool(100), held)
    await ledger.post(drafts.post(new_id(), pending_id=held.id, code="paid"))
    row = await admin.fetchval("select id from outbox where topic = $1", posting.EXPIRE_TOPIC)
    assert await performing.perform(ledger.city.database, row, jobs.handlers(), now=over)
    assert await ledger.sums(ledger.pool) == (80, 100, 0, 0)


async def test_a_dry_run_says_what_would_be_and_writes_nothing(ledger: SmallLedger, admin) -> None:
    city = ledger.city

    async def tried(*transfers: drafts.TransferDraft):
        async with city.database.transaction(city.operator, now=city.now) as session:
            return await posting.try_posting(
                session, book=ledger.book, transfers=transfers, now=city.now
            )

    async with nothing_written(admin):
        given = [ledger.fund_pool(100), ledger.hold(40, expires_at=city.now + timedelta(days=1))]
        assert [one.id for one in await tried(*given)] == [one.id for one in given]
        with pytest.raises(WouldCrossFloor):
            await tried(ledger.fund_pool(100), ledger.pay(101))


async def test_each_of_many_chains_is_taken_or_refused_by_itself(ledger: SmallLedger) -> None:
    city = ledger.city
    chains = [
        [ledger.pay(1)],
        [ledger.fund_pool(100), ledger.pay(30)],
        [ledger.pay(50), ledger.pay(21)],
        [ledger.pay(70)],
    ]
    async with city.database.transaction(city.operator, now=city.now) as session:
        answers = await posting.post_each(session, book=ledger.book, chains=chains, now=city.now)
    assert isinstance(answers[0], WouldCrossFloor)
    assert isinstance(answers[2], WouldCrossFloor)
    assert answers[2].index == 1
    assert [len(answers[place]) for place in (1, 3)] == [2, 1]
    assert await ledger.sums(ledger.pool) == (100, 100, 0, 0)


async def test_what_was_posted_is_reversed_by_a_transfer_of_its_own(ledger: SmallLedger) -> None:
    paid = ledger.pay(40)
    await ledger.post(ledger.fund_pool(100), paid)
    (back,) = await ledger.post(drafts.reverse(new_id(), reverses_id=paid.id, code="reversal"))
    assert (back.debit_account_id, back.credit_account_id) == (ledger.claims, ledger.pool)
    assert back.amount == 40
    assert await ledger.sums(ledger.pool) == (40, 140, 0, 0)


async def test_an_account_is_recorded_in_the_order_in_which_it_moved(ledger: SmallLedger) -> None:
    ahead = ledger.city.now + timedelta(minutes=5)
    await ledger.post(ledger.fund_pool(100), now=ahead)
    (late,) = await ledger.post(ledger.pay(1))
    assert late.recorded_at == ahead


async def test_another_tenant_reaches_nothing_of_a_book(ledger: SmallLedger, admin) -> None:
    """Whoever posts as somebody else finds no account there, whichever book he names."""
    city = ledger.city
    officer = city.banks[0].officer
    own = await open_in(city, officer, "own", Side.DEBIT, floor=None)
    held = ledger.hold(5)
    await ledger.post(ledger.fund_pool(10), held)
    async with nothing_written(admin):
        for book in (ledger.book, officer.own_tenant):
            for draft in (
                ledger.pay(1),
                drafts.move(new_id(), debit=own.id, credit=ledger.pool, amount=1, code="x"),
                drafts.post(new_id(), pending_id=held.id, code="x"),
            ):
                with pytest.raises(Exception, match="The book has no such") as refused:
                    await ledger.post(draft, actor=officer, book=book)
                assert refused.value.kind.value == "not_found"
        for outsider in (city.applicant, Actor.anonymous("test")):
            with pytest.raises(AccountUnknown):
                await ledger.post(ledger.pay(1), actor=outsider)


async def test_no_more_are_taken_at_once_than_one_statement_writes(ledger: SmallLedger) -> None:
    with pytest.raises(TooManyTransfers):
        await ledger.post(*[ledger.fund_pool(1)] * (posting.MAX_TRANSFERS + 1))
    assert await ledger.post() == []
