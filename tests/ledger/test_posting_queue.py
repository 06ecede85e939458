"""The posting queue: single callers share a transaction, and each has his own answer."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from observing import nothing_written
from small_city import SmallCity
from small_ledger import SmallLedger, build_ledger, open_in
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting_queue
from suxin.ledger.commands import close_period
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import Phase, Side
from suxin.ledger.posting import MAX_TRANSFERS
from suxin.ledger.posting_queue import PostingQueue
from suxin.ledger.refusals import (
    AccountUnknown,
    ExistsWithDifferentAmount,
    PendingAlreadyPosted,
    PendingAlreadyVoided,
    PendingUnknown,
    PeriodClosed,
    PostingRefused,
    PostingsWaiting,
    TooManyTransfers,
    WouldCrossFloor,
)

WRITERS = 32
EACH = 6


@pytest.fixture
async def ledger(small_city: SmallCity, city) -> SmallLedger:
    return await build_ledger(small_city)


@pytest.fixture
async def queue(ledger: SmallLedger, commits: list[int]):
    queue = PostingQueue(ledger.city.database)
    yield queue
    await queue.close()


async def handed_in(
    queue: PostingQueue, ledger: SmallLedger, *transfers: TransferDraft, **given: Any
) -> Any:
    """Hand in a chain; a refusal is an answer."""
    asked = {"book": ledger.book, "now": ledger.city.now, **given}
    try:
        return await queue.post(
            asked.pop("actor", ledger.city.operator), transfers=transfers, **asked
        )
    except PostingRefused as refusal:
        return refusal


async def together(queue: PostingQueue, ledger: SmallLedger, *chains: Any) -> list[Any]:
    """Hand in chains at once, each by a caller of its own."""
    return await asyncio.gather(*(handed_in(queue, ledger, *chain) for chain in chains))


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many callers were served by each transaction of the queue."""
    served: list[int] = []
    posted = PostingQueue._posted

    async def noted(queue: PostingQueue, line: Any, callers: Any) -> Any:
        served.append(len(callers))
        return await posted(queue, line, callers)

    monkeypatch.setattr(PostingQueue, "_posted", noted)
    return served


async def test_who_waits_together_is_served_together_and_answered_by_himself(
    ledger, queue, commits
) -> None:
    (funded,) = await handed_in(queue, ledger, ledger.fund_pool(100))
    assert (funded.amount, funded.phase) == (100, Phase.SINGLE)
    chains = [
        [ledger.pay(30)],
        [ledger.pay(50), ledger.pay(21)],
        [ledger.pay(70)],
        [ledger.pay(1)],
    ]
    answers = await together(queue, ledger, *chains)
    assert commits == [1, 4]
    assert [one.id for one in (*answers[0], *answers[2])] == [chains[0][0].id, chains[2][0].id]
    assert [(type(answers[place]), answers[place].index) for place in (1, 3)] == [
        (WouldCrossFloor, 1),
        (WouldCrossFloor, 0),
    ]
    assert await ledger.sums(ledger.pool) == (100, 100, 0, 0)
    assert await handed_in(queue, ledger) == []


async def test_the_same_once_more_is_answered_as_it_is_also_within_one_batch(ledger, queue) -> None:
    same = ledger.fund_pool(100)
    other = drafts.move(same.id, debit=ledger.fund, credit=ledger.pool, amount=9, code=same.code)
    first, again, different = await together(queue, ledger, [same], [same], [other])
    assert again == first == await handed_in(queue, ledger, same)
    assert isinstance(different, ExistsWithDifferentAmount)
    assert isinstance(await handed_in(queue, ledger, other), ExistsWithDifferentAmount)
    assert await ledger.sums(ledger.pool) == (0, 100, 0, 0)


async def test_holds_their_ends_and_reversals_go_through_the_queue(ledger, queue, admin) -> None:
    over = ledger.city.now + timedelta(days=1)
    held, paid = ledger.hold(40, expires_at=over), ledger.pay(5)
    await together(queue, ledger, [ledger.fund_pool(100)], [held], [paid])
    assert await admin.fetchval("select count(*) from outbox where not_before = $1", over) == 1
    ends = [
        [drafts.post(new_id(), pending_id=held.id, code="x", amount=30)],
        [drafts.void(new_id(), pending_id=held.id, code="x")],
        [drafts.reverse(new_id(), reverses_id=paid.id, code="x")],
        [drafts.post(new_id(), pending_id=new_id(), code="x")],
    ]
    (posted,), voided, (back,), unknown = await together(queue, ledger, *ends)
    assert (posted.amount, posted.pending_amount, back.amount) == (30, 40, 5)
    assert (type(voided), type(unknown)) == (PendingAlreadyPosted, PendingUnknown)
    assert await ledger.sums(ledger.pool) == (35, 105, 0, 0)
    assert isinstance(await handed_in(queue, ledger, *ends[1]), PendingAlreadyPosted)


