"""Events by webhook: a real receiver verifies them, gets each object's in order, and whatever failed again."""

from datetime import timedelta

import pytest
from events_city import endpoint_at
from small_city import Bank, SmallCity, offered
from sqlalchemy import select
from webhook_receiver import Receiver

from suxin.events.deliveries import give_up_overdue
from suxin.events.endpoints import (
    OVERLAP,
    pause_endpoint,
    remove_endpoint,
    resume_endpoint,
    rotate_secret,
)
from suxin.events.models import (
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.events.queries import own_endpoint
from suxin.events.replays import replay_delivery, replay_since
from suxin.events.schedule import BREAK_AFTER, TRIED_FOR
from suxin.kernel.actor import Actor
from suxin.kernel.notices import Notice
from suxin_server import pruning
from suxin_server.postman import Postman

OFFERED = (
    "lending.referral.arrived",
    "consent.consent.granted",
    "lending.referral.consented",
    "lending.referral.accepted",
    "lending.offer.made",
)


async def deliveries(city: SmallCity, bank: Bank) -> list[WebhookDelivery]:
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        found = await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.position))
        return list(found.all())


async def endpoint_now(city: SmallCity, bank: Bank, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        return await own_endpoint(session, bank.officer, endpoint.id)


async def test_a_receiver_verifies_each_event_and_gets_it_once(
    small_city: SmallCity, bank: Bank, rival: Bank, receiver: Receiver, postman: Postman
):
    _, secret = await endpoint_at(small_city, bank, f"{receiver.url}/events")
    receiver.tell(secret=secret)
    await offered(small_city, bank)
    await postman.send_all()
    assert await postman.send_all() == 0
    seen = receiver.seen()
    assert sorted(one["event"]["type"] for one in seen) == sorted(OFFERED)
    assert {one["verified"] for one in seen} == {True}
    assert all(one["id"] == one["event"]["id"] for one in seen)
    assert len({one["id"] for one in seen}) == len(OFFERED)
    rows = await deliveries(small_city, bank)
    assert {(row.state, row.status, row.attempts) for row in rows} == {
        (DeliveryState.DELIVERED, 200, 1)
    }
    assert rows[0].answer == "ok"
    assert await deliveries(small_city, rival) == []


async def test_an_endpoint_gets_the_types_it_wants_and_no_other(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    await endpoint_at(small_city, bank, receiver.url, types=("lending.offer.made",))
    await offered(small_city, bank)
    await postman.send_all()
    assert receiver.taken() == ["lending.offer.made"]


async def test_later_events_of_an_object_wait_while_those_of_others_go_on(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url)
    submitted, _ = await offered(small_city, bank)
    await postman._prepared(limit=0)
    referral = await small_city.referral_to(submitted, bank)
    rows = await deliveries(small_city, bank)
    # The receiver knows the referral by its global id; it refuses that object twice.
    from suxin_graphql.ids import to_global

    receiver.tell(objects={to_global("Referral", referral, bank.officer): 2})
    await postman.send_all()
    assert sorted(receiver.taken()) == ["consent.consent.granted", "lending.offer.made"]
    held = [row for row in await deliveries(small_city, bank) if row.object_id == referral]
    assert [(row.state, row.attempts) for row in held] == [
        (DeliveryState.PENDING, 1),
        (DeliveryState.PENDING, 0),
        (DeliveryState.PENDING, 0),
    ]
    assert held[0].status == 500
    assert len(rows) == len(OFFERED)
    clock.pass_time(hours=4)
    await postman.send_all()
    clock.pass_time(hours=4)
    await postman.send_all()
    assert receiver.taken()[2:] == [
        "lending.referral.arrived",
        "lending.referral.consented",
        "lending.referral.accepted",
    ]
    tried = [one["id"] for one in receiver.seen() if one["event"]["type"] == OFFERED[0]]
    assert len(tried) == 3
    assert len(set(tried)) == 1


async def test_what_is_not_taken_in_72_hours_is_given_up_and_the_next_goes(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock, admin
):
    await endpoint_at(small_city, bank, receiver.url)
    await offered(small_city, bank)
    await postman._prepared(limit=0)
    for row in await deliveries(small_city, bank):
        assert row.give_up_at - row.created_at == TRIED_FOR
    await admin.execute(
        "update webhook_deliveries set give_up_at = $1 where position = 1",
        clock.now() - timedelta(minutes=2),
    )
    await postman.send_all()
    rows = await deliveries(small_city, bank)
    assert [row.state for row in rows] == [DeliveryState.GIVEN_UP] + [DeliveryState.DELIVERED] * 4
    assert "lending.referral.consented" in receiver.taken()


async def test_the_last_failure_after_72_hours_gives_up(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock, admin
):
    receiver.tell(status=503)
    await endpoint_at(small_city, bank, receiver.url, types=("lending.referral.arrived",))
    await small_city.submit()
    await postman._prepared(limit=0)
    await admin.execute("update webhook_deliveries set give_up_at = $1", clock.now())
    await postman.send_all()
    (row,) = await deliveries(small_city, bank)
    assert (row.state, row.attempts, row.status) == (DeliveryState.GIVEN_UP, 1, 503)
    async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
        late = clock.now() + timedelta(days=9)
        assert await give_up_overdue(session, now=late) == 0


async def test_the_breaker_opens_probes_and_closes(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock, admin
):
    receiver.tell(status=500)
    endpoint, _ = await endpoint_at(small_city, bank, receiver.url)
    await offered(small_city, bank)
    while (broken := await endpoint_now(small_city, bank, endpoint)).state is EndpointState.ACTIVE:
        await postman.send_all()
        clock.pass_time(hours=4)
    clock.pass_time(hours=-4)
    assert broken.state is EndpointState.BROKEN
    assert broken.failures >= BREAK_AFTER
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        told = (
            await session.scalars(select(Notice).where(Notice.template == "webhook_state"))
        ).all()
    assert [(one.title, one.permission) for one in told] == [
        ("事件推送连续失败", str(WEBHOOK_MANAGE))
    ]
    tried = len(receiver.seen())
    await small_city.submit()
    assert await postman.send_all() == 0
    clock.pass_time(hours=4)
    assert await postman.send_all() == 1
    assert len(receiver.seen()) == tried + 1
    assert (await endpoint_now(small_city, bank, endpoint)).state is EndpointState.BROKEN
    receiver.tell(status=200)
    # What waits for an attempt of its own, however late, goes as soon as somebody takes anything.
    await admin.execute("update webhook_deliveries set next_at = next_at + interval '2 days'")
    clock.pass_time(hours=4)
    await postman.send_all()
    mended = await endpoint_now(small_city, bank, endpoint)
    assert (mended.state, mended.failures) == (EndpointState.ACTIVE, 0)
    assert {row.state for row in await deliveries(small_city, bank)} == {DeliveryState.DELIVERED}


async def test_a_receiver_that_is_gone_is_paused(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    receiver.tell(status=410)
    endpoint, _ = await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman.send_all()
    paused = await endpoint_now(small_city, bank, endpoint)
    assert (paused.state, paused.state_reason) == (EndpointState.PAUSED, "gone")
    receiver.tell(status=200)
    assert await postman.send_all() == 0
    await small_city.act(resume_endpoint, bank.officer, endpoint_id=endpoint.id, now=clock.now())
    clock.pass_time(minutes=1)
    await postman.send_all()
    assert receiver.taken() == ["lending.referral.arrived"]


async def test_what_happens_during_a_pause_is_sent_afterwards(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    endpoint, _ = await endpoint_at(small_city, bank, receiver.url)
    await small_city.act(pause_endpoint, bank.officer, endpoint_id=endpoint.id)
    await small_city.submit()
    assert await postman.send_all() == 0
    await small_city.act(resume_endpoint, bank.officer, endpoint_id=endpoint.id)
    await postman.send_all()
    assert receiver.taken() == ["lending.referral.arrived"]


async def test_both_secrets_verify_during_a_rotation_and_only_the_new_one_after(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    endpoint, former = await endpoint_at(small_city, bank, receiver.url)
    rotated = await small_city.act(
        rotate_secret,
        bank.officer,
        endpoint_id=endpoint.id,
        sealer=small_city.sealer,
        now=clock.now(),
    )
    assert rotated.secret != former
    for secret in (former, rotated.secret):
        receiver.tell(reset=True, secret=secret)
        await small_city.submit()
        await postman.send_all()
        assert [(one["verified"], one["signatures"]) for one in receiver.seen()] == [(True, 2)]
    await small_city.act(
        rotate_secret,
        bank.officer,
        endpoint_id=endpoint.id,
        sealer=small_city.sealer,
        now=clock.now() - OVERLAP,
    )
    receiver.tell(reset=True, secret=rotated.secret)
    await small_city.submit()
    await postman.send_all()
    assert [(one["verified"], one["signatures"]) for one in receiver.seen()] == [(False, 1)]


async def test_a_delivery_is_replayed_under_the_same_id(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman.send_all()
    (row,) = await deliveries(small_city, bank)
    await small_city.act(replay_delivery, bank.officer, delivery_id=row.id)
    await postman.send_all()
    first, second = receiver.seen()
    assert first["id"] == second["id"]
    assert first["event"] == second["event"]
    (row,) = await deliveries(small_city, bank)
    assert (row.state, row.replays, row.attempts) == (DeliveryState.DELIVERED, 1, 1)


async def test_a_new_endpoint_catches_up_by_a_replay_since_a_time(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    await offered(small_city, bank)
    await postman.send_all()
    endpoint, _ = await endpoint_at(small_city, bank, receiver.url)
    replay = {"endpoint_id": endpoint.id, "since": small_city.now}
    assert await small_city.act(replay_since, bank.officer, **replay) == len(OFFERED)
    assert await small_city.act(replay_since, bank.officer, **replay) == 0
    await postman.send_all()
    assert sorted(receiver.taken()) == sorted(OFFERED)
    assert await small_city.act(replay_since, bank.officer, **replay) == len(OFFERED)
    await postman.send_all()
    assert len(receiver.taken()) == 2 * len(OFFERED)


async def test_an_endpoint_that_is_removed_gets_nothing_more(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    endpoint, _ = await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman._prepared(limit=0)
    await small_city.act(remove_endpoint, bank.officer, endpoint_id=endpoint.id)
    assert await postman.send_all() == 0
    assert await deliveries(small_city, bank) == []
    assert receiver.seen() == []


async def test_deliveries_go_with_their_events(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman, clock
):
    await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman.send_all()
    clock.pass_time(days=31)
    assert (await pruning.prune(small_city.database, now=clock.now()))["tenant_events"] == 2
    assert await deliveries(small_city, bank) == []


async def test_a_long_answer_is_read_no_further_than_it_is_kept(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    receiver.tell(body="好" * 2_000_000)
    await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman.send_all()
    (row,) = await deliveries(small_city, bank)
    assert (row.state, row.answer) == (DeliveryState.DELIVERED, "好" * 200)


@pytest.mark.parametrize(
    ("status", "headers", "problem"),
    [
        (302, {"location": "http://127.0.0.1:1/"}, "redirected"),
        (500, {"retry-after": "3600"}, None),
    ],
)
async def test_a_redirect_is_not_followed_and_a_wish_to_wait_is_kept(
    small_city: SmallCity,
    bank: Bank,
    receiver: Receiver,
    postman: Postman,
    status,
    headers,
    problem,
    clock,
):
    receiver.tell(status=status, headers=headers)
    await endpoint_at(small_city, bank, receiver.url)
    await small_city.submit()
    await postman.send_all()
    (row,) = await deliveries(small_city, bank)
    assert (row.state, row.problem) == (DeliveryState.PENDING, problem)
    if problem is None:
        assert row.next_at >= clock.now() + timedelta(seconds=3500)


async def test_who_pushes_and_who_pulls_is_told_the_same(
    small_city: SmallCity, bank: Bank, receiver: Receiver, postman: Postman
):
    from suxin.events.queries import own_events
    from suxin_graphql.event_bodies import event_data
    from suxin_graphql.ids import to_global

    await endpoint_at(small_city, bank, receiver.url)
    await offered(small_city, bank)
    await postman.send_all()
    officer: Actor = bank.officer
    async with small_city.database.snapshot(officer, now=small_city.now) as session:
        feed = (await session.scalars(own_events(officer))).all()
    pulled = {
        to_global("Event", one.id, officer): event_data(one.type, one.object_id, one.data, officer)
        for one in feed
    }
    assert pulled == {one["id"]: one["event"]["data"] for one in receiver.seen()}
