"""Budgets: how much one caller's operations may cost, as a leaky bucket in Valkey, shared by every web process.

A bucket is one number, the moment at which it will be full again, and is moved by one script that runs atomically by
Valkey's own clock. An operation takes what it may cost before it is executed; what it did not need goes back afterwards,
for all buckets together a moment later, so that nobody waits for it. What is refused takes nothing.

While Valkey does not answer, every operation fits: budgets share out capacity and guard no secret, and an API that works is
worth more than its accounting. Each such operation is counted, and the first of an outage is logged.
"""

import asyncio
import hashlib
import math
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

import structlog
from redis.exceptions import RedisError

from suxin_web.budget_size import USUAL, Budget
from suxin_web.rate_limits import PAUSE_S
from suxin_web.valkey_line import ValkeyLine

RETURN_DELAY_S: Final = 0.05
"""How long what is given back is gathered before it is sent."""

REFUSAL_GAP_S: Final = 0.5
"""How far apart a process tells one caller that his budget is used up."""

MAX_HELD_S: Final = 5.0
"""How long a refusal is kept back for that at the most."""

MAX_HELD: Final = 200
"""How many refusals of one caller a process keeps back at once; the next ones are told without delay."""

FITTED: Final = "fitted"
REFUSED: Final = "refused"
UNCOUNTED: Final = "uncounted"

OPERATIONS: Final[Counter[str]] = Counter({FITTED: 0, REFUSED: 0, UNCOUNTED: 0})
"""What this process asked of budgets, by the answer; ``UNCOUNTED`` are those let through without Valkey."""

_SCRIPT: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local size, point, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local available = size - (full - now) / point
if cost > available then
  return {0, math.floor(available), math.ceil((cost - available) * point / 1000000)}
end
full = math.max(full + cost * point, now)
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
return {1, math.floor(size - (full - now) / point), 0}
"""
_MICRO: Final = 1_000_000

log = structlog.get_logger("suxin.web")


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a cost fits, what is left, and in how many seconds it will fit; ``available`` is unknown without Valkey."""

    fits: bool
    available: int | None
    wait_s: int = 0


class Budgets:
    """The buckets of all callers; without Valkey everything fits."""

    def __init__(self, valkey: ValkeyLine | None = None, budget: Budget = USUAL) -> None:
        self.budget = budget
        self._valkey = valkey
        self._script = None if valkey is None else valkey.script(_SCRIPT)
        self._silent_until_s = 0.0
        self._owed: Counter[str] = Counter()
        self._returning: asyncio.Task[None] | None = None
        self._held: Counter[str] = Counter()
        self._next_refusal_s: dict[str, float] = {}

    @classmethod
    def connect(cls, url: str, budget: Budget) -> "Budgets":
        """Return the budgets kept in the Valkey at ``url``; nothing is sent yet."""
        return cls(ValkeyLine(url), budget)

    async def close(self) -> None:
        """Give back what is owed, and close the connection to Valkey."""
        if self._returning is not None:
            self._returning.cancel()
        await self.return_owed()
        if self._valkey is not None:
            await self._valkey.close()

    async def take(self, caller: str, cost: int) -> Taken:
        """Take a cost in points from the caller's bucket, if it is there; else take nothing."""
        taken = await self._move(caller, cost)
        OPERATIONS[UNCOUNTED if taken.available is None else FITTED if taken.fits else REFUSED] += 1
        return taken

    async def hold(self, caller: str) -> None:
        """Keep a refusal back until ``REFUSAL_GAP_S`` after the caller's last one.

        A single one is told at once. Who asks from many connections and again at once, whatever the answer, would
        otherwise keep the server busy with refusing him, at the expense of everybody else.
        """
        if self._held[caller] >= MAX_HELD:
            return
        now_s = time.monotonic()
        due_s = max(self._next_refusal_s.get(caller, 0.0), now_s)
        self._next_refusal_s[caller] = min(due_s + REFUSAL_GAP_S, now_s + MAX_HELD_S)
        self._held[caller] += 1
        try:
            await asyncio.sleep(due_s - now_s)
        finally:
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]

    def give_back(self, caller: str, points: int) -> None:
        """Give points back to the caller's bucket, a moment later."""
        if points <= 0 or self._script is None:
            return
        self._owed[caller] += points
        if self._returning is None or self._returning.done():
            self._returning = asyncio.create_task(self._return_soon())

    async def return_owed(self) -> None:
        """Send what is owed to all buckets now."""
        owed, self._owed = self._owed, Counter()
        for caller, points in owed.items():
            await self._move(caller, -points)

    async def _return_soon(self) -> None:
        while self._owed:
            await asyncio.sleep(RETURN_DELAY_S)
            await self.return_owed()

    async def _move(self, caller: str, cost: int) -> Taken:
        if self._script is None or time.monotonic() < self._silent_until_s:
            return Taken(fits=True, available=None)
        key = f"budget:{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
        point_us = _MICRO / self.budget.restored_per_second
        try:
            fits, available, wait_s = await self._script(
                keys=[key], args=[self.budget.size, str(point_us), cost]
            )
        except (RedisError, OSError) as error:
            self._silent_until_s = time.monotonic() + PAUSE_S
            log.warning("budgets without valkey", reason=type(error).__name__)
            return Taken(fits=True, available=None)
        return Taken(bool(fits), int(available), max(1, math.ceil(wait_s)) if not fits else 0)
