"""What a provider of authorisations does, as the core asks it; implemented by the floors above over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from suxin.perks.orders.authorisations.states import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationName:
    """By what a provider knows an authorisation: the merchant's number, the service's, and whose it is."""

    code: str
    service_code: str
    sub_mchid: str


class AuthorisationProvider(Protocol):
    """Who keeps authorisations outside the platform.

    Each call raises ``ProviderUnavailable`` where there is no usable answer and ``ProviderRejected`` where it is a no, and may be repeated.
    """

    async def apply(self, name: AuthorisationName, *, now: datetime) -> str:
        """Apply for an authorisation; return what the user's phone opens to give it."""
        ...

    async def standing(self, name: AuthorisationName, *, now: datetime) -> Standing:
        """Ask where an authorisation stands."""
        ...

    async def end(self, name: AuthorisationName, *, reason: str, now: datetime) -> None:
        """End an authorisation."""
        ...
