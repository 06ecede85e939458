"""A web process that is told to stop ends its streams by name, and at once."""

import asyncio
import signal
import time
from datetime import UTC, datetime

import httpx
import pytest
from patience import PATIENCE_S
from staff_log_ins import at_desk as desk_headers
from streaming import opened_events, socket_at_desk
from web_process import settings_for, started_web

pytestmark = pytest.mark.processes

ARRIVED = "subscription { referralArrived { id } }"
STOPS_WITHIN_S = 2.0


@pytest.fixture
def now():
    """The machine's own time: the process goes by it."""
    return datetime.now(UTC)


async def test_streams_are_told_and_the_process_ends(small_city, city, valkey, desk):
    cookie = await desk()
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url)
    with started_web(settings) as process:
        async with (
            socket_at_desk(settings.url, cookie) as socket,
            socket_at_desk(settings.url, cookie) as idle,
            opened_events(settings.url, ARRIVED, headers=desk_headers(cookie)) as events,
        ):
            await socket.subscribe(ARRIVED)
            await events.begun()
            shown = await asyncio.to_thread(httpx.get, f"{settings.url}/metrics")
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            told = await socket.message()
            assert told["payload"][0]["extensions"]["reason"] == "SERVER_STOPPING"
            assert (await socket.closed())[0] == 1012
            assert (await idle.closed())[0] == 1012
            name, last = await events.next()
            assert last["errors"][0]["extensions"]["reason"] == "SERVER_STOPPING"
            assert (name, await events.next()) == ("next", ("complete", None))
            code = await asyncio.to_thread(process.wait, PATIENCE_S)
            took_s = time.monotonic() - began
    assert code == 0
    assert took_s < STOPS_WITHIN_S
    for line in (
        'suxin_graphql_subscriptions{over="websocket"} 1.0',
        'suxin_graphql_subscriptions{over="sse"} 1.0',
        'suxin_graphql_events_sent{over="sse"} 0.0',
        'suxin_graphql_subscriptions_ended{reason="TOKEN_EXPIRED"} 0.0',
    ):
        assert line in shown.text
