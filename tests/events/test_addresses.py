"""Where events are never sent: into our own network, whatever a tenant's address says, resolves to or redirects to."""

from datetime import UTC, datetime

import pytest
from events_city import endpoint_at
from small_city import Bank, SmallCity
from sqlalchemy import select
from webhook_receiver import Receiver

from suxin.events.endpoints import EndpointDraft, create_endpoint
from suxin.events.models import DeliveryState, WebhookDelivery
from suxin.kernel.refusals import Invalid
from suxin_outbound.addresses import PublicRoute, Route
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.webhooks import LIMITS, NOT_ALLOWED, Message, WebhookSender
from suxin_server.faults import NotAvailable
from suxin_server.postman import Postman
from suxin_server.settings import Settings
from suxin_server.tenants_addresses import client_of_webhooks
from suxin_web.event_types import CATALOGUE

SECRET = "whsec_" + "c2VjcmV0" * 6


def message(url: str) -> Message:
    return Message(url=url, id="event-1", body=b"{}", secrets=[SECRET])


def sender(route: Route) -> tuple[GuardedClient, WebhookSender]:
    client = GuardedClient.to_public(LIMITS, route=route)
    return client, WebhookSender(client, clock=lambda: datetime.now(UTC))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.0.0.8/events",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "http://93.184.216.34/",
        "https://localhost/",
    ],
)
async def test_a_private_address_is_not_called(url):
    client, sending = sender(PublicRoute())
    attempt = await sending.send(message(url))
    await client.close()
    assert (attempt.status, attempt.problem) == (None, NOT_ALLOWED)


async def test_a_name_that_resolves_inside_or_comes_to_is_not_called(receiver: Receiver):
    """A second answer of the name service cannot lead inside: each call resolves once and connects to what was checked."""
    answers = [("93.184.216.34", "127.0.0.1"), ("127.0.0.1",)]

    async def rebinding(_host, _port):
        return answers.pop(0)

    client, sending = sender(PublicRoute(resolver=rebinding))
    port = receiver.url.rsplit(":", 1)[1]
    for _ in range(2):
        attempt = await sending.send(message(f"https://bank.example:{port}/events"))
        assert attempt.problem == NOT_ALLOWED
    await client.close()
    assert answers == []
    assert receiver.seen() == []


async def test_an_address_that_is_not_allowed_shows_in_the_log_and_is_tried_again(
    small_city: SmallCity, bank: Bank, clock
):
    client, sending = sender(PublicRoute())
    postman = Postman(
        small_city.database, sealer=small_city.sealer, sender=sending, clock=clock.now
    )
    await endpoint_at(small_city, bank, "https://10.0.0.8/events")
    await small_city.submit()
    await postman.send_all()
    await client.close()
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        row = (await session.scalars(select(WebhookDelivery))).one()
    assert (row.state, row.problem, row.status) == (DeliveryState.PENDING, NOT_ALLOWED, None)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bank.example/",
        "https://user@bank.example/",
        "https://bank.example/?token=1",
        "https://bank.example/#x",
        "https://bank.example/\nHost: x",
        "https://bank.example/" + "x" * 400,
        "bank.example",
        "",
    ],
)
async def test_what_is_no_address_is_refused_where_it_is_typed(
    small_city: SmallCity, bank: Bank, url
):
    draft = EndpointDraft(name="信贷系统", url=url, event_types=("lending.offer.made",))
    with pytest.raises(Invalid) as refused:
        await small_city.act(
            create_endpoint, bank.officer, draft=draft, known=CATALOGUE, sealer=small_city.sealer
        )
    assert refused.value.field == "url"


def test_a_server_that_others_reach_does_not_send_to_its_own_machine():
    public = Settings(public_url="https://suxin.example", local_webhooks=True)
    with pytest.raises(NotAvailable, match="SUXIN_LOCAL_WEBHOOKS"):
        client_of_webhooks(public)
