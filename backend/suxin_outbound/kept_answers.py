"""What addresses that tenants gave have answered, kept for a while and asked for anew, but not at anybody's pleasure."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from suxin.kernel.refusals import Refusal

Value = TypeVar("Value")

KEPT_S: Final = 300.0
ASKED_AGAIN_S: Final = 30.0
"""How soon an address is asked anew, because its answer lacks what is looked for or because it did not answer."""

MAX_ADDRESSES: Final = 1_000


@dataclass(slots=True)
class _Kept(Generic[Value]):
    """What is known of one address; ``turns`` lets one request ask it while the others wait for the answer."""

    value: Value | None = None
    fetched_s: float = -math.inf
    asked_s: float = -math.inf
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)

    def current(self, now_s: float) -> Value | None:
        return self.value if now_s - self.fetched_s < KEPT_S else None


class KeptAnswers(Generic[Value]):
    """The answers that one process has fetched; ``refused`` is what is told of an address without one."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[Value]],
        refused: Callable[[], Refusal],
    ) -> None:
        self._fetch = fetch
        self._refused = refused
        self._kept: OrderedDict[str, _Kept[Value]] = OrderedDict()

    async def at(self, address: str, *, fits: Callable[[Value], bool] = lambda _: True) -> Value:
        """Return an address's answer: one that fits, or else the newest there is.

        :raises Refusal: if there is none
        """
        kept = self._known(address)
        value = kept.current(time.monotonic())
        if value is not None and fits(value):
            return value
        async with kept.turns:
            now_s = time.monotonic()
            value = kept.current(now_s)
            satisfied = value is not None and fits(value)
            if not satisfied and now_s - kept.asked_s >= ASKED_AGAIN_S:
                kept.asked_s = now_s
                # An answer that was good stays when its address fails: an outage must not be worth causing.
                kept.value = await self._fetch(address)
                kept.fetched_s = now_s
        value = kept.current(now_s)
        if value is None:
            raise self._refused()
        return value

    def _known(self, address: str) -> _Kept[Value]:
        kept = self._kept.setdefault(address, _Kept())
        self._kept.move_to_end(address)
        if len(self._kept) > MAX_ADDRESSES:
            self._kept.popitem(last=False)
        return kept
