"""What is put on record of an order, and told to its merchant's systems."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.audit import append_act
from suxin.perks.orders.event_types import ORDER_REJECTED, ORDER_STEPS, REFUND_SETTLED
from suxin.perks.orders.models import OrderRefund, ServiceOrder
from suxin.perks.orders.states import ServiceOrderRequest, ServiceOrderStage


def record_step(
    session: AsyncSession,
    order: ServiceOrder,
    what: str,
    detail: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """Put on record what was done about an order."""
    append_act(
        session,
        action=f"perks.order.{what}",
        now=now,
        tenant_id=order.tenant_id,
        object_type="service_order",
        object_id=order.id,
        detail={"number": order.number, **(detail or {})},
    )


def tell_of_order(session: AsyncSession, order: ServiceOrder, *, now: datetime) -> None:
    """Put on record where an order has come to stand, and tell its merchant's systems."""
    record_step(session, order, order.stage.value.lower(), {"total_fen": order.total_fen}, now=now)
    if order.stage is not ServiceOrderStage.CREATED:
        record_event(
            session,
            ORDER_STEPS[order.stage],
            tenant_id=order.tenant_id,
            object_id=order.id,
            now=now,
            number=order.number,
            totalFen=order.total_fen or 0,
        )


def tell_of_rejection(
    session: AsyncSession, order: ServiceOrder, request: ServiceOrderRequest, *, now: datetime
) -> None:
    """Put on record that the provider refused what it was asked, and tell the merchant's systems."""
    detail = {"request": request.value, "reason": order.rejection}
    record_step(session, order, "rejected", detail, now=now)
    record_event(
        session,
        ORDER_REJECTED,
        tenant_id=order.tenant_id,
        object_id=order.id,
        now=now,
        number=order.number,
        totalFen=order.total_fen or 0,
        request=request.value,
    )


def tell_of_refund(
    session: AsyncSession, order: ServiceOrder, refund: OrderRefund, *, now: datetime
) -> None:
    """Put on record what came of a refund, and tell the merchant's systems."""
    detail = {
        "refund": refund.number,
        "amount_fen": refund.amount_fen,
        "state": refund.state.value,
    }
    record_step(session, order, "refund_settled", detail, now=now)
    record_event(
        session,
        REFUND_SETTLED,
        tenant_id=order.tenant_id,
        object_id=order.id,
        now=now,
        refundNumber=refund.number,
        amountFen=refund.amount_fen,
        state=refund.state.value,
    )
