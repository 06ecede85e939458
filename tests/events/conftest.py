"""The banks of the small city whose events are told, a receiver of one of them, and the postman."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from held_clock import HeldClock
from small_city import Bank, SmallCity
from webhook_receiver import Receiver, running_receiver

from suxin_outbound.addresses import LocalRoute
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.webhooks import LIMITS, WebhookSender
from suxin_server.postman import Postman


@pytest.fixture
def bank(small_city: SmallCity) -> Bank:
    return small_city.banks[0]


@pytest.fixture
def rival(small_city: SmallCity) -> Bank:
    return small_city.banks[1]


@pytest.fixture(scope="session")
def started_receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(started_receiver: Receiver) -> Receiver:
    started_receiver.tell(reset=True)
    return started_receiver


@pytest.fixture
async def guarded() -> AsyncIterator[GuardedClient]:
    client = GuardedClient.to_public(LIMITS, route=LocalRoute())
    yield client
    await client.close()


@pytest.fixture
def clock(small_city: SmallCity) -> HeldClock:
    return HeldClock(small_city.now)


@pytest.fixture
def postman(small_city: SmallCity, guarded: GuardedClient, clock: HeldClock) -> Postman:
    # The receiver minds how old a message is by its own clock, as the standard wants it to.
    sender = WebhookSender(guarded, clock=lambda: datetime.now(UTC))
    return Postman(small_city.database, sealer=small_city.sealer, sender=sender, clock=clock.now)
