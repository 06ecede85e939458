"""Every attempt of a delivery is kept with what came of it, and what all of them came to is counted without names."""

import re
from datetime import timedelta

from events_city import endpoint_at
from small_city import Bank, SmallCity
from sqlalchemy import select
from webhook_receiver import Receiver

from suxin.events.deliveries import Attempt, _note
from suxin.events.models import MOST_TRIED, DeliveryState, WebhookDelivery
from suxin.events.replays import replay_delivery
from suxin.events.sending_figures import Outcome, sending_figures
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin_server.metrics import Metrics
from suxin_server.postman import Postman

LENDING = ("lending.referral.arrived",)
HOUR = timedelta(hours=1)


async def only_delivery(city: SmallCity, bank: Bank) -> WebhookDelivery:
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        return (await session.scalars(select(WebhookDelivery))).one()


async def test_each_attempt_is_kept_also_across_a_replay(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url, types=LENDING)
    await small_city.submit()
    moments = []
    for status in (500, 500, 200):
        receiver.tell(status=status)
        await postman.send_all()
        moments.append(clock.moment.isoformat())
        clock.pass_time(hours=4)
    row = await only_delivery(small_city, bank)
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 3)
    assert [one["status"] for one in row.tried] == [500, 500, 200]
    assert [one["at"] for one in row.tried] == moments
    assert all(one["took_ms"] >= 0 and one["problem"] is None for one in row.tried)
    await small_city.act(replay_delivery, bank.officer, delivery_id=row.id)
    await postman.send_all()
    row = await only_delivery(small_city, bank)
    assert (row.attempts, row.replays) == (1, 1)
    assert [one["status"] for one in row.tried] == [500, 500, 200, 200]


async def test_what_a_worker_learns_when_another_has_delivered_it_is_not_noted(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url, types=LENDING)
    await small_city.submit()
    (turn,) = await postman._prepared(limit=1)
    # It waits for the receiver for so long that its hold ends, and the same event goes out again.
    clock.pass_time(minutes=1)
    assert await postman.send_all() == 1
    (sending,) = turn.sendings
    await postman._settled(turn, {sending.delivery_id: Attempt(took_ms=7, status=500)})
    row = await only_delivery(small_city, bank)
    assert (row.state, row.status, row.attempts) == (DeliveryState.DELIVERED, 200, 1)
    assert [one["status"] for one in row.tried] == [200]


def test_of_very_many_attempts_the_latest_are_kept(small_city: SmallCity):
    delivery = WebhookDelivery(
        id=new_id(),
        attempts=0,
        tried=[],
        state=DeliveryState.PENDING,
        give_up_at=small_city.now + 72 * HOUR,
    )
    for number in range(MOST_TRIED + 5):
        _note(delivery, Attempt(took_ms=number, problem="timeout"), now=small_city.now)
    assert [one["took_ms"] for one in delivery.tried] == list(range(5, MOST_TRIED + 5))
    assert {one["problem"] for one in delivery.tried} == {"timeout"}


def figure(page: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found, f"{name} is not on the page"
    return float(found[1])


async def test_how_sending_goes_is_on_the_page_of_metrics(
    small_city: SmallCity, bank: Bank, rival: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url, types=LENDING)
    await endpoint_at(small_city, rival, "https://nobody.invalid/events", types=LENDING)
    await small_city.submit()
    await postman.send_all()
    clock.pass_time(minutes=30)
    metrics = Metrics()
    page = (await metrics.scrape(small_city.database, now=clock.moment)).decode()
    assert figure(page, "suxin_webhook_deliveries_waiting") == 1
    assert figure(page, "suxin_webhook_oldest_waiting_seconds") == 1800
    assert figure(page, 'suxin_webhook_endpoints{state="ACTIVE"}') == 2
    assert figure(page, 'suxin_webhook_deliveries_attempted{outcome="taken"}') == 1
    assert figure(page, 'suxin_webhook_deliveries_attempted{outcome="unanswered"}') == 1
    assert figure(page, 'suxin_webhook_attempt_seconds{quantile="0.95"}') < 60
    assert str(bank.tenant_id) not in page
    assert "nobody.invalid" not in page
    clock.pass_time(hours=2)
    page = (await metrics.scrape(small_city.database, now=clock.moment)).decode()
    assert figure(page, 'suxin_webhook_deliveries_attempted{outcome="taken"}') == 0
    assert "suxin_webhook_attempt_seconds{" not in page


async def test_a_tenant_counts_his_own_alone_and_nobody_nothing(
    small_city: SmallCity, bank: Bank, rival: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url, types=LENDING)
    await small_city.submit()
    await postman.send_all()
    counted = []
    for actor in (Actor.system("metrics"), bank.officer, rival.officer, Actor.anonymous("test")):
        async with small_city.database.snapshot(actor, now=clock.moment) as session:
            found = await sending_figures(session, since=clock.moment - HOUR, now=clock.moment)
        counted.append((sum(found.endpoints.values()), found.attempted[Outcome.TAKEN]))
    assert counted == [(1, 1), (1, 1), (0, 0), (0, 0)]
