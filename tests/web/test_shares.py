"""Shares: a caller's burst waits behind itself, and no other caller behind it."""

import asyncio

import pytest

from suxin_web.shares import Shares


async def test_a_caller_has_so_many_places_and_the_first_to_come_is_the_first_to_go():
    shares, came, go = Shares(at_once=2), [], asyncio.Semaphore(0)

    async def work(name):
        async with shares.place("a"):
            came.append(name)
            await go.acquire()

    async with asyncio.TaskGroup() as group:
        for name in range(4):
            group.create_task(work(name))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert came == [0, 1]
        async with shares.place("b"):
            came.append("b")
        go.release()
        while len(came) < 4:
            await asyncio.sleep(0)
        assert came == [0, 1, "b", 2]
        for _ in range(3):
            go.release()
    assert came == [0, 1, "b", 2, 3]
    # Nothing is kept of who has gone.
    assert shares._shares == {}


async def test_who_gives_up_waiting_leaves_his_turn_to_the_next():
    shares = Shares(at_once=1)

    async def wait():
        async with shares.place("a"):
            pass

    async with shares.place("a"):
        impatient, patient = asyncio.create_task(wait()), asyncio.create_task(wait())
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
    await asyncio.wait_for(patient, 5)
    assert shares._shares == {}
