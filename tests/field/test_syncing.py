"""What a phone sends: the rules of ODK Central's offline entities (accepted, out of order, double, conflicting, forced), as they hold here."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from small_city import SmallCity
from small_field import SmallPhone, yesterday
from small_points import PLATFORM, SmallPoints, build_points, photo

from suxin.grid.field.choosing import settle_conflict
from suxin.grid.field.devices import end_device
from suxin.grid.field.policies import HELD, MAX_ITEMS
from suxin.grid.field.receiving import receive_piece
from suxin.grid.field.refusals import (
    ConflictSettled,
    DeviceEnded,
    FieldQueueOthers,
    PhotoDiffers,
    UploadOffset,
)
from suxin.grid.field.settling import capture_over
from suxin.grid.field.states import Choice, ItemKind
from suxin.grid.field.syncing import Receipt, force_held
from suxin.grid.field.uploading import open_upload, upload_over
from suxin.kernel.refusals import Invalid, NotFound


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
async def phone(points: SmallPoints) -> SmallPhone:
    return await SmallPhone.enrolled(points)


def verdicts(receipts: list[Receipt]) -> list[str]:
    return ["duplicate" if one.repeated else one.verdict.value for one in receipts]


async def stands(phone: SmallPhone, capture_id: UUID) -> dict[str, Any]:
    row = await phone.points.admin.fetchrow(
        "select c.state, c.version, c.problem_code, p.state as claim, p.note, p.times, p.points"
        " from grid_captures c left join grid_claims p on p.id = c.id where c.id = $1",
        capture_id,
    )
    return dict(row) if row else {}


async def count(phone: SmallPhone, table: str) -> int:
    found: int = await phone.points.admin.fetchval(f"select count(*) from {table}")  # noqa: S608 - our own names
    return found


async def forced(phone: SmallPhone, item_id: UUID, *, after: timedelta = HELD) -> None:
    city = phone.points.city
    now = city.now + after
    async with city.database.transaction(PLATFORM, now=now) as session:
        await force_held(
            session, tenant_id=phone.points.tenant_id, item_id=item_id, sealer=city.sealer, now=now
        )


async def test_accepted_is_a_claim_and_double_has_the_same_receipt(phone: SmallPhone) -> None:
    item = phone.item()
    first = await phone.send(item)
    assert verdicts(first) == ["accepted"]
    again = await phone.send(item)
    assert verdicts(again) == ["duplicate"]
    said = [(one.id, one.verdict, one.kept, one.code, one.open_fields) for one in first + again]
    assert said[0] == said[1]
    assert [one.capture and one.capture.version for one in first + again] == [1, 1]
    row = await stands(phone, item.capture_id)
    assert (row["state"], row["version"], row["claim"], row["points"]) == ("RECORDED", 1, "SUBMITTED", 2)  # fmt: skip
    assert await count(phone, "grid_claims") == 1


async def test_two_who_send_the_same_at_once_are_one(phone: SmallPhone) -> None:
    item = phone.item()
    both = await asyncio.gather(phone.send(item), phone.send(item))
    assert sorted(verdicts(both[0] + both[1])) == ["accepted", "duplicate"]
    assert await count(phone, "grid_claims") == 1


async def test_out_of_order_is_held_and_released(phone: SmallPhone) -> None:
    created = phone.item()
    second = phone.after(created, note="第二次")
    third = phone.after(second, times=1)
    assert verdicts(await phone.send(third)) == ["held"]
    assert verdicts(await phone.send(second)) == ["held"]
    assert await stands(phone, created.capture_id) == {}
    assert verdicts(await phone.send(created)) == ["accepted"]
    row = await stands(phone, created.capture_id)
    assert (row["version"], row["note"], row["times"]) == (3, "第二次", 1)
    assert [one.verdict for one in await phone.send(third, second)] == ["accepted", "accepted"]


async def test_what_different_phones_changed_is_merged(points: SmallPoints) -> None:
    one, other = await SmallPhone.enrolled(points), await SmallPhone.enrolled(points)
    created = one.item()
    await one.send(created)
    await one.send(one.upon(created, 1, note="换了说明"))
    receipts = await other.send(other.upon(created, 1, times=1))
    assert verdicts(receipts) == ["accepted"]
    row = await stands(one, created.capture_id)
    assert (row["version"], row["note"], row["times"], row["points"]) == (3, "换了说明", 1, 1)


async def conflicted(points: SmallPoints) -> tuple[SmallPhone, Any, Receipt]:
    one, other = await SmallPhone.enrolled(points), await SmallPhone.enrolled(points)
    created = one.item()
    await one.send(created)
    await one.send(one.upon(created, 1, note="一号机"))
    changed = other.upon(created, 1, note="二号机", times=1)
    return other, changed, (await other.send(changed))[0]


async def test_conflicting_is_taken_but_for_what_waits_for_a_person(points: SmallPoints) -> None:
    phone, item, receipt = await conflicted(points)
    assert (receipt.verdict, receipt.open_fields) == ("conflict", ("note",))
    row = await stands(phone, item.capture_id)
    assert (row["note"], row["times"]) == ("一号机", 1)
    sealer = points.city.sealer
    boss = points.person("village_admin")
    with pytest.raises(Invalid):
        await points.city.act(settle_conflict, boss, item_id=item.id, choices={}, sealer=sealer)
    take = {"item_id": item.id, "choices": {"note": Choice.TAKE}, "sealer": sealer}
    await points.city.act(settle_conflict, boss, **take)
    row = await stands(phone, item.capture_id)
    assert (row["note"], row["version"]) == ("二号机", 4)
    with pytest.raises(ConflictSettled):
        await points.city.act(settle_conflict, boss, **take)


async def test_keeping_what_the_platform_has_changes_nothing(points: SmallPoints) -> None:
    phone, item, _ = await conflicted(points)
    before = await stands(phone, item.capture_id)
    keep = {"item_id": item.id, "choices": {"note": Choice.KEEP}, "sealer": points.city.sealer}
    await points.city.act(settle_conflict, points.person("grid_worker2"), **keep)
    assert await stands(phone, item.capture_id) == before


async def test_forced_after_seven_days_onto_what_came(phone: SmallPhone) -> None:
    created = phone.item()
    missing = phone.after(created, note="没有送到")
    third = phone.after(missing, times=1)
    await phone.send(created)
    assert verdicts(await phone.send(third)) == ["held"]
    await forced(phone, third.id, after=HELD - timedelta(seconds=1))
    assert (await stands(phone, created.capture_id))["version"] == 1
    await forced(phone, third.id)
    row = await stands(phone, created.capture_id)
    assert (row["version"], row["times"], row["note"]) == (2, 1, "没有送到")
    assert await phone.points.admin.fetchval("select forced_at is not null from grid_capture_items where id = $1", third.id)  # fmt: skip
    # What it waited for comes after all, and says nothing that is not there.
    assert verdicts(await phone.send(missing)) == ["accepted"]
    assert (await stands(phone, created.capture_id))["note"] == "没有送到"


async def test_an_update_whose_beginning_never_came_begins_it(phone: SmallPhone) -> None:
    created = phone.item()
    second = phone.after(created, note="只到了这条")
    await phone.send(second)
    await forced(phone, second.id)
    row = await stands(phone, created.capture_id)
    assert (row["state"], row["note"]) == ("RECORDED", "只到了这条")
    assert verdicts(await phone.send(created)) == ["accepted"]
    assert (await stands(phone, created.capture_id))["note"] == "只到了这条"


async def test_a_withdrawal_takes_the_claim_back_and_nothing_follows_it(phone: SmallPhone) -> None:
    created = phone.item()
    withdrawn = replace(phone.after(created), kind=ItemKind.WITHDRAW)
    withdrawn = phone.item(**{name: getattr(withdrawn, name) for name in ("id", "capture_id", "kind", "branch", "position", "content")})  # fmt: skip
    late = phone.after(withdrawn, note="撤回之后")
    receipts = await phone.send(created, withdrawn, late)
    assert verdicts(receipts) == ["accepted", "accepted", "refused"]
    assert (receipts[2].code, receipts[2].kept) == ("FIELD_CAPTURE_ENDED", True)
    row = await stands(phone, created.capture_id)
    assert (row["state"], row["claim"]) == ("WITHDRAWN", "WITHDRAWN")


async def test_nothing_changes_a_claim_that_somebody_has_checked(phone: SmallPhone) -> None:
    created = phone.item()
    await phone.send(created)
    claim_row = await phone.points.admin.fetchrow("select id from grid_claims")
    assert claim_row is not None

    class _Of:
        id = claim_row["id"]

    await phone.points.check(_Of)  # type: ignore[arg-type] # only its id is asked for
    receipts = await phone.send(phone.upon(created, 1, note="太晚"))
    assert (verdicts(receipts), receipts[0].code) == (["refused"], "STEP_NOT_POSSIBLE")
    row = await stands(phone, created.capture_id)
    assert (row["version"], row["note"], row["claim"]) == (1, "打扫活动广场", "CHECKED")


async def test_what_the_rules_refuse_waits_for_a_correction(phone: SmallPhone) -> None:
    created = phone.item(content=phone.says(rule="nothing"))
    receipts = await phone.send(created)
    assert verdicts(receipts) == ["accepted"]
    row = await stands(phone, created.capture_id)
    assert (row["state"], row["problem_code"], row["claim"]) == ("OPEN", "GRID_RULE_UNKNOWN", None)
    await phone.send(phone.upon(created, 1, rule="hour"))
    row = await stands(phone, created.capture_id)
    assert (row["state"], row["problem_code"], row["claim"]) == ("RECORDED", None, "SUBMITTED")


async def test_household_and_photos_stay(phone: SmallPhone) -> None:
    created = phone.item()
    await phone.send(created)
    moved = phone.upon(created, 1, household=phone.points.households[1])
    assert [one.code for one in await phone.send(moved)] == ["FIELD_CAPTURE_FIXED"]


async def test_what_is_not_signed_or_stands_at_a_taken_place_is_not_kept(phone: SmallPhone) -> None:
    created = phone.item()
    forged = replace(created, content=phone.says(times=1))
    stranger = SmallPhone(points=phone.points, actor=phone.actor, id=phone.id)
    receipts = await phone.send(forged, stranger.item())
    assert [(one.code, one.kept) for one in receipts] == [("FIELD_ITEM_FORGED", False)] * 2
    await phone.send(created)
    same_id = phone.item(id=created.id)
    same_place = phone.item(capture_id=created.capture_id, branch=created.branch)
    receipts = await phone.send(same_id, same_place, phone.item(capture_id=created.capture_id))
    assert [(one.code, one.kept) for one in receipts] == [
        ("FIELD_ITEM_ID_TAKEN", False),
        ("FIELD_ITEM_ID_TAKEN", False),
        ("FIELD_CAPTURE_EXISTS", True),
    ]
    assert await count(phone, "grid_claims") == 1


async def test_a_queue_is_its_workers_and_its_devices(phone: SmallPhone) -> None:
    other = replace(phone, actor=phone.points.person("grid_worker2"))
    with pytest.raises(FieldQueueOthers):
        await other.send(phone.item())
    with pytest.raises(Invalid):
        await phone.send(*[phone.item() for _ in range(MAX_ITEMS + 1)])
    await phone.points.city.act(end_device, phone.actor, device_id=phone.id)
    with pytest.raises(DeviceEnded):
        await phone.send(phone.item())
    with pytest.raises(NotFound):
        await replace(phone, id=uuid4()).send(phone.item())
    assert await count(phone, "grid_capture_items") == 0


async def test_a_capture_waits_for_its_photos_whichever_comes_first(phone: SmallPhone) -> None:
    first, second = photo(1, size=(1600, 1200)), photo(2)
    sha256 = await phone.upload(first)
    early = phone.item(content=phone.says(photos=(sha256,)))
    await phone.send(early)
    assert (await stands(phone, early.capture_id))["claim"] == "SUBMITTED"
    awaited = phone.item(
        content=phone.says(photos=(digest_of(second),), day=yesterday(phone.points))
    )
    await phone.send(awaited)
    assert (await stands(phone, awaited.capture_id))["claim"] is None
    await phone.upload(second)
    assert (await stands(phone, awaited.capture_id))["claim"] == "SUBMITTED"
    # What a claim has is on its way no more.
    assert await phone.points.admin.fetchval("select count(*) from grid_photo_pieces where content is not null") == 0  # fmt: skip


def digest_of(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()


async def test_a_broken_upload_goes_on_where_it_broke(phone: SmallPhone) -> None:
    file, city = photo(3), phone.points.city
    sha256, half = digest_of(file), len(file) // 2
    begin = {"sha256": sha256, "size_bytes": len(file), "capture_id": uuid4()}
    await city.act(open_upload, phone.actor, **begin)
    piece = {"sha256": sha256, "sealer": city.sealer}
    await city.act(receive_piece, phone.actor, **piece, starts_at=0, piece=file[:half])
    with pytest.raises(UploadOffset) as refused:
        await city.act(receive_piece, phone.actor, **piece, starts_at=0, piece=file[:half])
    assert refused.value.facts == {"offset": half}
    assert (await city.act(open_upload, phone.actor, **begin)).received_bytes == half
    with pytest.raises(PhotoDiffers):
        await city.act(receive_piece, phone.actor, **piece, starts_at=half, piece=b"x" * (len(file) - half))  # fmt: skip
    assert (await city.act(open_upload, phone.actor, **begin)).received_bytes == 0
    await phone.upload(file)
    with pytest.raises(NotFound):
        other = phone.points.person("grid_worker2")
        await city.act(receive_piece, other, **piece, starts_at=0, piece=b"x")


async def test_after_seven_days_it_is_recorded_with_what_came_or_lapses(phone: SmallPhone) -> None:
    city = phone.points.city
    item = phone.item(content=phone.says(photos=("0" * 64,)))
    await phone.send(item)
    now = city.now + HELD
    async with city.database.transaction(PLATFORM, now=now) as session:
        await capture_over(session, tenant_id=phone.points.tenant_id, capture_id=item.capture_id, sealer=city.sealer, now=now)  # fmt: skip
    row = await stands(phone, item.capture_id)
    # Its rule asks for no photo.
    assert (row["state"], row["claim"]) == ("RECORDED", "SUBMITTED")


async def test_a_photo_that_no_claim_takes_is_erased(phone: SmallPhone) -> None:
    await phone.upload(photo(4))
    city = phone.points.city
    upload_id = await phone.points.admin.fetchval("select id from grid_photo_uploads")
    for days, left in ((7, 1), (8, 0)):
        now = city.now + timedelta(days=days)
        async with city.database.transaction(PLATFORM, now=now) as session:
            await upload_over(session, tenant_id=phone.points.tenant_id, upload_id=upload_id, now=now)  # fmt: skip
        assert await phone.points.admin.fetchval("select count(*) from grid_photo_pieces where content is not null") == left  # fmt: skip
