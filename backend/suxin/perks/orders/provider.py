"""What a provider of orders does, as the core asks it; implemented by the floors above over HTTP.

Each call may be repeated: what is asked carries the merchant's own number, under which the provider knows it again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from suxin.perks.orders.rules import Completion
from suxin.perks.orders.states import (
    ServiceOrderRefundState,
    ServiceOrderStage,
)
from suxin.perks.states import RiskFundName


class ProviderUnavailable(Exception):
    """The provider gave no usable answer; the same is asked again later."""


class ProviderRejected(Exception):
    """The provider understood what it was asked and said no; ``code`` is its word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderName:
    """By what a provider knows an order: the merchant's number, the service's, and whose it is among those it is shared by."""

    number: str
    service_code: str
    sub_mchid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSent:
    """An order as a provider is asked to open it; ``user`` is its own name for him, where he need not confirm."""

    name: OrderName
    introduction: str
    fund_name: RiskFundName
    fund_fen: int
    starts_at: datetime | None
    ends_at: datetime | None
    need_confirm: bool
    authorisation_code: str | None
    attach: str
    completion: Completion
    device: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold:
    """Where a provider says that an order stands. ``call_up`` is what the user's phone opens to confirm."""

    name: OrderName
    stage: ServiceOrderStage
    provider_order_id: str | None = None
    total_fen: int | None = None
    transaction_id: str | None = None
    paid_at: datetime | None = None
    call_up: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSent:
    """A refund as a provider is asked for it."""

    number: str
    sub_mchid: str
    transaction_id: str
    amount_fen: int
    total_fen: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTold:
    """Where a provider says that a refund stands."""

    number: str
    sub_mchid: str
    state: ServiceOrderRefundState
    provider_refund_id: str | None = None


class OrderProvider(Protocol):
    """Who carries orders outside the platform.

    Each call raises ``ProviderUnavailable`` where there is no usable answer and ``ProviderRejected`` where it is a no.
    """

    async def create(self, order: OrderSent, *, now: datetime) -> OrderTold:
        """Open an order."""
        ...

    async def query(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Ask where an order stands."""
        ...

    async def complete(self, name: OrderName, asked: Completion, *, now: datetime) -> OrderTold:
        """Complete an order with what is asked of its user."""
        ...

    async def modify(
        self, name: OrderName, asked: Completion, *, reason: str, now: datetime
    ) -> OrderTold:
        """Ask for less."""
        ...

    async def cancel(self, name: OrderName, *, reason: str, now: datetime) -> OrderTold:
        """Cancel an order."""
        ...

    async def sync(self, name: OrderName, *, paid_at: datetime, now: datetime) -> OrderTold:
        """Say that an order was paid elsewhere."""
        ...

    async def collect(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Try to collect what a completed order asks for."""
        ...

    async def remind(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Remind the user of a payment that waits."""
        ...

    async def refund(self, refund: RefundSent, *, now: datetime) -> RefundTold:
        """Give money back of what was paid under a transaction id."""
        ...
