"""Rate limits: a leaky bucket per caller, kept in Valkey and therefore shared by every web process.

Each bucket is one number, the theoretical arrival time of the generic cell rate algorithm (GCRA), moved forward by a
script that runs atomically. A caller over his limit learns in how many seconds his next request fits; refused requests
do not push that moment away, so whoever waits gets in.

While Valkey does not answer, limits that merely share out capacity stand open, since a page that works is worth more
than its accounting. Limits on guessing (log-ins, one-time codes) fall back to buckets in this process: closed would
lock the city out of its desks, open would invite guessing; the accounts' own lock-outs in PostgreSQL hold throughout.
"""

import hashlib
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import structlog
from redis.exceptions import RedisError

from suxin_web.refusals import TooManyRequests
from suxin_web.valkey_line import ValkeyLine

PAUSE_S: Final = 1.0
"""How long Valkey is left alone after it did not answer, so that an outage costs one request and not each."""

MAX_LOCAL_BUCKETS: Final = 20_000
_MICRO: Final = 1_000_000

_SCRIPT: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local moved = arrival + interval * cost
local wait = moved - now - interval * burst
if wait > 0 then return math.ceil(wait / 1000000) end
redis.call('SET', KEYS[1], string.format('%.0f', moved), 'PX', math.ceil((moved - now) / 1000) + 1)
return 0
"""

log = structlog.get_logger("suxin.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much one caller may do: ``burst`` at once, then ``per_minute``.

    ``guards_secrets`` says that the limit slows guessing, and so holds also without Valkey.
    """

    name: str
    burst: int
    per_minute: int
    guards_secrets: bool = False


# All figures are proposed defaults (demo configuration).
READS: Final = Limit(name="reads", burst=300, per_minute=3_000)
WRITES: Final = Limit(name="writes", burst=60, per_minute=300)
LOG_IN_BY_ADDRESS: Final = Limit(
    name="log_in.address", burst=30, per_minute=30, guards_secrets=True
)
LOG_IN_BY_NAME: Final = Limit(name="log_in.name", burst=10, per_minute=10, guards_secrets=True)
WECHAT_LOG_IN: Final = Limit(name="wechat_log_in", burst=30, per_minute=30, guards_secrets=True)
PHONE_CODE: Final = Limit(name="phone_code", burst=10, per_minute=5, guards_secrets=True)
IDENTITY_PROOF: Final = Limit(name="identity_proof", burst=10, per_minute=5, guards_secrets=True)
# A busy gate takes a code a second; wrong ones end their passes besides.
PRESENTED_CODE: Final = Limit(name="presented_code", burst=120, per_minute=120, guards_secrets=True)
# Everything at once costs what hundreds of readings do.
DATA_DOWNLOAD: Final = Limit(name="data_download", burst=6, per_minute=6)


class RateLimits:
    """The buckets of all callers.

    ``scale`` multiplies every figure: a load test from one address raises it.
    """

    def __init__(self, valkey: ValkeyLine | None, *, scale: int = 1) -> None:
        self._valkey = valkey
        self._scale = scale
        self._script = None if valkey is None else valkey.script(_SCRIPT)
        self._silent_until_s = 0.0
        self._local: OrderedDict[str, float] = OrderedDict()

    @classmethod
    def connect(cls, url: str, *, scale: int = 1) -> "RateLimits":
        """Return the limits kept in the Valkey at ``url``; nothing is sent yet."""
        return cls(ValkeyLine(url), scale=scale)

    async def close(self) -> None:
        """Close the connection to Valkey."""
        if self._valkey is not None:
            await self._valkey.close()

    async def take(self, limit: Limit, caller: str) -> None:
        """Count one request of the caller against the limit.

        ``caller`` is hashed before it leaves: it may be an address or a log-in name.

        :raises TooManyRequests: if it does not fit; ``facts["retry_after_seconds"]`` says when it will
        """
        key = f"limit:{limit.name}:{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
        interval_us = 60 * _MICRO // (limit.per_minute * self._scale)
        wait_s = await self._ask_valkey(key, interval_us, limit.burst * self._scale)
        if wait_s is None:
            if not limit.guards_secrets:
                return
            wait_s = self._ask_local(key, interval_us / _MICRO, limit.burst * self._scale)
        if wait_s > 0:
            raise TooManyRequests(retry_after_seconds=wait_s)

    async def _ask_valkey(self, key: str, interval_us: int, burst: int) -> int | None:
        if self._script is None or time.monotonic() < self._silent_until_s:
            return None
        try:
            return int(await self._script(keys=[key], args=[interval_us, burst, 1]))
        except (RedisError, OSError) as error:
            self._silent_until_s = time.monotonic() + PAUSE_S
            log.warning("rate limits without valkey", reason=type(error).__name__)
            return None

    def _ask_local(self, key: str, interval_s: float, burst: int) -> int:
        now_s = time.monotonic()
        moved_s = max(self._local.pop(key, 0.0), now_s) + interval_s
        wait_s = moved_s - now_s - interval_s * burst
        self._local[key] = moved_s if wait_s <= 0 else moved_s - interval_s
        if len(self._local) > MAX_LOCAL_BUCKETS:
            self._local.popitem(last=False)
        return max(0, math.ceil(wait_s))
