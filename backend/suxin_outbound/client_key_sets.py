"""Clients' key sets, fetched from the addresses they registered and kept for a while (RFC 7517)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from suxin.consent.oauth.client_keys import checked_keys
from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.refusals import Invalid
from suxin_outbound.addresses import TargetNotAllowed
from suxin_outbound.guarded import Call, CallFailed, GuardedClient
from suxin_outbound.kept_answers import KeptAnswers

Keys = Sequence[Mapping[str, Any]]


class ClientKeySets:
    """The key sets that one process has fetched."""

    def __init__(self, guarded: GuardedClient) -> None:
        self._guarded = guarded
        self._kept: KeptAnswers[Keys] = KeptAnswers(self._fetched, _not_fetched)

    async def keys_at(self, address: str, *, kid: str | None) -> Keys:
        """Return the usable keys at an address.

        :raises ClientRefused: if the address does not answer with a usable set
        """
        return await self._kept.at(address, fits=lambda keys: has_key(keys, kid))

    async def _fetched(self, address: str) -> Keys:
        call = Call(service="client keys", method="GET", url=address, idempotent=True)
        try:
            answer = await self._guarded.call(call)
            if answer.status == HTTPStatus.OK:
                return checked_keys(answer.decode(dict[str, Any]))
        except (CallFailed, TargetNotAllowed, Invalid):
            # What went wrong at an address that a tenant gave is not told: it may be a look into somebody's network.
            pass
        raise _not_fetched()


def has_key(keys: Keys, kid: str | None) -> bool:
    """Return whether a set has the key of a name, or any where none is named."""
    return kid is None or any(key.get("kid") == kid for key in keys)


def _not_fetched() -> ClientRefused:
    return ClientRefused(
        reason_zh="取不到客户端登记的公钥", reason_en="the client's keys cannot be fetched"
    )
