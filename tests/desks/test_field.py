"""Work in the field over HTTP: what a phone is given, what it sends, and the page where a person chooses."""

import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sample_rows import insert, sample
from small_field import SmallPhone, as_sent, jwk_of, signature_of
from small_points import SmallPoints, build_points, photo

from suxin.grid.field.contents import Item
from suxin.grid.field.policies import BUCKETS, CAPTURE, MAX_PIECE_BYTES
from suxin.villages.models import Grid, GridWorker
from suxin_web.csrf import token_for

FIELD = "/desk/field"


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
async def desk(desks, points):
    return await desks.of("grid_worker", points.tenant_id)


@pytest.fixture
def phone(points, desk) -> SmallPhone:
    actor = replace(points.person("grid_worker"), staff_id=desk.staff_id)
    return SmallPhone(points=points, actor=actor)


async def post(desk, path: str, message: dict[str, Any]):
    headers = {"X-CSRF-Token": token_for(desk.token)}
    return await desk.client.post(f"{FIELD}{path}", json=message, headers=headers)


async def enrolled(desk, phone: SmallPhone) -> None:
    message = {"deviceId": str(phone.id), "name": "手机", "key": jwk_of(phone.key)}
    assert (await post(desk, "/devices", message)).status_code == 200


async def tell(desk, phone: SmallPhone, *items: Item) -> list[dict[str, Any]]:
    message = {"deviceId": str(phone.id), "items": [as_sent(one) for one in items]}
    answer = await post(desk, "/items", message)
    assert answer.status_code == 200, answer.text
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


async def test_a_phone_is_given_its_rules_and_until_when_it_goes_on(desk, points):
    given = json.loads(await desk.get(f"{FIELD}/pass"))
    assert (given["staffId"], given["tenantId"]) == (str(desk.staff_id), str(points.tenant_id))
    assert {one["code"] for one in given["rules"]} == {"hour", "event"}
    assert given["captureUntil"] == (points.city.now + CAPTURE).isoformat().replace("+00:00", "Z")


async def test_the_app_keeps_every_file_that_it_loads_and_nothing_about_anybody(desk):
    worker = await desk.client.get(f"{FIELD}/worker.js")
    assert worker.headers["service-worker-allowed"] == FIELD
    files = json.loads(worker.text.split("const FILES = ")[1].split(";\n")[0])
    page = await desk.get(FIELD)
    loaded = {part for part in page.split('"') if part.startswith(("/assets/", "/desk-assets/"))}
    assert loaded - set(files) == {one for one in loaded if "webmanifest" in one}
    for one in files:
        assert (await desk.client.get(one)).status_code == 200
    assert "员工" not in page
    assert token_for(desk.token) not in page


async def rostered(desk, phone: SmallPhone, known: list[str]) -> dict[str, Any]:
    answer = await post(desk, "/roster", {"deviceId": str(phone.id), "known": known})
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json()
    return given


async def test_a_roster_names_no_more_than_it_must_and_comes_by_its_changes(
    desk, phone, points, admin
):
    await enrolled(desk, phone)
    first = await rostered(desk, phone, [])
    lines = [line for part in first["parts"] for line in part["lines"]]
    assert sorted((line[1], line[3]) for line in lines) == [("001", "王*明"), ("002", "王*明")]
    assert (len(first["versions"]), {len(line) for line in lines}) == (BUCKETS, {5})
    again = await rostered(desk, phone, first["versions"])
    assert (again["parts"], again["versions"]) == ([], first["versions"])
    await admin.execute("update households set number = '009' where id = $1", points.households[1])
    changed = await rostered(desk, phone, first["versions"])
    assert [line[1] for part in changed["parts"] for line in part["lines"]] == ["009"]


async def test_a_worker_with_grids_is_given_their_households_alone(desk, phone, points, admin):
    await enrolled(desk, phone)
    own = {"tenant_id": points.tenant_id}
    grid = sample(Grid, points.city.now, **own, code="321302102201001", predecessors=[])
    await insert(admin, Grid, grid)
    await insert(admin, GridWorker, sample(GridWorker, points.city.now, **own, grid_id=grid["id"], staff_id=desk.staff_id))  # fmt: skip
    await admin.execute("update households set grid_id = $1 where id = $2", grid["id"], points.households[0])  # fmt: skip
    found = await rostered(desk, phone, [])
    lines = [line for part in found["parts"] for line in part["lines"]]
    assert [(line[1], line[4]) for line in lines] == [("001", grid["code"])]


async def test_items_and_photos_are_answered_one_by_one(desk, phone, points, admin):
    await enrolled(desk, phone)
    file = photo(7, size=(1600, 1200))
    sha256 = hashlib.sha256(file).hexdigest()
    item = phone.item(content=phone.says(photos=(sha256,)))
    (receipt,) = await tell(desk, phone, item)
    assert (receipt["verdict"], receipt["kept"], receipt["capture"]["state"]) == ("accepted", True, "OPEN")  # fmt: skip
    assert [one["verdict"] for one in await tell(desk, phone, item)] == ["duplicate"]
    begin = {"sha256": sha256, "size": len(file), "captureId": str(item.capture_id)}
    stands = (await post(desk, "/photos", begin)).json()
    headers = {"X-CSRF-Token": token_for(desk.token)}
    while not stands["done"]:
        at = stands["offset"]
        piece = file[at : at + MAX_PIECE_BYTES]
        answer = await desk.client.post(f"{FIELD}/photos/{sha256}/{at}", content=piece, headers=headers)  # fmt: skip
        assert answer.status_code == 200, answer.text
        stands = answer.json()
    assert (await post(desk, "/photos", begin)).json() == {"offset": len(file), "done": True}
    wrong = await desk.client.post(f"{FIELD}/photos/{sha256}/0", content=b"x", headers=headers)
    assert wrong.status_code == 404
    state = await admin.fetchval("select state from grid_claims where id = $1", item.capture_id)
    assert state == "SUBMITTED"


