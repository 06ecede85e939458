"""What is read of orders: a merchant's own, and what the platform finds to carry them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.perks.orders.models import (
    OrderOutcome,
    OrderRefund,
    OrderService,
    ServiceOrder,
)
from suxin.perks.orders.states import (
    CAME_TO_NOTHING,
    OrderChannel,
    OutcomeKind,
    ServiceOrderStage,
)


def own_orders(actor: Actor) -> Select[ServiceOrder]:
    """Return the merchant's orders."""
    return select(ServiceOrder).where(ServiceOrder.tenant_id == actor.own_tenant)


def orders_of_day(actor: Actor, begins_at: datetime) -> Select[ServiceOrder]:
    """Return the merchant's orders of the day that begins then, and those of earlier days that still wait for something."""
    waiting = (ServiceOrderStage.USER_CONFIRM, ServiceOrderStage.USER_PAYING)
    return own_orders(actor).where(
        (ServiceOrder.created_at >= begins_at)
        & (ServiceOrder.created_at < begins_at + timedelta(days=1))
        | (ServiceOrder.created_at < begins_at) & ServiceOrder.stage.in_(waiting)
    )


def own_services(actor: Actor) -> Select[OrderService]:
    """Return the services under which the merchant may open orders."""
    return select(OrderService).where(OrderService.tenant_id == actor.own_tenant)


def open_services(actor: Actor) -> Select[OrderService]:
    """Return the services under which the merchant may open orders now, by their names."""
    return own_services(actor).where(OrderService.closed_at.is_(None)).order_by(OrderService.name)


def own_refunds(actor: Actor) -> Select[OrderRefund]:
    """Return what the merchant has given back."""
    return select(OrderRefund).where(OrderRefund.tenant_id == actor.own_tenant)


async def own_order(session: AsyncSession, actor: Actor, order_id: UUID) -> ServiceOrder:
    """Return one of the merchant's orders.

    :raises NotFound: if it is not his
    """
    return _found(await session.scalar(own_orders(actor).where(ServiceOrder.id == order_id)))


async def lock_own_order(session: AsyncSession, actor: Actor, order_id: UUID) -> ServiceOrder:
    """Return one of the merchant's orders, locked.

    :raises NotFound: if it is not his
    """
    return _found(await _locked(session, own_orders(actor).where(ServiceOrder.id == order_id)))


async def lock_order_paid(session: AsyncSession, actor: Actor, transaction_id: str) -> ServiceOrder:
    """Return the merchant's order that was paid under a transaction id, locked.

    :raises NotFound: if there is none
    """
    found = await _locked(
        session, own_orders(actor).where(ServiceOrder.transaction_id == transaction_id)
    )
    if found is None:
        raise NotFound(
            thing_zh="支付单号对应的订单",
            thing_en="order paid under this transaction id",
            field="transactionId",
        )
    return found


async def order_numbered(session: AsyncSession, actor: Actor, number: str) -> ServiceOrder | None:
    """Return the merchant's order with this number of his."""
    return await session.scalar(own_orders(actor).where(ServiceOrder.number == number))


async def order_of_redemption(
    session: AsyncSession, actor: Actor, redemption_id: UUID
) -> ServiceOrder | None:
    """Return the merchant's order that comes of a redemption and was neither cancelled nor expired."""
    return await session.scalar(
        own_orders(actor).where(
            ServiceOrder.redemption_id == redemption_id,
            ServiceOrder.stage.not_in(CAME_TO_NOTHING),
        )
    )


async def own_service(session: AsyncSession, actor: Actor, code: str) -> OrderService:
    """Return one of the merchant's services.

    :raises NotFound: if it is not his
    """
    found = await session.scalar(own_services(actor).where(OrderService.code == code))
    if found is None:
        raise NotFound(thing_zh="服务", thing_en="service", field="serviceId")
    return found


async def refund_numbered(session: AsyncSession, actor: Actor, number: str) -> OrderRefund | None:
    """Return the merchant's refund with this number of his."""
    return await session.scalar(own_refunds(actor).where(OrderRefund.number == number))


async def refunds_of(session: AsyncSession, order: ServiceOrder) -> Sequence[OrderRefund]:
    """Return the refunds of an order, the oldest first."""
    statement = select(OrderRefund).where(
        OrderRefund.tenant_id == order.tenant_id, OrderRefund.order_id == order.id
    )
    return (await session.scalars(statement.order_by(OrderRefund.id))).all()


async def has_outcome(session: AsyncSession, order: ServiceOrder, kind: OutcomeKind) -> bool:
    """Return whether it is kept already that an order ended so."""
    found = await session.scalar(
        select(OrderOutcome.id).where(
            OrderOutcome.tenant_id == order.tenant_id,
            OrderOutcome.order_id == order.id,
            OrderOutcome.kind == kind,
        )
    )
    return found is not None


