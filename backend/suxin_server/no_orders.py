"""The provider of an installation that has none: what waits for one is asked again, and meanwhile stands where it is."""

from datetime import date, datetime
from typing import Never

from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.provider import OrderName, OrderSent, ProviderUnavailable, RefundSent
from suxin.perks.orders.rules import Completion


class NoOrders:
    """Implements :class:`suxin.perks.orders.provider.OrderProvider` where SUXIN_PAYSCORE_BASE_URL is not set."""

    async def create(self, order: OrderSent, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(order.name.number, now)

    async def query(self, name: OrderName, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now)

    async def complete(self, name: OrderName, asked: Completion, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now, asked)

    async def modify(
        self, name: OrderName, asked: Completion, *, reason: str, now: datetime
    ) -> Never:
        """Give no answer."""
        raise _unset(name.number, now, asked, reason)

    async def cancel(self, name: OrderName, *, reason: str, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now, reason)

    async def sync(self, name: OrderName, *, paid_at: datetime, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now, paid_at)

    async def collect(self, name: OrderName, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now)

    async def remind(self, name: OrderName, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.number, now)

    async def refund(self, refund: RefundSent, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(refund.number, now)


class NoAuthorisations:
    """Implements :class:`suxin.perks.orders.authorisations.provider.AuthorisationProvider` there."""

    async def apply(self, name: AuthorisationName, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.code, now)

    async def standing(self, name: AuthorisationName, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.code, now)

    async def end(self, name: AuthorisationName, *, reason: str, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(name.code, now, reason)


class NoBills:
    """Implements :class:`suxin.perks.orders.bills.provider.BillProvider` there."""

    async def bill(self, sub_mchid: str, day: date, *, now: datetime) -> Never:
        """Give no answer."""
        raise _unset(sub_mchid, now, day)


def _unset(number: str, now: datetime, *_: object) -> ProviderUnavailable:
    return ProviderUnavailable(f"no provider is set; {number} was asked for at {now:%H:%M}")
