"""A provider of authorisations that is nothing but where each stands; it may lose an answer after it did what it was asked."""

from dataclasses import dataclass, field
from datetime import datetime

from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.authorisations.states import Standing
from suxin.perks.orders.provider import ProviderRejected, ProviderUnavailable


@dataclass
class ReferenceAuthorisations:
    """Implements ``AuthorisationProvider``."""

    standings: dict[str, Standing] = field(default_factory=dict)
    refusing: bool = False
    losing: bool = False
    reasons: list[str] = field(default_factory=list)

    async def apply(self, name: AuthorisationName, *, now: datetime) -> str:
        assert now
        if self.refusing:
            raise ProviderRejected("NO_AUTH", "服务未开通免确认")
        self.standings.setdefault(name.code, Standing.NOT_YET)
        self._lose()
        return f"open-{name.code}"

    async def standing(self, name: AuthorisationName, *, now: datetime) -> Standing:
        assert now
        return self.standings[name.code]

    async def end(self, name: AuthorisationName, *, reason: str, now: datetime) -> None:
        assert now
        if self.standings[name.code] is not Standing.GIVEN:
            raise ProviderRejected("INVALID_REQUEST", "授权不可解除")
        self.reasons.append(reason)
        self.standings[name.code] = Standing.ENDED
        self._lose()

    def _lose(self) -> None:
        if self.losing:
            self.losing = False
            raise ProviderUnavailable