async def stage_counts(
    session: AsyncSession, actor: Actor, begins_at: datetime
) -> dict[ServiceOrderStage, int]:
    """Return how many of a day's orders stand where."""
    shown = orders_of_day(actor, begins_at).subquery()
    rows = await session.execute(select(shown.c.stage, func.count()).group_by(shown.c.stage))
    return {row[0]: row[1] for row in rows}


async def lock_order(session: AsyncSession, tenant_id: UUID, order_id: UUID) -> ServiceOrder | None:
    """Return an order, locked until the transaction ends."""
    return await _locked(
        session,
        select(ServiceOrder).where(
            ServiceOrder.tenant_id == tenant_id, ServiceOrder.id == order_id
        ),
    )


async def lock_refund(
    session: AsyncSession, tenant_id: UUID, refund_id: UUID
) -> OrderRefund | None:
    """Return a refund, locked; its order is locked before it."""
    return await session.scalar(
        select(OrderRefund)
        .where(OrderRefund.tenant_id == tenant_id, OrderRefund.id == refund_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def service_of(session: AsyncSession, order: ServiceOrder) -> OrderService:
    """Return the service that an order was opened under.

    :raises NotFound: if the caller does not see it
    """
    statement = select(OrderService).where(
        OrderService.tenant_id == order.tenant_id, OrderService.id == order.service_id
    )
    found = await session.scalar(statement)
    if found is None:
        raise NotFound(thing_zh="服务", thing_en="service")
    return found


async def is_merchant_known(
    session: AsyncSession, *, provider: OrderChannel, sub_mchid: str, service_code: str
) -> bool:
    """Return whether a service of this number is some merchant's of the provider."""
    found = await session.scalar(
        select(OrderService.id).where(
            OrderService.provider == provider,
            OrderService.sub_mchid == sub_mchid,
            OrderService.code == service_code,
        )
    )
    return found is not None


async def is_submerchant_known(
    session: AsyncSession, *, provider: OrderChannel, sub_mchid: str
) -> bool:
    """Return whether the provider's number of a merchant is somebody's."""
    found = await session.scalar(
        select(OrderService.id)
        .where(OrderService.provider == provider, OrderService.sub_mchid == sub_mchid)
        .limit(1)
    )
    return found is not None


async def is_numbered(session: AsyncSession, tenant_id: UUID, sub_mchid: str) -> bool:
    """Return whether a merchant has a service under a number of the provider's."""
    found = await session.scalar(
        select(OrderService.id)
        .where(OrderService.tenant_id == tenant_id, OrderService.sub_mchid == sub_mchid)
        .limit(1)
    )
    return found is not None


async def lock_refund_told(
    session: AsyncSession, *, provider: OrderChannel, sub_mchid: str, number: str
) -> tuple[ServiceOrder, OrderRefund] | None:
    """Return the refund that a provider tells of with its order, locked in this order."""
    found = (
        await session.execute(
            select(OrderRefund.tenant_id, OrderRefund.order_id, OrderRefund.id)
            .join(
                ServiceOrder,
                (ServiceOrder.tenant_id == OrderRefund.tenant_id)
                & (ServiceOrder.id == OrderRefund.order_id),
            )
            .join(
                OrderService,
                (OrderService.tenant_id == ServiceOrder.tenant_id)
                & (OrderService.id == ServiceOrder.service_id),
            )
            .where(
                OrderService.provider == provider,
                OrderService.sub_mchid == sub_mchid,
                OrderRefund.number == number,
            )
        )
    ).first()
    if found is None:
        return None
    order = await lock_order(session, found.tenant_id, found.order_id)
    refund = await lock_refund(session, found.tenant_id, found.id)
    return None if order is None or refund is None else (order, refund)


async def lock_order_told(
    session: AsyncSession, *, provider: OrderChannel, sub_mchid: str, number: str
) -> ServiceOrder | None:
    """Return the order that a provider tells of, locked: by whose it is among those that share its calls back."""
    return await _locked(
        session,
        select(ServiceOrder)
        .join(
            OrderService,
            (OrderService.tenant_id == ServiceOrder.tenant_id)
            & (OrderService.id == ServiceOrder.service_id),
        )
        .where(
            OrderService.provider == provider,
            OrderService.sub_mchid == sub_mchid,
            ServiceOrder.number == number,
        ),
    )


async def _locked(session: AsyncSession, statement: Select[ServiceOrder]) -> ServiceOrder | None:
    return await session.scalar(
        statement.with_for_update(of=ServiceOrder).execution_options(populate_existing=True)
    )


def _found(order: ServiceOrder | None) -> ServiceOrder:
    if order is None:
        raise NotFound(thing_zh="服务订单", thing_en="service order")
    return order
