"""Clients' key sets, fetched from the addresses they registered and kept for a while (RFC 7517)."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from suxin.consent.oauth.client_keys import checked_keys
from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.refusals import Invalid
from suxin_outbound.addresses import TargetNotAllowed
from suxin_outbound.guarded import Call, CallFailed, GuardedClient

KEPT_S: Final = 300.0
ASKED_AGAIN_S: Final = 30.0
"""How soon a set is fetched anew because an assertion names a key that is not in it."""

MAX_SETS: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Sequence[Mapping[str, Any]]
    fetched_s: float


class ClientKeySets:
    """The key sets that one process has fetched."""

    def __init__(self, guarded: GuardedClient) -> None:
        self._guarded = guarded
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def keys_at(self, address: str, *, kid: str | None) -> Sequence[Mapping[str, Any]]:
        """Return the usable keys at an address.

        :raises ClientRefused: if the address does not answer with a usable set
        """
        kept, now_s = self._kept.get(address), time.monotonic()
        if kept is not None:
            age_s = now_s - kept.fetched_s
            named = kid is None or any(key.get("kid") == kid for key in kept.keys)
            if age_s < (KEPT_S if named else ASKED_AGAIN_S):
                return kept.keys
        keys = await self._fetched(address)
        self._kept[address] = _Kept(keys, now_s)
        self._kept.move_to_end(address)
        if len(self._kept) > MAX_SETS:
            self._kept.popitem(last=False)
        return keys

    async def _fetched(self, address: str) -> Sequence[Mapping[str, Any]]:
        call = Call(service="client keys", method="GET", url=address, idempotent=True)
        try:
            answer = await self._guarded.call(call)
            if answer.status == HTTPStatus.OK:
                return checked_keys(answer.decode(dict[str, Any]))
        except (CallFailed, TargetNotAllowed, Invalid):
            # What went wrong at an address that a tenant gave is not told: it may be a look into somebody's network.
            pass
        raise ClientRefused(
            reason_zh="取不到客户端登记的公钥", reason_en="the client's keys cannot be fetched"
        )
