"""Events of the small city: the platform's duties, and who reads what came of them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from small_city import Bank, SmallCity

from suxin.events.endpoints import EndpointDraft, create_endpoint
from suxin.events.feed import put_in_order
from suxin.events.models import TenantEvent, WebhookEndpoint
from suxin.events.queries import own_events
from suxin.kernel.actor import Actor
from suxin_web.event_types import CATALOGUE

PLATFORM = Actor.system("test-postman")
EVERYTHING = tuple(CATALOGUE)


async def as_platform(
    city: SmallCity,
    duty: Callable[..., Awaitable[Any]],
    *,
    now: datetime | None = None,
    **given: Any,
) -> Any:
    """Carry out a duty of the platform in a transaction of its own."""
    moment = now or city.now
    async with city.database.transaction(PLATFORM, now=moment) as session:
        return await duty(session, **given, now=moment)


async def feed_of(city: SmallCity, bank: Bank) -> list[TenantEvent]:
    """Put what was recorded in order, and return the bank's feed as its own people read it."""
    await as_platform(city, put_in_order)
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        return list((await session.scalars(own_events(bank.officer))).all())


async def endpoint_at(
    city: SmallCity, bank: Bank, url: str, *, types: tuple[str, ...] = EVERYTHING
) -> tuple[WebhookEndpoint, str]:
    """Have the bank's events sent to an address; return the endpoint and its secret."""
    signed = await city.act(
        create_endpoint,
        bank.officer,
        draft=EndpointDraft(name="信贷系统", url=url, event_types=types),
        known=CATALOGUE,
        sealer=city.sealer,
    )
    return signed.endpoint, signed.secret
