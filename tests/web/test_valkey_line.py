"""The line to Valkey: one connection for everybody, who each get their own answer, or an error in time."""

import asyncio
import socket
import time

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from suxin_web.valkey_line import TIMEOUT_S, ValkeyLine

ECHO = "return {KEYS[1], ARGV[1]}"
BROKEN = "return redis.call('INCR', KEYS[1], 'too', 'many')"


@pytest.fixture
async def line(valkey):
    line = ValkeyLine(valkey.url)
    yield line
    await line.close()


@pytest.fixture
async def store(valkey):
    async with Redis.from_url(valkey.url) as store:
        yield store


async def others(store):
    """The ids of the other clients' connections."""
    own = await store.client_id()
    return [client["id"] for client in await store.client_list() if int(client["id"]) != own]


async def test_everybody_gets_his_own_answer_over_one_connection(line, store):
    await store.script_flush()
    before, echo = await others(store), line.script(ECHO)
    asked = [echo(keys=[f"key {n}"], args=[n]) for n in range(200)]
    found = await asyncio.gather(*asked)
    assert found == [[f"key {n}".encode(), str(n).encode()] for n in range(200)]
    assert len(await others(store)) == len(before) + 1


async def test_a_refused_script_fails_for_whoever_asked_and_for_nobody_else(line):
    echo, broken = line.script(ECHO), line.script(BROKEN)
    asked = [echo(keys=["a"], args=["b"]), broken(keys=["n"], args=[]), echo(keys=["c"], args=[1])]
    first, refused, last = await asyncio.gather(*asked, return_exceptions=True)
    assert (first, last) == ([b"a", b"b"], [b"c", b"1"])
    assert isinstance(refused, ResponseError)


async def test_a_connection_that_was_closed_meanwhile_is_opened_anew(line, store):
    echo, before = line.script(ECHO), await others(store)
    await echo(keys=["a"], args=["b"])
    for client in set(await others(store)) - set(before):
        await store.client_kill_filter(_id=client)
    asked = [echo(keys=["a"], args=[n]) for n in range(5)]
    assert await asyncio.gather(*asked) == [[b"a", str(n).encode()] for n in range(5)]


async def test_who_leaves_does_not_take_anothers_answer_with_him(line):
    echo = line.script(ECHO)
    leaving = asyncio.create_task(echo(keys=["gone"], args=["gone"]))
    staying = asyncio.create_task(echo(keys=["here"], args=["here"]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == [b"here", b"here"]
    assert await echo(keys=["next"], args=[1]) == [b"next", b"1"]


async def test_a_valkey_that_says_nothing_is_waited_for_no_longer_than_told():
    # Connections are taken by the system, and nobody reads them.
    deaf = socket.create_server(("127.0.0.1", 0))
    line = ValkeyLine(f"redis://127.0.0.1:{deaf.getsockname()[1]}")
    asked = [line.ask(b"PING") for _ in range(3)]
    async with asyncio.timeout(2 * TIMEOUT_S):
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(error, RedisError | OSError) for error in found)
    await line.close()
    deaf.close()


async def test_an_answer_that_came_while_the_process_was_held_up_counts(line):
    echo = line.script(ECHO)
    await echo(keys=["a"], args=["b"])
    asked = asyncio.create_task(echo(keys=["a"], args=["c"]))
    for _ in range(3):
        await asyncio.sleep(0)
    time.sleep(2 * TIMEOUT_S)
    assert await asked == [b"a", b"c"]


async def test_a_closed_line_leaves_nobody_waiting(line):
    asked = asyncio.create_task(line.script(ECHO)(keys=["a"], args=["b"]))
    await asyncio.sleep(0)
    await line.close()
    with pytest.raises(RedisError):
        await asked
