"""Asking a user for a payment again that waits: by another attempt to collect it, or by a reminder. Once a day at the most.

An attempt leads nowhere by itself: the order is paid when its provider says so.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.perks.orders import queries
from suxin.perks.orders.asking import ask
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.policies import ORDER_MANAGE
from suxin.perks.orders.states import ServiceOrderRequest


async def collect_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, now: datetime
) -> ServiceOrder:
    """Have the provider try to collect what a completed order asks for.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises CollectedHere: if no provider collects it
    :raises StepNotPossible: unless it waits for its payment
    :raises OrderWaiting: if a request is on its way
    :raises OrderUrged: if its user was asked a short while ago
    """
    return await _urge(session, actor, order_id, ServiceOrderRequest.COLLECT, now=now)


async def remind_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, now: datetime
) -> ServiceOrder:
    """Have the provider remind an order's user of the payment.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises CollectedHere: if no provider collects it
    :raises StepNotPossible: unless it waits for its payment
    :raises OrderWaiting: if a request is on its way
    :raises OrderUrged: if its user was asked a short while ago
    """
    return await _urge(session, actor, order_id, ServiceOrderRequest.REMIND, now=now)


async def _urge(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    request: ServiceOrderRequest,
    *,
    now: datetime,
) -> ServiceOrder:
    actor.require(ORDER_MANAGE)
    order = await queries.lock_own_order(session, actor, order_id)
    order.urge(request, now=now)
    await ask(session, order, request, {}, now=now)
    return order
