"""Endpoints over GraphQL: made, changed, stopped, rotated, and events sent to them again by their tenant's administrator."""

import pytest
from events_city import as_platform
from observing import nothing_written

from suxin.events.endpoints import MAX_ENDPOINTS
from suxin.events.feed import put_in_order
from suxin.events.models import SECRET

DRAFT = {
    "name": "信贷管理系统",
    "url": "https://bank.example/events",
    "eventTypes": ["lending.referral.arrived", "lending.offer.accepted"],
}


async def made(bank) -> dict[str, object]:
    return (await bank.write("create_webhook_endpoint", **DRAFT))["endpoint"]


async def test_an_endpoint_is_made_and_its_secret_is_shown_once(bank_a, bank_b, small_city, admin):
    first = await bank_a.write("create_webhook_endpoint", key="a-key-of-mine", **DRAFT)
    assert first["secret"].startswith("whsec_")
    assert first["endpoint"]["state"] == "ACTIVE"
    assert first["endpoint"]["eventTypes"] == sorted(DRAFT["eventTypes"])
    again = await bank_a.write("create_webhook_endpoint", key="a-key-of-mine", **DRAFT)
    assert (again["replayed"], again["secret"]) == (True, None)
    assert again["endpoint"]["id"] == first["endpoint"]["id"]
    assert (await bank_a.run("webhook_endpoints", first=10))["totalCount"] == 1
    assert (await bank_b.run("webhook_endpoints", first=10))["totalCount"] == 0
    kept = await admin.fetchval("select string_agg(result::text, '') from idempotency_keys")
    assert first["secret"] not in kept
    sealed = await admin.fetchrow("select id, secret_sealed from webhook_endpoints")
    opened = small_city.sealer.open(sealed["secret_sealed"], purpose=SECRET, row=sealed["id"])
    assert opened == first["secret"]


async def test_an_endpoint_is_changed_stopped_and_removed(bank_a):
    given = {"id": (await made(bank_a))["id"]}
    changed = await bank_a.write(
        "update_webhook_endpoint",
        **given,
        **DRAFT | {"name": "新系统", "url": "https://b.example/"},
    )
    assert (changed["endpoint"]["name"], changed["endpoint"]["url"]) == (
        "新系统",
        "https://b.example/",
    )
    stopped = await bank_a.write("pause_webhook_endpoint", **given)
    assert stopped["endpoint"]["state"] == "PAUSED"
    refused = await bank_a.write("pause_webhook_endpoint", **given)
    assert refused["code"] == "WEBHOOK_STATE_CONFLICT"
    going = await bank_a.write("resume_webhook_endpoint", **given)
    assert going["endpoint"]["state"] == "ACTIVE"
    rotated = await bank_a.write("rotate_webhook_secret", **given)
    assert rotated["secret"].startswith("whsec_")
    assert rotated["endpoint"]["previousUntil"] is not None
    assert (await bank_a.write("remove_webhook_endpoint", **given))["endpoint"] is None
    assert (await bank_a.write("remove_webhook_endpoint", **given))["code"] == "NOT_FOUND"


async def test_events_are_sent_again(bank_a, bank_b, case, small_city, admin, clock):
    endpoint = await made(bank_a)
    await as_platform(small_city, put_in_order)
    listed = await bank_a.run("webhook_deliveries", first=10, endpointId=endpoint["id"])
    (node,) = [edge["node"] for edge in listed["edges"]]
    assert node["eventType"] == "lending.referral.arrived"
    assert node["endpoint"] == {"id": endpoint["id"], "name": DRAFT["name"]}
    assert node["event"]["data"]["objectId"] == case.referral_id
    refused = await bank_a.write("replay_webhook_delivery", id=node["id"])
    assert refused["code"] == "WEBHOOK_DELIVERY_PENDING"
    await admin.execute("update webhook_deliveries set state = 'GIVEN_UP'")
    for states, count in (["PENDING"], 0), (["GIVEN_UP"], 1), ([], 1):
        found = await bank_a.run("webhook_deliveries", first=10, states=states)
        assert len(found["edges"]) == count
    again = await bank_a.write("replay_webhook_delivery", id=node["id"])
    assert (again["delivery"]["state"], again["delivery"]["replays"]) == ("PENDING", 1)
    await admin.execute("update webhook_deliveries set state = 'GIVEN_UP'")
    since = {"id": endpoint["id"], "since": clock.now().isoformat()}
    assert (await bank_a.write("replay_webhook_events", **since))["events"] == 1
    crossed = await bank_b.write("replay_webhook_delivery", id=node["id"])
    assert crossed["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "since", ["2026-11-20T02:00:00", "2026-10-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"]
)
async def test_a_time_that_does_not_do_is_refused(bank_a, admin, since):
    endpoint = await made(bank_a)
    async with nothing_written(admin):
        refused = await bank_a.write("replay_webhook_events", id=endpoint["id"], since=since)
    assert (refused["code"], refused["field"]) == ("INVALID", "since")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "名" * 61}, "name"),
        ({"url": "bank.example"}, "url"),
        ({"eventTypes": []}, "eventTypes"),
        ({"eventTypes": ["lending.everything"]}, "eventTypes"),
    ],
)
async def test_an_endpoint_that_does_not_do_is_refused(bank_a, admin, changes, field):
    async with nothing_written(admin):
        refused = await bank_a.write("create_webhook_endpoint", **DRAFT | changes)
    assert (refused["code"], refused["field"]) == ("INVALID", field)


async def test_there_are_only_so_many_endpoints(bank_a, admin):
    for _ in range(MAX_ENDPOINTS):
        await made(bank_a)
    async with nothing_written(admin):
        refused = await bank_a.write("create_webhook_endpoint", **DRAFT)
    assert refused["code"] == "TOO_MANY_WEBHOOK_ENDPOINTS"


async def test_who_only_reads_makes_no_endpoint(desks):
    officer = await desks.open(desks.city.banks[0], roles=("loan_officer",))
    refused = await officer.write("create_webhook_endpoint", **DRAFT)
    assert refused["code"] == "FORBIDDEN"
