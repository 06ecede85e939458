"""Events by pull: a bank's system reads on from its last cursor, and reads things again by the ids it is told."""

from datetime import timedelta

from events_city import PLATFORM, as_platform
from small_city import SmallCity

from suxin.events.feed import prune_events, put_in_order
from suxin_web.event_types import CATALOGUE

FOREVER = "query($after: String) { events(first: 100, after: $after) { edges { cursor node { type } } pageInfo { endCursor } } }"


async def arranged(city: SmallCity) -> None:
    await as_platform(city, put_in_order)


async def pruned(city: SmallCity) -> None:
    async with city.database.transaction(PLATFORM, now=city.now) as session:
        assert await prune_events(session, before=city.now + timedelta(days=10)) > 1


async def test_a_system_reads_on_from_its_last_cursor(case, bank_a, bank_b, small_city):
    await arranged(small_city)
    first = await bank_a.run("events", first=10)
    assert [edge["node"]["type"] for edge in first["edges"]] == ["lending.referral.arrived"]
    cursor = first["pageInfo"]["endCursor"]
    assert (await bank_a.run("events", first=10, after=cursor))["edges"] == []
    await case.accept()
    await case.consent()
    await arranged(small_city)
    rest = await bank_a.run("events", first=1, after=cursor)
    assert [edge["node"]["type"] for edge in rest["edges"]] == ["lending.referral.accepted"]
    assert rest["pageInfo"]["hasNextPage"] is True
    last = await bank_a.run("events", first=10, after=rest["pageInfo"]["endCursor"])
    assert [edge["node"]["type"] for edge in last["edges"]] == [
        "consent.consent.granted",
        "lending.referral.consented",
    ]
    others = await bank_b.run("events", first=10)
    assert [edge["node"]["type"] for edge in others["edges"]] == ["lending.referral.arrived"]
    crossed = await bank_b.codes(FOREVER, after=cursor)
    assert crossed == ["CURSOR_INVALID"]


async def test_what_an_event_names_is_read_again_by_its_ids(case, bank_a, small_city):
    await case.accept()
    await case.consent()
    await arranged(small_city)
    events = [edge["node"] for edge in (await bank_a.run("events", first=10))["edges"]]
    arrived, consented = events[0], events[-1]
    assert arrived["data"]["objectType"] == "Referral"
    assert arrived["data"]["objectId"] == case.referral_id
    assert arrived["data"]["mode"] == "RECOMMENDED"
    named = [arrived["data"]["objectId"], arrived["data"]["lead"], consented["data"]["consent"]]
    again = await bank_a.data(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=[*named, arrived["id"]]
    )
    assert [one["__typename"] for one in again["nodes"]] == ["Referral", "Lead", "Consent", "Event"]


async def test_a_cursor_stays_good_while_nothing_after_it_is_gone(case, bank_a, small_city):
    await arranged(small_city)
    cursor = (await bank_a.run("events", first=10))["pageInfo"]["endCursor"]
    await pruned(small_city)
    assert (await bank_a.run("events", first=10))["edges"] == []
    await case.accept()
    await arranged(small_city)
    after = await bank_a.run("events", first=10, after=cursor)
    assert [edge["node"]["type"] for edge in after["edges"]] == ["lending.referral.accepted"]


async def test_a_cursor_whose_followers_are_gone_is_refused_by_name(case, bank_a, small_city):
    await arranged(small_city)
    cursor = (await bank_a.run("events", first=10))["pageInfo"]["endCursor"]
    await case.accept()
    await arranged(small_city)
    await pruned(small_city)
    assert await bank_a.codes(FOREVER, after=cursor) == ["EVENTS_GONE"]


async def test_who_may_not_read_events_is_refused(case, desks):
    viewer = await desks.open(desks.city.banks[0], roles=("viewer",))
    assert await viewer.codes(FOREVER) == ["FORBIDDEN"]


async def test_the_kinds_of_events_are_told_with_their_fields(bank_a):
    told = (await bank_a.data("{ eventTypes { name zh en objectType fields { name of } } }"))[
        "eventTypes"
    ]
    assert {one["name"]: one["objectType"] for one in told} == {
        kind.name: kind.object for kind in CATALOGUE.values()
    }
    by_name = {one["name"]: one for one in told}
    assert by_name["lending.offer.made"]["fields"] == [
        {"name": "referral", "of": "Referral"},
        {"name": "state", "of": None},
    ]
