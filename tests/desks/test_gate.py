"""The gate over HTTP: what it is given, what it tells, and that each thing is answered by itself."""

import json
from uuid import uuid4

import pytest
from small_perks import SmallPerks, build_perks
from small_tickets import handed, platform_keys, text_of

from suxin.kernel.signing import KeyUse
from suxin.perks.tickets.artefacts import SPENT, short
from suxin.tenancy.profiles import TenantKind
from suxin_web.csrf import token_for


@pytest.fixture
async def perks(small_city) -> SmallPerks:
    return await build_perks(small_city, TenantKind.ATTRACTION)


@pytest.fixture
async def gate(desks, perks):
    return await desks.of("gate", perks.merchant.own_tenant)


async def tell(gate, *spends, staff_id=None):
    body = {"gate": "北门", "staffId": str(staff_id or gate.staff_id), "spends": list(spends)}
    headers = {"X-CSRF-Token": token_for(gate.token)}
    return await gate.client.post("/desk/gate/spends", json=body, headers=headers)


def spend(text, now, **changes):
    return {"id": str(uuid4()), "ticket": text, "persons": 1, "at": now.isoformat(), **changes}


async def test_a_gate_is_given_keys_list_and_worker(gate, perks):
    city = perks.city
    given = json.loads(await gate.get("/desk/gate/pass"))
    assert (given["staffId"], given["tenant"]) == (str(gate.staff_id), short(gate.tenant_id))
    keys = await platform_keys(city)
    assert given["keys"] == keys.published(now=city.now, use=KeyUse.ARTEFACT)["keys"]
    listed = await gate.client.get("/desk/gate/spent")
    claims = json.loads(keys.verified(listed.text, use=KeyUse.ARTEFACT, typ=SPENT, now=city.now))
    assert (claims["a"], claims["left"], claims["whole"]) == (short(gate.tenant_id), {}, True)
    tagged = {"If-None-Match": listed.headers["etag"]}
    assert (await gate.client.get("/desk/gate/spent", headers=tagged)).status_code == 304
    ticket = await handed(city, perks.merchant, await perks.published(), persons=2)
    text = await text_of(city, ticket)
    assert (await tell(gate, spend(text, city.now))).status_code == 200
    again = await gate.client.get("/desk/gate/spent", headers=tagged)
    claims = json.loads(keys.verified(again.text, use=KeyUse.ARTEFACT, typ=SPENT, now=city.now))
    assert claims["left"] == {short(ticket.id): 1}


async def test_the_app_keeps_every_file_that_it_loads_and_nothing_about_anybody(gate):
    worker = await gate.client.get("/desk/gate/worker.js")
    assert worker.headers["service-worker-allowed"] == "/desk/gate"
    assert worker.headers["content-type"].startswith("text/javascript")
    files = json.loads(worker.text.split("const FILES = ")[1].split(";\n")[0])
    page = await gate.get("/desk/gate")
    loaded = {part for part in page.split('"') if part.startswith(("/assets/", "/desk-assets/"))}
    assert loaded - set(files) == {one for one in loaded if "webmanifest" in one}
    for one in files:
        assert (await gate.client.get(one)).status_code == 200
    assert "员工" not in page
    assert token_for(gate.token) not in page


async def test_each_thing_is_answered_by_itself_and_sent_again_as_a_duplicate(gate, perks):
    city = perks.city
    text = await text_of(city, await handed(city, perks.merchant, await perks.published()))
    late = city.now.replace(year=city.now.year - 1)
    sent = [
        spend(text, city.now),
        spend(text, city.now.replace(microsecond=1)),
        spend("x.y.z", city.now),
        spend(text, late),
    ]
    receipts = (await tell(gate, *sent)).json()["receipts"]
    found = {one["id"]: one["verdict"] for one in receipts}
    assert [found[one["id"]] for one in sent] == ["accepted", "double_spend", "forged", "expired"]
    again = (await tell(gate, *sent)).json()["receipts"]
    assert {one["verdict"] for one in again} == {"duplicate"}
    assert {one["id"]: one["first"] for one in again} == found


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"persons": 0}, 422),
        ({"ticket": "x" * 1_025}, 422),
        ({"at": "2026-11-30T08:00:00"}, 422),
        ({"id": "1"}, 422),
    ],
)
async def test_a_malformed_message_is_refused_whole(gate, perks, changes, status):
    assert (await tell(gate, spend("x", perks.city.now, **changes))).status_code == status


async def test_another_ones_queue_and_another_house_are_refused(gate, desks, perks):
    one = spend("x", perks.city.now)
    assert (await tell(gate, one, staff_id=uuid4())).status_code == 409
    assert (await tell(gate, *[spend("x", perks.city.now) for _ in range(501)])).status_code == 422
    without = await gate.client.post("/desk/gate/spends", json={})
    assert without.status_code == 403
    viewer = await desks.of("viewer", perks.merchant.own_tenant)
    officer = await desks.officer()
    for desk, status in ((viewer, 403), (officer, 404)):
        for place in ("/desk/gate", "/desk/gate/pass", "/desk/gate/spent", "/desk/gate/worker.js"):
            assert (await desk.client.get(place)).status_code == status
        assert (await tell(desk, one)).status_code == status


async def test_tickets_are_handed_out_looked_at_and_cancelled_at_the_desk(
    gate, perks, words, page_of
):
    city, programme = perks.city, await perks.published()
    today = city.now.date().isoformat()
    page = await gate.done(
        "/desk/tickets/new", programmeId=str(programme.id), persons="2", day=today, days="1"
    )
    assert "0 / 2 人" in words(page)
    read = page_of(page)
    assert (read.unlabelled, read.inline, read.posts_without_token) == ([], [], 0)
    text = page.split('data-testid="ticket-text">')[1].split("<")[0]
    (receipt,) = (await tell(gate, spend(text, city.now, persons=2))).json()["receipts"]
    assert receipt["verdict"] == "accepted"
    await tell(gate, spend(text, city.now))
    double = await gate.get("/desk/tickets?show=double")
    assert double.count('data-testid="double"') == 1
    listed = words(await gate.get("/desk/tickets"))
    assert "2 / 2" in listed
    assert "已使用" in listed
    other = await gate.done("/desk/tickets/new", programmeId=str(programme.id), day=today)
    place = next(part for part in other.split('"') if part.endswith("/cancel"))
    assert "已作废" in words(await gate.done(place, reason="改日再来"))


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("day", "", "此项必填"),
        ("days", "9", "有效天数不超过 7 天"),
        ("persons", "11", "一次最多 10 人"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(gate, perks, words, field, typed, message):
    programme = await perks.published()
    sent = {
        "programmeId": str(programme.id),
        "day": perks.city.now.date().isoformat(),
        field: typed,
    }
    answer = await gate.post("/desk/tickets/new", **sent)
    assert answer.status_code == 422
    assert message in words(answer.text)
