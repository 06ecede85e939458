"""An endpoint of a bank with what was sent to it, for whoever asks who sees that."""

from dataclasses import dataclass
from uuid import UUID

from small_city import Bank, SmallCity
from sqlalchemy import select

from suxin.events.endpoints import EndpointDraft, create_endpoint
from suxin.events.feed import put_in_order
from suxin.events.models import WebhookDelivery
from suxin.kernel.actor import Actor
from suxin_web.event_types import CATALOGUE


@dataclass(frozen=True)
class Webhook:
    """An endpoint, and one delivery on its way to it."""

    endpoint_id: UUID
    delivery_id: UUID


async def build_webhook(city: SmallCity, bank: Bank) -> Webhook:
    """Have everything that was recorded so far sent to an address of the bank's, which nobody calls."""
    signed = await city.act(
        create_endpoint,
        bank.officer,
        draft=EndpointDraft(
            name="信贷系统",
            url="https://bank.example/events",
            event_types=tuple(CATALOGUE),
        ),
        known=CATALOGUE,
        sealer=city.sealer,
    )
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        assert await put_in_order(session, now=city.now) > 0
    async with city.database.transaction(bank.officer, now=city.now) as session:
        delivery_id = await session.scalar(
            select(WebhookDelivery.id).order_by(WebhookDelivery.position).limit(1)
        )
    assert delivery_id is not None
    return Webhook(signed.endpoint.id, delivery_id)