async def test_each_is_judged_as_of_his_own_moment(ledger, queue) -> None:
    now = ledger.city.now
    held = ledger.hold(40, expires_at=now + timedelta(hours=1))
    await handed_in(queue, ledger, ledger.fund_pool(100), held)
    later = now + timedelta(hours=2)
    ended, moved = await asyncio.gather(
        handed_in(queue, ledger, drafts.post(new_id(), pending_id=held.id, code="x"), now=now),
        handed_in(queue, ledger, ledger.pay(1), now=later),
    )
    assert (ended[0].recorded_at, moved[0].recorded_at) == (now, later)


async def test_another_tenant_reaches_nothing_and_is_never_in_the_same_transaction(
    ledger, queue, commits, admin
) -> None:
    city = ledger.city
    officer = city.banks[0].officer
    own = await open_in(city, officer, "own", Side.DEBIT, floor=None)
    held = ledger.hold(5)
    await handed_in(queue, ledger, ledger.fund_pool(10), held)
    commits.clear()
    across = drafts.move(new_id(), debit=own.id, credit=ledger.pool, amount=1, code="x")
    end = drafts.post(new_id(), pending_id=held.id, code="x")
    async with nothing_written(admin):
        answers = await asyncio.gather(
            *(
                handed_in(queue, ledger, draft, actor=actor, book=book)
                for actor in (officer, city.applicant, Actor.anonymous("test"))
                for book in (ledger.book, officer.own_tenant)
                for draft in (ledger.pay(1), across, end)
            )
        )
    assert {type(one) for one in answers} == {AccountUnknown, PendingUnknown}
    # The callers of one tenant and book together, whoever of its people they are; nobody else with them.
    assert commits == [3] * 6


async def test_what_the_database_refuses_for_one_is_his_alone(ledger, queue, commits) -> None:
    """A NUL is in no rule and in no text of PostgreSQL."""
    await handed_in(queue, ledger, ledger.fund_pool(100))
    bad = ledger.pay(1, reference="\0")
    answers = await asyncio.gather(
        *(handed_in(queue, ledger, one) for one in (ledger.pay(2), bad, ledger.pay(3))),
        return_exceptions=True,
    )
    assert isinstance(answers[1], DBAPIError)
    assert [answers[place][0].amount for place in (0, 2)] == [2, 3]
    assert commits == [1, 3]
    assert await ledger.sums(ledger.claims) == (0, 5, 0, 0)


async def test_a_lost_connection_leaves_nothing_half_written_and_the_ids_tell(
    ledger, queue, admin
) -> None:
    """All wait for a lock; the server ends the queue's connection; the same once more is posted once."""
    await handed_in(queue, ledger, ledger.fund_pool(100))
    chains = [[ledger.pay(1), ledger.pay(2)] for _ in range(4)]
    locker = admin.transaction()
    await locker.start()
    await admin.execute("select from ledger_accounts where id = $1 for update", ledger.pool)
    waiting = [asyncio.create_task(handed_in(queue, ledger, *chain)) for chain in chains]
    ended = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    while not await admin.fetch(ended):
        await asyncio.sleep(0.01)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    await locker.rollback()
    assert all(isinstance(one, DBAPIError) for one in answers)
    assert await ledger.sums(ledger.claims) == (0, 0, 0, 0)
    again = await together(queue, ledger, *chains)
    assert again == await together(queue, ledger, *chains)
    assert await ledger.sums(ledger.claims) == (0, 12, 0, 0)


