"""A web server that runs in the test itself, and subscribers who come to it over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from litestar.types import ASGIApp
from patience import PATIENCE_S
from websockets.asyncio.client import ClientConnection, connect

from suxin_server.settings import Settings
from suxin_server.web import _config, _listening
from suxin_web.csrf import token_for

PROTOCOL = "graphql-transport-ws"
WITHIN_S = PATIENCE_S


class _Server(uvicorn.Server):
    """Uvicorn that leaves the signals to the test runner."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: ASGIApp, *, port: int) -> AsyncIterator[str]:
    """Serve an application as the product serves it, until the block ends; the address is given."""
    server = _Server(_config(app, Settings(port=port)))
    with _listening("127.0.0.1", port) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await running


def _told(body: Any) -> Any:
    """An event's answer without what it tells of its cost, which it must have where it has data."""
    if isinstance(body, dict) and "data" in body:
        assert list(body["extensions"]) == ["cost"]
        return {name: value for name, value in body.items() if name != "extensions"}
    return body


@dataclass
class Socket:
    """One WebSocket as a client of the protocol has it."""

    connection: ClientConnection
    names: int = field(default=0)

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def message(self) -> dict[str, Any]:
        """The next message; what an event's answer tells of its cost is left away."""
        async with asyncio.timeout(WITHIN_S):
            message = json.loads(await self.connection.recv())
        if "payload" in message:
            message["payload"] = _told(message["payload"])
        return message

    async def begin(self, **credentials: Any) -> None:
        await self.send(type="connection_init", payload=credentials)
        assert await self.message() == {"type": "connection_ack"}

    async def subscribe(self, query: str, **more: Any) -> str:
        """Subscribe, and return the id once the server has taken it: its answer to a ping comes after that."""
        self.names += 1
        name = f"s{self.names}"
        await self.send(id=name, type="subscribe", payload={"query": query, **more})
        await self.send(type="ping")
        assert await self.message() == {"type": "pong"}
        return name

    async def silent(self) -> None:
        """Assert that nothing waits: the answer to a ping is the next message."""
        await asyncio.sleep(0.1)
        await self.send(type="ping")
        assert await self.message() == {"type": "pong"}

    async def closed(self) -> tuple[int | None, str | None]:
        """How the server closes the connection; what was said before is passed over."""
        async with asyncio.timeout(WITHIN_S):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def opened_socket(
    url: str, *, headers: dict[str, str | None] | None = None, protocol: str = PROTOCOL
) -> AsyncIterator[Socket]:
    """A WebSocket to the server; a page of the server's own opened it, unless the headers say otherwise."""
    given = {"Origin": url, **(headers or {})}
    sent = {name: value for name, value in given.items() if value is not None}
    async with connect(
        url.replace("http", "ws", 1) + "/graphql",
        subprotocols=[protocol],
        additional_headers=sent,
        proxy=None,
        open_timeout=WITHIN_S,
        close_timeout=1,
    ) as connection:
        yield Socket(connection)


@dataclass
class Events:
    """One answer by server-sent events."""

    response: httpx.Response
    lines: AsyncIterator[str]

    async def next(self) -> tuple[str, Any]:
        """The next event and its data without its cost; comments are passed over."""
        name, data = await self.whole()
        return name, _told(data)

    async def whole(self) -> tuple[str, Any]:
        """The next event and all of its data; comments are passed over."""
        name, data = "", ""
        async with asyncio.timeout(WITHIN_S):
            async for line in self.lines:
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif not line and name:
                    return name, json.loads(data) if data else None
        raise AssertionError("the stream ended without its last event")

    async def begun(self) -> None:
        """Wait for the comment that says that the subscription has begun."""
        async with asyncio.timeout(WITHIN_S):
            async for line in self.lines:
                if line.startswith(":"):
                    return


@asynccontextmanager
async def opened_events(
    url: str, query: str, *, headers: dict[str, str], **more: Any
) -> AsyncIterator[Events]:
    """A subscription by server-sent events."""
    async with (
        httpx.AsyncClient(base_url=url, timeout=WITHIN_S, trust_env=False) as client,
        client.stream(
            "POST",
            "/graphql",
            json={"query": query, **more},
            headers={"Accept": "text/event-stream", **headers},
        ) as response,
    ):
        yield Events(response, response.aiter_lines())


def page(cookie: str) -> tuple[dict[str, str | None], dict[str, str]]:
    """The headers of a handshake from a desk's page, and what the page shows in its first message."""
    return {"Cookie": f"suxin_desk={cookie}"}, {"csrfToken": token_for(cookie)}


@asynccontextmanager
async def socket_at_desk(url: str, cookie: str) -> AsyncIterator[Socket]:
    """A WebSocket from a desk's page, past its first message."""
    headers, shown = page(cookie)
    async with opened_socket(url, headers=headers) as socket:
        await socket.begin(**shown)
        yield socket


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(WITHIN_S):
        while not holds():
            await asyncio.sleep(0.01)
