"""Shares: how much of one process a caller has at once, so that a burst of his waits behind itself.

Whoever asks from many connections gets his answers a few at a time; between them everybody else has his turn, and the pool of
database connections is never his alone. A caller within his share is not kept waiting by any other.

A caller is told by the token or cookie that he shows, and has his place before anybody looks whether they are good: that look
is itself what a burst would crowd out. Beyond his share nothing is done for him but to keep him waiting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 4
"""How many requests of one caller a process works on at once (proposed default)."""


@dataclass(slots=True)
class _Share:
    places: asyncio.Semaphore
    wanted: int = field(default=0)


class Shares:
    """The shares of all callers in one process; only those that are in use are kept."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[None]:
        """Give the caller one of his places, those of his requests that came first before the others."""
        share = self._shares.get(caller)
        if share is None:
            share = self._shares[caller] = _Share(asyncio.Semaphore(self._at_once))
        share.wanted += 1
        try:
            async with share.places:
                yield
        finally:
            share.wanted -= 1
            if not share.wanted:
                del self._shares[caller]
