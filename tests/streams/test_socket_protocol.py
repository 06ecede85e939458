"""The protocol of the WebSocket: how a connection begins, what ends it, and how much it carries."""

import json

import pytest
from streaming import opened_socket, page, until
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from suxin_graphql.streams import places, sockets

ARRIVED = "subscription { referralArrived { id } }"


async def test_another_subprotocol_is_not_spoken(url):
    async with opened_socket(url, protocol="graphql-ws") as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_who_says_nothing_is_let_go(url, monkeypatch):
    monkeypatch.setattr(sockets, "INIT_WITHIN_S", 0.05)
    async with opened_socket(url) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_who_subscribes_before_he_is_known_is_let_go(url):
    async with opened_socket(url) as socket:
        await socket.send(type="ping", payload={"still": "there"})
        assert await socket.message() == {"type": "pong", "payload": {"still": "there"}}
        await socket.send(id="a", type="subscribe", payload={"query": ARRIVED})
        assert await socket.closed() == (4401, "Unauthorized")


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    [
        ('{"type": "connection_init"}', 4429, "Too many initialisation requests"),
        ("no JSON", 4400, "Invalid message"),
        ('{"type": "start"}', 4400, "Invalid message"),
        ('{"type": "subscribe", "payload": {"query": "{ a }"}}', 4400, "Invalid message"),
        ('{"type": "subscribe", "id": "b", "payload": {}}', 4400, "Invalid message"),
        (b"\x00", 4400, "Invalid message"),
        ("[" * 20_000, 4400, "Invalid message"),
        (
            json.dumps({"type": "subscribe", "id": "a", "payload": {"query": ARRIVED}}),
            4409,
            "Subscriber for a already exists",
        ),
        (
            json.dumps({"type": "subscribe", "id": "a" * 101, "payload": {"query": ARRIVED}}),
            4400,
            "The id is too long",
        ),
    ],
)
async def test_what_breaks_the_protocol_ends_the_connection(
    desk, at_desk, heard, sent, code, reason
):
    async with at_desk(await desk()) as socket:
        await socket.send(id="a", type="subscribe", payload={"query": ARRIVED})
        await socket.silent()
        await socket.connection.send(sent)
        assert await socket.closed() == (code, reason)
    await until(lambda: heard.listeners == 0)


async def test_a_message_may_not_be_longer_than_a_request(desk, at_desk):
    async with at_desk(await desk()) as socket:
        await socket.connection.send(" " * (256 * 1024 + 1))
        assert (await socket.closed())[0] == 1009


async def test_one_connection_carries_so_many_and_a_caller_opens_so_many(
    url, desk, at_desk, monkeypatch
):
    monkeypatch.setattr(sockets, "MAX_OPERATIONS", 2)
    monkeypatch.setattr(places, "MAX_PER_CALLER", 2)
    token = await desk()
    async with at_desk(token) as socket, at_desk(token):
        await socket.subscribe(ARRIVED)
        await socket.subscribe(ARRIVED)
        await socket.send(id="c", type="subscribe", payload={"query": ARRIVED})
        told = await socket.message()
        assert told["payload"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
        headers, shown = page(token)
        async with opened_socket(url, headers=headers) as third:
            await third.send(type="connection_init", payload=shown)
            assert await third.closed() == (1013, "TOO_MANY_STREAMS")
        # A colleague has places of his own.
        async with at_desk(await desk()):
            pass
    async with at_desk(token):
        pass


async def test_elsewhere_no_websocket_is_served(url):
    for path in ("/", "/oauth/token", "/graphql/docs"):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{url.replace('http', 'ws', 1)}{path}", proxy=None):
                pass
        assert refused.value.response.status_code == 403
