"""Budgets: what fits, what is given back, how long one waits, and that an outage lets everything through."""

import asyncio

import pytest
import structlog.testing
from redis.asyncio import Redis

from suxin_web import budgets as module
from suxin_web.budget_size import Budget
from suxin_web.budgets import FITTED, OPERATIONS, REFUSED, UNCOUNTED, Budgets

SLOW = Budget(size=100, restored_per_second=1)
"""So slow that a test does not see it restored."""


@pytest.fixture
async def broker(valkey):
    async with Redis.from_url(valkey.url) as broker:
        await broker.flushdb()
        yield broker


@pytest.fixture
async def budgets(valkey, broker):
    budgets = Budgets.connect(valkey.url, SLOW)
    yield budgets
    await budgets.close()


async def pass_time(broker, seconds):
    """Let time go by for the one bucket there is: it will be full that much sooner."""
    (key,) = await broker.keys("budget:*")
    await broker.set(key, str(int(await broker.get(key)) - seconds * 1_000_000), px=3_600_000)


async def test_a_bucket_holds_its_size_and_refuses_what_does_not_fit(budgets):
    taken = await budgets.take("a", 60)
    assert (taken.fits, taken.available, taken.wait_s) == (True, 40, 0)
    refused = await budgets.take("a", 61)
    assert (refused.fits, refused.available) == (False, 40)
    # Twenty-one points are missing, and one comes back each second.
    assert 20 <= refused.wait_s <= 21
    # What was refused took nothing.
    assert (await budgets.take("a", 40)).fits


async def test_it_fills_again_at_its_rate_and_no_further_than_its_size(budgets, broker):
    await budgets.take("a", 100)
    assert not (await budgets.take("a", 10)).fits
    await pass_time(broker, 30)
    assert (await budgets.take("a", 30)).fits
    await pass_time(broker, 3_000)
    assert (await budgets.take("a", 1)).available == 99


async def test_callers_have_buckets_of_their_own(budgets):
    await budgets.take("a", 100)
    assert not (await budgets.take("a", 1)).fits
    assert (await budgets.take("b", 100)).fits


async def test_what_is_given_back_is_there_a_moment_later(budgets):
    await budgets.take("a", 100)
    budgets.give_back("a", 30)
    budgets.give_back("a", 10)
    async with asyncio.timeout(5):
        while (found := await budgets.take("a", 39)) and not found.fits:
            await asyncio.sleep(module.RETURN_DELAY_S)
    assert found.available in (1, 2)


async def test_more_than_was_taken_cannot_be_given_back(budgets):
    await budgets.take("a", 10)
    budgets.give_back("a", 50)
    await budgets.return_owed()
    assert (await budgets.take("a", 0)).available == 100


async def test_processes_share_the_buckets(budgets, valkey):
    other = Budgets.connect(valkey.url, SLOW)
    await budgets.take("a", 100)
    assert not (await other.take("a", 1)).fits
    other.give_back("a", 50)
    await other.close()
    assert (await budgets.take("a", 50)).fits


async def test_callers_are_not_named_in_valkey_and_nothing_is_kept_for_long(budgets, broker):
    await budgets.take("tenant:client", 50)
    (key,) = await broker.keys("budget:*")
    assert b"tenant" not in key
    assert 49_000 <= await broker.pttl(key) <= 51_000


async def test_at_once_as_much_fits_as_the_bucket_holds(budgets):
    taken = await asyncio.gather(*(budgets.take("a", 10) for _ in range(30)))
    assert sum(one.fits for one in taken) == 10


async def test_without_valkey_everything_fits_and_is_counted(monkeypatch):
    away = Budgets.connect("redis://127.0.0.1:1/0", SLOW)
    before = OPERATIONS.copy()
    with structlog.testing.capture_logs() as logged:
        for _ in range(5):
            taken = await away.take("a", 99)
            assert (taken.fits, taken.available) == (True, None)
    # The outage is logged once, and Valkey left alone for a moment.
    assert [entry["event"] for entry in logged] == ["budgets without valkey"]
    assert OPERATIONS - before == {UNCOUNTED: 5}
    away.give_back("a", 10)
    await away.close()


async def test_answers_are_counted(budgets):
    before = OPERATIONS.copy()
    await budgets.take("a", 100)
    await budgets.take("a", 100)
    assert OPERATIONS - before == {FITTED: 1, REFUSED: 1}


@pytest.fixture
def waits(monkeypatch):
    """How long refusals were kept back; none of it is really waited."""
    kept = []
    sleep = asyncio.sleep

    async def noted(seconds):
        kept.append(round(seconds, 1))
        await sleep(0)

    monkeypatch.setattr(module.asyncio, "sleep", noted)
    monkeypatch.setattr(module.time, "monotonic", lambda: 1_000.0)
    return kept


async def test_one_refusal_is_told_at_once_and_many_at_a_pace(waits):
    budgets = Budgets()
    await asyncio.gather(*(budgets.hold("a") for _ in range(4)), budgets.hold("b"))
    assert waits == [0.0, 0.5, 1.0, 1.5, 0.0]


async def test_no_refusal_is_kept_for_long_and_no_more_than_so_many(waits):
    budgets = Budgets()
    await asyncio.gather(*(budgets.hold("a") for _ in range(module.MAX_HELD + 50)))
    assert len(waits) == module.MAX_HELD
    assert max(waits) == module.MAX_HELD_S
    # Whoever comes after them finds room again.
    await budgets.hold("a")
    assert len(waits) == module.MAX_HELD + 1
