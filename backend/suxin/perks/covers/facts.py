"""What rows say that the rules ask about: an order, what may be contested about it, and all that came back of a claim."""

from collections.abc import Sequence
from uuid import UUID

from suxin.perks.covers.models import CoverRecovery
from suxin.perks.covers.rules import OrderFacts, Returned
from suxin.perks.orders.models import ServiceOrder


def facts_of(order: ServiceOrder) -> OrderFacts:
    """Return an order as far as a claim on it is concerned."""
    return OrderFacts(
        stage=order.stage,
        fund_fen=order.fund_fen,
        total_fen=order.total_fen,
        paid_fen=order.paid_fen,
        refunded_fen=order.refunded_fen,
        ends_at=order.ends_at,
        completed_at=order.completed_at,
    )


def contested(order: ServiceOrder) -> Sequence[UUID]:
    """Return what may be contested about an order, the order and the redemption that it comes of."""
    return [one for one in (order.id, order.redemption_id) if one is not None]


def summed(recoveries: Sequence[CoverRecovery]) -> Returned:
    """Return all that came back together."""
    return Returned(
        received_fen=sum(one.received_fen for one in recoveries),
        cost_fen=sum(one.cost_fen for one in recoveries),
    )
