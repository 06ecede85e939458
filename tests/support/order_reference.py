"""The provider's state table as a model: what an order allows where, and a provider that is nothing but the table.

It may lose an answer after it did what it was asked, as a network does.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from suxin.perks.orders.provider import (
    OrderName,
    OrderSent,
    OrderTold,
    ProviderRejected,
    ProviderUnavailable,
    RefundSent,
    RefundTold,
)
from suxin.perks.orders.rules import Completion
from suxin.perks.orders.states import ServiceOrderRefundState, ServiceOrderStage

ALLOWED: Final = {
    "CREATED": {"confirm", "cancel", "expire"},
    "USER_CONFIRM": {"complete", "cancel"},
    "USER_PAYING": {"lower", "sync", "pay"},
    "USER_PAID": {"refund"},
    "REVOKED": set[str](),
    "EXPIRED": set[str](),
}
LEADS: Final = {
    "confirm": "USER_CONFIRM",
    "complete": "USER_PAYING",
    "lower": "USER_PAYING",
    "sync": "USER_PAID",
    "pay": "USER_PAID",
    "cancel": "REVOKED",
    "expire": "EXPIRED",
    "refund": "USER_PAID",
}


@dataclass
class ReferenceOrder:
    """Where one order stands by the table; amounts in fen, ``bound_fen`` is the most it may ask for."""

    bound_fen: int
    stage: str = "CREATED"
    total_fen: int | None = None
    refunded_fen: int = 0
    transaction_id: str | None = None
    refunds: dict[str, int] = field(default_factory=dict)

    def may(self, what: str, amount_fen: int = 0) -> bool:
        """Tell whether the table allows a step, and the amount is within its bound."""
        if what not in ALLOWED[self.stage]:
            return False
        total = self.total_fen or 0
        within = {
            "complete": 0 <= amount_fen <= self.bound_fen,
            "lower": 0 <= amount_fen < total,
            "refund": 0 < amount_fen <= total - self.refunded_fen,
        }
        return within.get(what, True)

    def take(self, what: str, amount_fen: int = 0) -> None:
        """Take a step."""
        self.stage = LEADS[what]
        if what in ("complete", "lower"):
            self.total_fen = amount_fen
            if amount_fen == 0:
                # Nothing is asked for, so that nothing is waited for.
                self.stage = "USER_PAID"
        elif what == "refund":
            self.refunded_fen += amount_fen


class ReferenceProvider:
    """Implements ``OrderProvider`` by the table alone."""

    def __init__(self) -> None:
        self.orders: dict[tuple[str, str], ReferenceOrder] = {}
        self.losing = False
        self.asked: list[str] = []

    async def create(self, order: OrderSent, *, now: datetime) -> OrderTold:
        assert now
        self.asked.append("create")
        begins = "CREATED" if order.need_confirm else "USER_CONFIRM"
        self.orders.setdefault(
            (order.name.sub_mchid, order.name.number), ReferenceOrder(order.fund_fen, begins)
        )
        return self._answer(order.name)

    async def query(self, name: OrderName, *, now: datetime) -> OrderTold:
        assert now
        return self._told(name)

    async def complete(self, name: OrderName, asked: Completion, *, now: datetime) -> OrderTold:
        assert now
        return self._take(name, "complete", asked.total_fen)

    async def modify(
        self, name: OrderName, asked: Completion, *, reason: str, now: datetime
    ) -> OrderTold:
        assert now
        assert reason
        return self._take(name, "lower", asked.total_fen)

    async def cancel(self, name: OrderName, *, reason: str, now: datetime) -> OrderTold:
        assert now
        assert reason
        return self._take(name, "cancel")

    async def sync(self, name: OrderName, *, paid_at: datetime, now: datetime) -> OrderTold:
        assert paid_at <= now
        return self._take(name, "sync")

    async def collect(self, name: OrderName, *, now: datetime) -> OrderTold:
        assert now
        told = self._take(name, "pay")
        self._order(name).transaction_id = f"tx-{name.number}"
        return replace(told, transaction_id=f"tx-{name.number}")

    async def remind(self, name: OrderName, *, now: datetime) -> OrderTold:
        assert now
        self.asked.append("remind")
        if self._order(name).stage != "USER_PAYING":
            raise ProviderRejected("INVALID_ORDER_STATE", "订单状态不允许")
        return self._answer(name)

    async def refund(self, refund: RefundSent, *, now: datetime) -> RefundTold:
        assert now
        order = next(
            one for one in self.orders.values() if one.transaction_id == refund.transaction_id
        )
        if refund.number not in order.refunds:
            if not order.may("refund", refund.amount_fen):
                raise ProviderRejected("NOT_ENOUGH", "可退余额不足")
            order.refunds[refund.number] = refund.amount_fen
            order.take("refund", refund.amount_fen)
        self._lose()
        return RefundTold(
            number=refund.number, sub_mchid=refund.sub_mchid, state=ServiceOrderRefundState.SUCCESS
        )

    def user(self, name: OrderName, what: str) -> OrderTold | None:
        """Let the user confirm or pay; return what is called back, nothing where the table does not allow it."""
        order = self.orders.get((name.sub_mchid, name.number))
        if order is None or not order.may(what):
            return None
        order.take(what)
        if what == "pay":
            order.transaction_id = f"tx-{name.number}"
        return self._told(name)

    def _take(self, name: OrderName, what: str, amount_fen: int = 0) -> OrderTold:
        self.asked.append(what)
        order = self._order(name)
        if not order.may(what, amount_fen):
            raise ProviderRejected("INVALID_ORDER_STATE", "订单状态不允许")
        order.take(what, amount_fen)
        return self._answer(name)

    def _answer(self, name: OrderName) -> OrderTold:
        self._lose()
        return self._told(name)

    def _lose(self) -> None:
        if self.losing:
            self.losing = False
            raise ProviderUnavailable

    def _order(self, name: OrderName) -> ReferenceOrder:
        found = self.orders.get((name.sub_mchid, name.number))
        if found is None:
            raise ProviderRejected("ORDER_NOT_EXIST", "订单不存在")
        return found

    def _told(self, name: OrderName) -> OrderTold:
        order = self._order(name)
        return OrderTold(
            name=name,
            stage=ServiceOrderStage.coded(order.stage),
            total_fen=order.total_fen,
            transaction_id=order.transaction_id,
        )
