"""Asking after an order that its provider has, however its calls back fare."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.perks.orders.models import ServiceOrder

LOOK_TOPIC: Final = "perks.order.look_after"
LOOKS: Final = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta.max, timedelta(hours=6)),
)
"""How long until an order is asked after again, by its age; proposed."""


async def look_again(session: AsyncSession, order: ServiceOrder, *, now: datetime) -> None:
    """Have a job ask after an order later, however its calls back fare: soon while it is young, seldom once it is old."""
    age = now - order.created_at
    pause = next(pause for until, pause in LOOKS if age < until)
    await outbox.post(
        session,
        LOOK_TOPIC,
        {"tenant_id": order.tenant_id, "order_id": order.id},
        now=now,
        tenant_id=order.tenant_id,
        not_before=now + pause,
    )
