"""The memory of used proofs (``suxin.consent.oauth.replay``), kept in Valkey and shared by every web process.

One script, run atomically, looks up the epoch, draws one where there is none, and notes the use. Valkey away means that
replays cannot be ruled out: then nothing that needs a proof is served, for the second or so until it is back.
"""

import secrets
from datetime import timedelta
from typing import Final

import structlog
from redis.exceptions import RedisError

from suxin.consent.oauth.refusals import ReplayUncertain
from suxin.consent.oauth.replay import Remembered
from suxin_web.refusals import RETRY_AFTER_S
from suxin_web.valkey_line import ValkeyLine

EPOCH_BYTES: Final = 9
_EPOCH_KEY: Final = "replay:epoch"

_SCRIPT: Final = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
local first = redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[2])
return {epoch, first and 1 or 0}
"""

log = structlog.get_logger("suxin.web")


class ValkeyReplays:
    """The uses that are remembered in one Valkey."""

    def __init__(self, valkey: ValkeyLine) -> None:
        self._valkey = valkey
        self._script = valkey.script(_SCRIPT)
        self._epoch: str | None = None

    @classmethod
    def connect(cls, url: str) -> "ValkeyReplays":
        """Return the memory in the Valkey at ``url``; nothing is sent yet."""
        return cls(ValkeyLine(url))

    async def close(self) -> None:
        """Close the connection to Valkey."""
        await self._valkey.close()

    async def use(self, name: str, *, life: timedelta) -> Remembered:
        """Remember a use for ``life``, and say whether it was the first one.

        :raises ReplayUncertain: if Valkey does not answer
        """
        drawn = secrets.token_urlsafe(EPOCH_BYTES)
        life_ms = int(life.total_seconds() * 1000)
        try:
            epoch, first = await self._script(
                keys=[_EPOCH_KEY, f"replay:{name}"], args=[drawn, life_ms]
            )
        except (RedisError, OSError) as error:
            log.warning("replays uncertain", reason=type(error).__name__)
            raise ReplayUncertain(retry_after_seconds=RETRY_AFTER_S) from None
        self._epoch = epoch.decode()
        return Remembered(bool(first), self._epoch)

    async def epoch(self) -> str:
        """Return the epoch as this process saw it last, or now for the first time.

        An epoch that is over makes a nonce that is refused with a better one, so a look at each answer is not needed.

        :raises ReplayUncertain: if it was never seen and Valkey does not answer
        """
        if self._epoch is None:
            await self.use("look", life=timedelta(milliseconds=1))
        return self._epoch or ""
