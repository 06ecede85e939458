"""Phones of a village: who ends which, how many there may be, and how much of one worker waits at once."""

import asyncio

import asyncpg
import pytest
from small_city import SmallCity
from small_field import SmallPhone
from small_points import SmallPoints, build_points, photo

from suxin.grid.field import devices, syncing, uploading
from suxin.grid.field.devices import end_device
from suxin.grid.field.queries import device_shown
from suxin.grid.field.refusals import (
    DeviceEnded,
    DeviceLimitReached,
    FieldQueueOthers,
    UploadLimitReached,
)
from suxin.grid.field.roster import roster
from suxin.kernel.refusals import NotFound


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


@pytest.fixture
async def phone(points: SmallPoints) -> SmallPhone:
    return await SmallPhone.enrolled(points)


async def test_a_phone_is_ended_by_its_worker_or_whoever_manages_staff(phone: SmallPhone) -> None:
    points, act = phone.points, phone.points.city.act
    other, boss = points.person("grid_worker2"), points.person("village_admin")
    with pytest.raises(FieldQueueOthers):
        await act(end_device, other, device_id=phone.id)
    with pytest.raises(NotFound):
        await act(device_shown, other, device_id=phone.id)
    await act(roster, phone.actor, device_id=phone.id)
    await act(end_device, boss, device_id=phone.id)
    with pytest.raises(DeviceEnded):
        await act(roster, phone.actor, device_id=phone.id)


async def test_two_who_end_a_phone_at_once_are_told_apart(phone: SmallPhone) -> None:
    act, boss = phone.points.city.act, phone.points.person("village_admin")
    ending = [act(end_device, one, device_id=phone.id) for one in (phone.actor, boss)]
    both = await asyncio.gather(*ending, return_exceptions=True)
    assert [type(one) for one in both].count(DeviceEnded) == 1


async def test_a_worker_has_so_many_phones_and_ends_one_for_another(
    points: SmallPoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "MAX_DEVICES", 1)
    first = await SmallPhone.enrolled(points)
    with pytest.raises(DeviceLimitReached):
        await SmallPhone.enrolled(points)
    await points.city.act(end_device, first.actor, device_id=first.id)
    await SmallPhone.enrolled(points)


async def test_what_waits_of_one_worker_has_a_bound(
    phone: SmallPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "MAX_HELD", 1)
    monkeypatch.setattr(uploading, "MAX_OPEN_UPLOADS", 1)
    first, other = phone.item(), phone.item()
    receipts = await phone.send(phone.after(first), phone.after(other))
    assert [(one.code, one.kept) for one in receipts] == [(None, True), ("FIELD_TOO_MANY_HELD", False)]  # fmt: skip
    # What releases it is let in all the same, or nothing would ever be released.
    assert [one.kept for one in await phone.send(first)] == [True]
    await phone.upload(photo(1))
    with pytest.raises(UploadLimitReached):
        await phone.upload(photo(2))
