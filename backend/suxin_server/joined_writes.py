"""Joined writes: what is written to a connection in one go leaves in one piece.

The head of an answer and its body come one after the other, and a write each costs the system, and whoever reads it, twice.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Data = bytes | bytearray | memoryview


class JoinedWrites:
    """A transport that writes at the end of the event loop's turn all that was written in it; else it is the one it is given."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[Data] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self._transport, name)

    def write(self, data: Data) -> None:
        """Keep what is to be written until the turn ends."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)

    def writelines(self, parts: Iterable[Data]) -> None:
        """Keep all parts until the turn ends."""
        for part in parts:
            self.write(part)

    def close(self) -> None:
        """Write what is kept, and close the connection."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))


class JoinedHttp(HttpToolsProtocol):
    """Uvicorn's protocol over joined writes."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        joined = JoinedWrites(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(cast("asyncio.Transport", joined))