async def test_a_phone_asks_where_its_captures_stand(desks, desk, phone, points):
    await enrolled(desk, phone)
    waits, done = phone.item(content=phone.says(photos=("0" * 64,))), phone.item()
    await tell(desk, phone, waits, done, phone.upon(done, 1, note="甲"), phone.upon(done, 1, note="乙"))  # fmt: skip
    ids = {"ids": [str(waits.capture_id), str(done.capture_id), str(uuid4())]}
    answer = await post(desk, "/captures", ids)
    assert answer.status_code == 200, answer.text
    told = {one["id"]: one for one in answer.json()["captures"]}
    assert {key: (one["state"], one["held"], one["conflict"]) for key, one in told.items()} == {
        str(waits.capture_id): ("OPEN", False, False),
        str(done.capture_id): ("RECORDED", False, True),
    }
    assert told[str(done.capture_id)]["content"]["note"] == "甲"
    other = await desks.of("grid_worker", points.tenant_id)
    assert (await post(other, "/captures", ids)).json() == {"captures": []}


async def test_a_message_that_cannot_be_is_refused(desk, phone, admin):
    await enrolled(desk, phone)
    for changes in ({"trunk": -1}, {"content": {}}, {"more": 1}, {"contentHash": "x"}):
        message = {"deviceId": str(phone.id), "items": [as_sent(phone.item()) | changes]}
        assert (await post(desk, "/items", message)).status_code == 422
    assert await admin.fetchval("select count(*) from grid_capture_items") == 0


async def standing(client, phone: SmallPhone, tenant_id: UUID, **changes: Any):
    at = int(phone.points.city.now.timestamp() * 1000)
    message = {
        "tenantId": str(tenant_id),
        "deviceId": str(phone.id),
        "askedAtMs": at,
        "signature": signature_of(phone.key, f"field-standing:{phone.id}:{at}"),
        **changes,
    }
    return await client.post("/field/standing", json=message)


@pytest.mark.parametrize(
    "change",
    [
        "update staff set ended_at = now() where id = $1",
        "update memberships set role = 'viewer' where staff_id = $1",
        "delete from memberships where staff_id = $1",
        "update tenants set status = 'SUSPENDED', status_reason = '整顿' where id = (select tenant_id from staff where id = $1)",
    ],
    ids=["he_left", "another_task", "no_task", "village_suspended"],
)
async def test_a_phone_learns_by_its_own_key_that_its_worker_records_no_more(
    desk, phone, points, admin, change
):
    await enrolled(desk, phone)
    client = desk.client
    assert (await standing(client, phone, points.tenant_id)).json() == {"keep": True}
    assert (await standing(client, phone, points.tenant_id, signature="x")).status_code == 422
    assert (await standing(client, phone, uuid4())).status_code == 404
    await admin.execute(change, desk.staff_id)
    assert (await standing(client, phone, points.tenant_id)).json() == {"keep": False}


async def test_a_person_chooses_on_a_page(desks, desk, phone, points, words, page_of, admin):
    await enrolled(desk, phone)
    created = phone.item()
    await tell(desk, phone, created, phone.upon(created, 1, note="甲"), phone.upon(created, 1, note="乙" * 60))  # fmt: skip
    boss = await desks.of("village_admin", points.tenant_id)
    page = await boss.get("/desk/field-conflicts")
    assert "平台：甲" in words(page)
    assert (page_of(page).unlabelled, page_of(page).posts_without_token) == ([], 0)
    item_id = await admin.fetchval("select id from grid_capture_items where verdict = 'conflict'")
    shown_after = await boss.done(f"/desk/field-conflicts/{item_id}", note="take")
    assert "没有待核定的冲突" in words(shown_after)
    assert await admin.fetchval("select note from grid_claims") == "乙" * 60


async def test_who_manages_staff_ends_a_phone_and_it_is_given_nothing_more(
    desks, desk, phone, points, words, page_of
):
    await enrolled(desk, phone)
    await tell(desk, phone, phone.item())
    boss = await desks.of("village_admin", points.tenant_id)
    page = await boss.get("/desk/field-devices")
    assert "手机" in words(page)
    page = await boss.get(f"/desk/field-devices/{phone.id}")
    assert "新增" in words(page)
    assert "已接收" in words(page)
    assert (page_of(page).unlabelled, page_of(page).posts_without_token) == ([], 0)
    assert "已停用" in words(await boss.done(f"/desk/field-devices/{phone.id}/end"))
    for path, message in (
        ("/roster", {"known": []}),
        ("/items", {"items": [as_sent(phone.item())]}),
    ):
        answer = await post(desk, path, {"deviceId": str(phone.id), **message})
        assert answer.status_code == 403
    assert (await standing(desk.client, phone, points.tenant_id)).json() == {"keep": False}


async def test_a_worker_is_shown_his_own_phones_alone(desks, desk, phone, points, words):
    await enrolled(desk, phone)
    other = await desks.of("grid_worker", points.tenant_id)
    assert "还没有采集设备" in words(await other.get("/desk/field-devices"))
    assert (await other.client.get(f"/desk/field-devices/{phone.id}")).status_code == 404
    assert "还没有补传记录" in words(await desk.get(f"/desk/field-devices/{phone.id}"))
