"""The webhooks of the demo city: a page with a history, and an endpoint that is really sent to."""

import json

import httpx

from suxin.events.deliveries import Attempt, take_turns
from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin_graphql.event_bodies import message_of
from suxin_outbound.webhooks import Message, signed_headers
from suxin_server.stand_ins.paths import EVENTS_PATH
from suxin_server.stand_ins.receiver import ReceiverStandIn
from suxin_web.event_types import CATALOGUE

BANK = "楚风"


async def test_a_bank_has_one_endpoint_with_what_was_taken_what_was_tried_again_and_what_waits(
    built,
):
    (endpoint,) = await built.admin.fetch(
        "select w.*, t.short_name from webhook_endpoints w join tenants t on t.id = w.tenant_id"
    )
    assert endpoint["short_name"].startswith(BANK)
    assert (endpoint["state"], endpoint["failures"]) == ("ACTIVE", 2)
    rows = await built.admin.fetch(
        "select d.*, e.data, e.recorded_at from webhook_deliveries d"
        " join tenant_events e on e.tenant_id = d.tenant_id and e.id = d.event_id"
        " order by d.position"
    )
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 5
    assert [row["state"] for row in rows] == ["DELIVERED"] * (len(rows) - 1) + ["PENDING"]
    assert [row["attempts"] for row in rows] == [1, 2] + [1] * (len(rows) - 3) + [2]
    assert [row["recorded_at"] for row in rows] == sorted(row["recorded_at"] for row in rows)
    assert {row["event_type"] for row in rows} >= {
        "lending.referral.arrived",
        "lending.referral.accepted",
    }
    feeds = await built.admin.fetch("select tenant_id, last_position from event_feeds")
    assert [tuple(feed) for feed in feeds] == [(endpoint["tenant_id"], len(rows))]


async def test_what_waits_is_sent_signed_as_every_other(built):
    sealer: Sealer = built.setting.made_for.sealer
    now = await built.admin.fetchval(
        "select next_at from webhook_deliveries where state = 'PENDING'"
    )
    receiver = ReceiverStandIn()
    async with built.database.transaction(Actor.system("test"), now=now) as session:
        (turn,) = await take_turns(session, sealer=sealer, limit=5, now=now)
        await session.rollback()
    (sending,) = turn.sendings
    message_id, body = message_of(sending, turn.tenant_id)
    message = Message(url=turn.url, id=message_id, body=body, secrets=turn.secrets)
    assert turn.url.endswith(EVENTS_PATH)
    transport = httpx.ASGITransport(receiver)
    async with httpx.AsyncClient(transport=transport) as sender:
        answer = await sender.post(turn.url, content=body, headers=signed_headers(message, now=now))
    assert Attempt(took_ms=1, status=answer.status_code).taken
    (heard,) = receiver.messages
    assert heard["type"] == "lending.referral.arrived"


async def test_every_event_holds_what_its_kind_declares(built):
    events = await built.admin.fetch("select type, data from tenant_events")
    for event in events:
        kind = CATALOGUE[event["type"]]
        assert set(json.loads(event["data"])) == set(kind.fields)
