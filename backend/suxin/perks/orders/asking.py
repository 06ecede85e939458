"""Asking a provider what a merchant asks for: noted on the order, and carried by a job."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.ids import new_id
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.states import ServiceOrderRequest
from suxin.perks.orders.telling import record_step

REQUEST_TOPIC: Final = "perks.order.ask_provider"


async def ask(
    session: AsyncSession,
    order: ServiceOrder,
    request: ServiceOrderRequest,
    asked: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Have a job ask the provider; the order stands where it stands until that has answered."""
    request_id = new_id(now)
    order.ask(request, request_id=request_id, asked=asked, now=now)
    await session.flush()
    record_step(session, order, "asked", {"request": request.value}, now=now)
    named = {"tenant_id": order.tenant_id, "order_id": order.id, "request_id": request_id}
    await outbox.post(session, REQUEST_TOPIC, named, now=now, tenant_id=order.tenant_id, wake=True)
