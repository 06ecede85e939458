"""What is read of bills: a merchant's own, and what the platform compares them with."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI
from suxin.perks.orders.bills.comparing import Settled
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.bills.policies import BILL_OVERSEE
from suxin.perks.orders.bills.rows import BillRow
from suxin.perks.orders.models import OrderRefund, OrderService, ServiceOrder
from suxin.perks.orders.states import ServiceOrderRefundState, ServiceOrderStage
from suxin.tenancy.models import Tenant


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


async def own_gap(session: AsyncSession, actor: Actor, gap_id: UUID) -> OrderBillGap:
    """Return one difference of the merchant's bills.

    :raises NotFound: if it is not his
    """
    return _gap(await session.scalar(_own_gap(actor, gap_id)))


async def lock_own_gap(session: AsyncSession, actor: Actor, gap_id: UUID) -> OrderBillGap:
    """Return one difference of the merchant's bills, locked until what was found of it is written down.

    :raises NotFound: if it is not his
    """
    # A row whose finding is written down cannot be locked any more, and is read as it is.
    found = await session.scalar(
        _own_gap(actor, gap_id).with_for_update().execution_options(populate_existing=True)
    )
    return found or await own_gap(session, actor, gap_id)


def bills_overseen(
    actor: Actor, *, day: date | None = None, open_only: bool = False
) -> Select[OrderBill, Tenant, int]:
    """Return all merchants' bills, each with the merchant and how many listed differences are open: of one day, or those with open ones alone.

    :raises Forbidden: if the actor may not see them
    """
    actor.require(BILL_OVERSEE)
    opened = (
        select(func.count())
        .select_from(OrderBillGap)
        .where(
            OrderBillGap.tenant_id == OrderBill.tenant_id,
            OrderBillGap.bill_id == OrderBill.id,
            OrderBillGap.found_at.is_(None),
        )
        .correlate(OrderBill)
        .scalar_subquery()
    )
    found = select(OrderBill, Tenant, opened).outerjoin(Tenant, Tenant.id == OrderBill.tenant_id)
    if day is not None:
        found = found.where(OrderBill.day == day)
    return found.where(opened > 0) if open_only else found


async def bill_overseen(
    session: AsyncSession, actor: Actor, bill_id: UUID
) -> tuple[OrderBill, Tenant | None, int]:
    """Return any merchant's bill, with the merchant and how many listed differences are open.

    :raises Forbidden: if the actor may not see it
    :raises NotFound: if there is none
    """
    row = (
        await session.execute(bills_overseen(actor).where(OrderBill.id == bill_id))
    ).one_or_none()
    if row is None:
        raise NotFound(thing_zh="对账单", thing_en="bill")
    return row[0], row[1], row[2]


def gaps_overseen(actor: Actor, bill_id: UUID, *, open_only: bool = False) -> Select[OrderBillGap]:
    """Return in what a merchant's bill differed, perhaps only what nobody has explained.

    :raises Forbidden: if the actor may not see it
    """
    actor.require(BILL_OVERSEE)
    found = select(OrderBillGap).where(OrderBillGap.bill_id == bill_id)
    return found.where(OrderBillGap.found_at.is_(None)) if open_only else found


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


def _own_gap(actor: Actor, gap_id: UUID) -> Select[OrderBillGap]:
    return select(OrderBillGap).where(
        OrderBillGap.tenant_id == actor.own_tenant, OrderBillGap.id == gap_id
    )


def _gap(found: OrderBillGap | None) -> OrderBillGap:
    if found is None:
        raise NotFound(thing_zh="对账差异", thing_en="difference of a bill")
    return found


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