async def test_when_the_server_is_gone_everybody_is_told_at_once(ledger, queue, commits) -> None:
    """Nobody's transfers are to blame, and so nobody's are tried once more by themselves."""
    nowhere = PostingQueue(Database.connect("postgresql://nobody@127.0.0.1:1/nothing"))
    answers = await asyncio.gather(
        *(handed_in(nowhere, ledger, ledger.pay(1)) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(one, OSError) for one in answers)
    assert commits == [3]
    await nowhere.close()


async def test_who_stops_waiting_before_his_turn_has_posted_nothing(ledger, queue, admin) -> None:
    await handed_in(queue, ledger, ledger.fund_pool(100))
    locker = admin.transaction()
    await locker.start()
    await admin.execute("select from ledger_accounts where id = $1 for update", ledger.pool)
    served = asyncio.create_task(handed_in(queue, ledger, ledger.pay(1)))
    await asyncio.sleep(0.05)
    gone, stays = (
        asyncio.create_task(handed_in(queue, ledger, ledger.pay(amount))) for amount in (10, 20)
    )
    await asyncio.sleep(0)
    assert queue.waiting == 2
    gone.cancel()
    # His turn has come: what he asked for is posted, whether he hears of it or not.
    served.cancel()
    await locker.rollback()
    assert (await stays)[0].amount == 20
    for left in (gone, served):
        with suppress(asyncio.CancelledError):
            await left
        assert left.cancelled()
    assert await ledger.sums(ledger.claims) == (0, 21, 0, 0)


async def test_no_more_wait_than_a_process_takes(ledger, queue, monkeypatch, admin) -> None:
    monkeypatch.setattr(posting_queue, "MAX_WAITING", 3)
    monkeypatch.setattr(posting_queue, "MAX_TOGETHER", 2)
    answers = await asyncio.gather(
        *(handed_in(queue, ledger, ledger.fund_pool(1)) for _ in range(5)), return_exceptions=True
    )
    assert [isinstance(one, PostingsWaiting) for one in answers] == [False] * 3 + [True] * 2
    assert await ledger.sums(ledger.pool) == (0, 3, 0, 0)
    async with nothing_written(admin):
        with pytest.raises(TooManyTransfers):
            await handed_in(queue, ledger, *[ledger.fund_pool(1)] * (MAX_TRANSFERS + 1))


async def test_a_batch_has_no_more_transfers_than_one_statement_writes(
    ledger, queue, commits, monkeypatch
) -> None:
    monkeypatch.setattr(posting_queue, "MAX_TRANSFERS", 3)
    pairs = [[ledger.fund_pool(1), ledger.fund_pool(1)] for _ in range(3)]
    await together(queue, ledger, *pairs)
    assert commits == [1, 1, 1]


async def test_32_writers_of_two_processes_take_exactly_what_the_pool_has(ledger, city) -> None:
    """Two queues, as two processes have, and sessions beside them: nobody refused while there is enough."""
    database = Database.connect(city.app, pool_size=4)
    queues = [PostingQueue(ledger.city.database), PostingQueue(database)]
    enough = WRITERS * EACH // 2
    await ledger.post(ledger.fund_pool(enough))
    try:

        async def writer(number: int) -> list[object]:
            queue = queues[number % 2]
            return [await handed_in(queue, ledger, ledger.pay(1)) for _ in range(EACH)]

        some = await asyncio.gather(*(writer(number) for number in range(WRITERS)))
        held = ledger.hold(5)
        await ledger.post(ledger.fund_pool(5), held)
        ends = [
            (drafts.post if number % 2 else drafts.void)(new_id(), pending_id=held.id, code="x")
            for number in range(8)
        ]
        ended = await asyncio.gather(
            *(handed_in(queues[number // 4], ledger, end) for number, end in enumerate(ends))
        )
    finally:
        for queue in queues:
            await queue.close()
        await database.close()
    answers = [one for each in some for one in each]
    refused = [one for one in answers if isinstance(one, WouldCrossFloor)]
    assert (len(refused), len(answers) - len(refused)) == (enough, enough)
    assert len([one for one in ended if not isinstance(one, PostingRefused)]) == 1
    said = {type(one) for one in ended if isinstance(one, PostingRefused)}
    assert said in ({PendingAlreadyPosted}, {PendingAlreadyVoided})


async def test_nothing_slips_into_a_period_while_it_is_closed(ledger, queue) -> None:
    city = ledger.city
    closed = city.now - timedelta(days=1)
    late = closed - timedelta(hours=1)

    async def writer() -> Any:
        return await handed_in(queue, ledger, ledger.fund_pool(1, effective_at=late))

    async def closer() -> None:
        await city.act(close_period, city.operator, closed_before=closed)

    answers = await asyncio.gather(*(writer() for _ in range(5)), closer(), *(writer() for _ in range(10)))  # fmt: skip
    refused = [one for one in answers if isinstance(one, PostingRefused)]
    assert all(isinstance(one, PeriodClosed) for one in refused)
    assert (await ledger.sums(ledger.pool))[1] == len(answers) - 1 - len(refused)
    assert isinstance(await writer(), PeriodClosed)
