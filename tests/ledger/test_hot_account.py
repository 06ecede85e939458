"""Many writers at once: on one pool, on each other's accounts, and while limits and periods change under them."""

import asyncio
import random
from datetime import timedelta

import pytest
from small_city import SmallCity
from small_ledger import SmallLedger, build_ledger, open_in

from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting
from suxin.ledger.commands import close_period
from suxin.ledger.models import Side
from suxin.ledger.refusals import (
    PendingAlreadyPosted,
    PendingAlreadyVoided,
    PeriodClosed,
    PostingRefused,
    WouldCrossFloor,
)

WRITERS = 32
EACH = 6


@pytest.fixture
async def ledger(small_city: SmallCity, city) -> SmallLedger:
    return await build_ledger(small_city)


@pytest.fixture
async def crowd(city):
    """As many connections as there are writers."""
    database = Database.connect(city.app, pool_size=WRITERS)
    yield database
    await database.close()


async def posted(ledger: SmallLedger, crowd: Database, *transfers) -> object:
    """Post without trying again: a deadlock is an error, and a refusal an answer."""
    city = ledger.city
    try:
        async with crowd.transaction(city.operator, now=city.now) as session:
            return await posting.post(session, book=ledger.book, transfers=transfers, now=city.now)
    except PostingRefused as refusal:
        return refusal


async def test_32_writers_take_exactly_what_the_pool_has(ledger, crowd) -> None:
    """No deadlock, nobody refused while there is enough, and nobody served when there is not."""
    enough = WRITERS * EACH // 2
    await ledger.post(ledger.fund_pool(enough))

    async def writer() -> list[object]:
        return [await posted(ledger, crowd, ledger.pay(1)) for _ in range(EACH)]

    answers = [
        one for some in await asyncio.gather(*(writer() for _ in range(WRITERS))) for one in some
    ]
    refused = [one for one in answers if isinstance(one, WouldCrossFloor)]
    assert len(answers) - len(refused) == enough
    assert len(refused) == enough
    assert await ledger.sums(ledger.pool) == (enough, enough, 0, 0)
    assert await ledger.sums(ledger.claims) == (0, enough, 0, 0)


async def test_writers_between_all_accounts_in_any_order_never_deadlock(ledger, crowd) -> None:
    city = ledger.city
    accounts = [
        (await open_in(city, city.operator, f"any.n{n}", Side.CREDIT, floor=None)).id
        for n in range(5)
    ]
    dice = random.Random(1)  # noqa: S311 - no secret

    def chain() -> list[drafts.TransferDraft]:
        pairs = [dice.sample(accounts, 2) for _ in range(3)]
        return [
            drafts.move(new_id(), debit=one, credit=other, amount=1, code="any")
            for one, other in pairs
        ]

    async def writer() -> list[object]:
        return [await posted(ledger, crowd, *chain()) for _ in range(EACH)]

    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    sums = [await ledger.sums(one) for one in accounts]
    assert sum(one[0] for one in sums) == sum(one[1] for one in sums) == WRITERS * EACH * 3


async def test_one_hold_and_one_id_have_one_outcome_among_many_writers(ledger, crowd) -> None:
    held, same = ledger.hold(10), ledger.pay(5)
    await ledger.post(ledger.fund_pool(100), held)
    ends = [
        (drafts.post if number % 2 else drafts.void)(new_id(), pending_id=held.id, code="x")
        for number in range(WRITERS // 2)
    ]
    tries = [posted(ledger, crowd, one) for one in [*ends, *[same] * (WRITERS // 2)]]
    answers = await asyncio.gather(*tries)
    ended = [one for one in answers[: len(ends)] if not isinstance(one, PostingRefused)]
    assert len(ended) == 1
    refused = {type(one) for one in answers[: len(ends)] if isinstance(one, PostingRefused)}
    assert refused in ({PendingAlreadyPosted}, {PendingAlreadyVoided})
    assert [one[0].id for one in answers[len(ends) :]] == [same.id] * (WRITERS // 2)
    assert (await ledger.sums(ledger.claims))[1] in (5, 15)


async def test_nothing_slips_into_a_period_while_it_is_closed(ledger, crowd, admin) -> None:
    city = ledger.city
    closed = city.now - timedelta(days=1)
    late = closed - timedelta(hours=1)

    async def writer() -> object:
        return await posted(ledger, crowd, ledger.fund_pool(1, effective_at=late))

    async def closer() -> None:
        await city.act(close_period, city.operator, closed_before=closed)

    answers = await asyncio.gather(
        *(writer() for _ in range(10)), closer(), *(writer() for _ in range(20))
    )
    taken = [one for one in answers if one is not None and not isinstance(one, PostingRefused)]
    assert all(isinstance(one, PeriodClosed) for one in answers if isinstance(one, PostingRefused))
    assert (await ledger.sums(ledger.pool))[1] == len(taken)
    assert isinstance(await writer(), PeriodClosed)
