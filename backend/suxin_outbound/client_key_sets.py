"""Clients' key sets, fetched from the addresses they registered and kept for a while (RFC 7517)."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from suxin.consent.oauth.client_keys import checked_keys
from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.refusals import Invalid
from suxin_outbound.addresses import TargetNotAllowed
from suxin_outbound.guarded import Call, CallFailed, GuardedClient

KEPT_S: Final = 300.0
ASKED_AGAIN_S: Final = 30.0
"""How soon an address is asked anew, because an assertion names a key that is not in its set or because it did not answer."""

MAX_SETS: Final = 1_000


@dataclass(slots=True)
class _Kept:
    """What is known of one address; ``turns`` lets one request ask it while the others wait for the answer."""

    keys: Sequence[Mapping[str, Any]] = ()
    fetched_s: float = -math.inf
    asked_s: float = -math.inf
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_current(self, now_s: float) -> bool:
        return now_s - self.fetched_s < KEPT_S

    def has(self, kid: str | None) -> bool:
        return kid is None or any(key.get("kid") == kid for key in self.keys)


class ClientKeySets:
    """The key sets that one process has fetched."""

    def __init__(self, guarded: GuardedClient) -> None:
        self._guarded = guarded
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def keys_at(self, address: str, *, kid: str | None) -> Sequence[Mapping[str, Any]]:
        """Return the usable keys at an address.

        :raises ClientRefused: if the address does not answer with a usable set
        """
        kept = self._known(address)
        if kept.is_current(time.monotonic()) and kept.has(kid):
            return kept.keys
        async with kept.turns:
            now_s = time.monotonic()
            satisfied = kept.is_current(now_s) and kept.has(kid)
            if not satisfied and now_s - kept.asked_s >= ASKED_AGAIN_S:
                kept.asked_s = now_s
                # A set that was good stays when its address fails: an outage must not be worth causing.
                kept.keys = await self._fetched(address)
                kept.fetched_s = now_s
        if not kept.is_current(now_s):
            raise _not_fetched()
        return kept.keys

    def _known(self, address: str) -> _Kept:
        kept = self._kept.setdefault(address, _Kept())
        self._kept.move_to_end(address)
        if len(self._kept) > MAX_SETS:
            self._kept.popitem(last=False)
        return kept

    async def _fetched(self, address: str) -> Sequence[Mapping[str, Any]]:
        call = Call(service="client keys", method="GET", url=address, idempotent=True)
        try:
            answer = await self._guarded.call(call)
            if answer.status == HTTPStatus.OK:
                return checked_keys(answer.decode(dict[str, Any]))
        except (CallFailed, TargetNotAllowed, Invalid):
            # What went wrong at an address that a tenant gave is not told: it may be a look into somebody's network.
            pass
        raise _not_fetched()


def _not_fetched() -> ClientRefused:
    return ClientRefused(
        reason_zh="取不到客户端登记的公钥", reason_en="the client's keys cannot be fetched"
    )
