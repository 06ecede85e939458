"""Authorisations of WeChat Pay Score (免确认): applied for, asked after and ended by the merchant's own number of each.

The user is named to whoever opens an order for him, by :mod:`suxin_outbound.payscore`, and nowhere else.
"""

from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.authorisations.states import Standing
from suxin_outbound.payscore_asking import PayAsker, decoded, unusable
from suxin_outbound.payscore_call_up import authorising

PERMISSIONS: Final = "/v3/payscore/partner/permissions"
BY_CODE: Final = f"{PERMISSIONS}/authorization-code"
AVAILABLE: Final = "AVAILABLE"
_STANDINGS: Final = {
    AVAILABLE: Standing.GIVEN,
    "UNAVAILABLE": Standing.ENDED,
    "UNBINDUSER": Standing.NOT_YET,
}


class Permission(msgspec.Struct):
    """Where an authorisation stands, and whose it is once it was given."""

    authorization_state: str = ""
    openid: str = ""


class _Applied(msgspec.Struct):
    apply_permissions_token: str


class PayScorePermissions:
    """Implements :class:`suxin.perks.orders.authorisations.provider.AuthorisationProvider`."""

    def __init__(self, *, app_id: str, notify_url: str, asker: PayAsker) -> None:
        self._app_id = app_id
        self._notify_url = notify_url
        self._asker = asker

    async def apply(self, name: AuthorisationName, *, now: datetime) -> str:
        """Apply for an authorisation; return what the user's phone opens to give it."""
        body = {
            "appid": self._app_id,
            "notify_url": self._notify_url,
            "authorization_code": name.code,
            **_whose(name),
        }
        answer = await self._asker.ask("POST", PERMISSIONS, now, body)
        return authorising(decoded(answer, _Applied).apply_permissions_token)

    async def standing(self, name: AuthorisationName, *, now: datetime) -> Standing:
        """Ask where an authorisation stands."""
        found = await asked_after(self._asker, name, now=now)
        standing = _STANDINGS.get(found.authorization_state)
        if standing is None:
            raise unusable("authorisation_state_unknown")
        return standing

    async def end(self, name: AuthorisationName, *, reason: str, now: datetime) -> None:
        """End an authorisation."""
        body = {"appid": self._app_id, "reason": reason, **_whose(name)}
        target = f"{BY_CODE}/{quote(name.code, safe='')}/terminate"
        await self._asker.ask("POST", target, now, body)


async def asked_after(asker: PayAsker, name: AuthorisationName, *, now: datetime) -> Permission:
    """Return where an authorisation stands.

    :raises ProviderUnavailable, ProviderRejected: see ``PayAsker.ask``
    """
    target = f"{BY_CODE}/{quote(name.code, safe='')}?{urlencode(_whose(name))}"
    return decoded(await asker.ask("GET", target, now), Permission)


def _whose(name: AuthorisationName) -> dict[str, str]:
    return {"service_id": name.service_code, "sub_mchid": name.sub_mchid}
