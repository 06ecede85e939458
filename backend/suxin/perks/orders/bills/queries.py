"""What is read of bills: a merchant's own, and what the platform compares them with."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI
from suxin.perks.orders.bills.comparing import Settled
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.bills.rows import BillRow
from suxin.perks.orders.models import OrderRefund, OrderService, ServiceOrder
from suxin.perks.orders.states import ServiceOrderRefundState, ServiceOrderStage


def own_bills(actor: Actor) -> Select[OrderBill]:
    """Return the merchant's bills."""
    return select(OrderBill).where(OrderBill.tenant_id == actor.own_tenant)


async def own_bill(session: AsyncSession, actor: Actor, bill_id: UUID) -> OrderBill:
    """Return one of the merchant's bills.

    :raises NotFound: if it is not his
    """
    found = await session.scalar(own_bills(actor).where(OrderBill.id == bill_id))
    if found is None:
        raise NotFound(thing_zh="对账单", thing_en="bill")
    return found


def gaps_of(actor: Actor, bill_id: UUID) -> Select[OrderBillGap]:
    """Return in what one of the merchant's bills differed."""
    return select(OrderBillGap).where(
        OrderBillGap.tenant_id == actor.own_tenant, OrderBillGap.bill_id == bill_id
    )


async def is_compared(session: AsyncSession, *, tenant_id: UUID, sub_mchid: str, day: date) -> bool:
    """Return whether a merchant's bill of a day was compared."""
    found = await session.scalar(
        select(OrderBill.id).where(
            OrderBill.tenant_id == tenant_id,
            OrderBill.sub_mchid == sub_mchid,
            OrderBill.day == day,
        )
    )
    return found is not None


async def paid_on(
    session: AsyncSession, *, tenant_id: UUID, sub_mchid: str, day: date
) -> dict[str, Settled]:
    """Return a merchant's orders that the provider says were paid on a day, by their numbers; what was paid elsewhere is none of them."""
    begins = datetime.combine(day, time(), SHANGHAI)
    rows = await session.scalars(
        _orders(tenant_id, sub_mchid)
        .where(
            ServiceOrder.transaction_id.is_not(None),
            ServiceOrder.paid_at >= begins,
            ServiceOrder.paid_at < begins + timedelta(days=1),
        )
        .order_by(ServiceOrder.id)
    )
    return {row.number: _settled(row) for row in rows}


async def known_of(
    session: AsyncSession, *, tenant_id: UUID, sub_mchid: str, rows: Sequence[BillRow]
) -> dict[tuple[bool, str], Settled]:
    """Return what is known here of the payments and refunds on a merchant's bill, by whether it is a refund and its number."""
    orders = await session.scalars(
        _orders(tenant_id, sub_mchid).where(
            ServiceOrder.number.in_([row.number for row in rows if not row.refund])
        )
    )
    refunds = await session.scalars(
        select(OrderRefund).where(
            OrderRefund.tenant_id == tenant_id,
            OrderRefund.number.in_([row.number for row in rows if row.refund]),
        )
    )
    found = {(False, order.number): _settled(order) for order in orders}
    return found | {
        (True, refund.number): Settled(
            amount_fen=refund.amount_fen,
            transaction_id=refund.transaction_id,
            done=refund.state is ServiceOrderRefundState.SUCCESS,
        )
        for refund in refunds
    }


def _orders(tenant_id: UUID, sub_mchid: str) -> Select[ServiceOrder]:
    return (
        select(ServiceOrder)
        .join(
            OrderService,
            (OrderService.tenant_id == ServiceOrder.tenant_id)
            & (OrderService.id == ServiceOrder.service_id),
        )
        .where(ServiceOrder.tenant_id == tenant_id, OrderService.sub_mchid == sub_mchid)
    )


def _settled(order: ServiceOrder) -> Settled:
    return Settled(
        amount_fen=order.paid_fen or order.total_fen or 0,
        transaction_id=order.transaction_id,
        done=order.stage is ServiceOrderStage.USER_PAID,
    )
