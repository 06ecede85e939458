"""Enrolling a phone (设备登记) and ending it. Whatever is captured on it is signed with its key, and belongs to whoever enrolled it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.contents import checked_key
from suxin.grid.field.models import FieldDevice
from suxin.grid.field.policies import MAX_DEVICE_NAME, MAX_DEVICES
from suxin.grid.field.refusals import DeviceEnded, DeviceLimitReached, FieldQueueOthers
from suxin.grid.policies import CLAIM_RECORD
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid
from suxin.kernel.texts import bounded_text
from suxin.tenancy.policies import STAFF_MANAGE


async def enrol_device(
    session: AsyncSession,
    actor: Actor,
    *,
    device_id: UUID,
    name: str,
    key: Mapping[str, Any],
    now: datetime,
) -> FieldDevice:
    """Enrol a phone under an id of its own with the public half of its key; the same once more changes nothing.

    :raises Forbidden: without the right to record claims
    :raises FieldQueueOthers: if another worker enrolled it
    :raises DeviceEnded: if it was ended
    :raises DeviceLimitReached: if he has as many as he may have
    :raises Invalid: if its name or its key cannot be, or it has another key
    Source: PIPL art. 51 (security of what is handled on devices)
    """
    actor.require(CLAIM_RECORD)
    called = bounded_text(name, "name", most=MAX_DEVICE_NAME)
    jwk = checked_key(dict(key))
    turn = func.hashtextextended(f"grid.devices:{actor.own_tenant}:{actor.own_staff}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    known = await session.get(FieldDevice, (actor.own_tenant, device_id))
    if known is not None:
        require_own(known, actor)
        if known.public_jwk != jwk:
            raise Invalid(field="key", reason_zh="该设备已登记另一把密钥", reason_en="the device has another key")  # fmt: skip
        return known
    count = select(func.count()).select_from(queries.own_devices(actor).order_by(None).subquery())
    if (await session.scalar(count) or 0) >= MAX_DEVICES:
        raise DeviceLimitReached(limit=MAX_DEVICES)
    device = FieldDevice(
        tenant_id=actor.own_tenant,
        id=device_id,
        staff_id=actor.own_staff,
        name=called,
        public_jwk=jwk,
        enrolled_at=now,
        last_seen_at=now,
    )
    session.add(device)
    _note(session, device, "enrolled", now=now)
    await session.flush()
    return device


async def end_device(
    session: AsyncSession, actor: Actor, *, device_id: UUID, now: datetime
) -> FieldDevice:
    """End a device, one's own or, for whoever manages the village's staff, anybody's: nothing comes from it any more, and it keeps no roster.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if there is none of that id
    :raises FieldQueueOthers: if it is another's, without the right to manage staff
    :raises DeviceEnded: if it has ended
    Source: PIPL art. 51 (security of what is handled on devices)
    """
    actor.require(CLAIM_RECORD)
    device = await queries.lock_device(session, actor.own_tenant, device_id)
    if not actor.may(STAFF_MANAGE):
        require_own(device, actor)
    require_enrolled(device)
    device.ended_at = now
    _note(session, device, "ended", now=now)
    await session.flush()
    return device


def require_own(device: FieldDevice, actor: Actor) -> None:
    """Refuse a device that is not the actor's, or has ended.

    :raises FieldQueueOthers, DeviceEnded: which of the two
    """
    if device.staff_id != actor.own_staff:
        raise FieldQueueOthers
    require_enrolled(device)


def require_enrolled(device: FieldDevice) -> None:
    """Refuse a device that has ended.

    :raises DeviceEnded: if it has
    """
    if device.ended_at is not None:
        raise DeviceEnded


def _note(session: AsyncSession, device: FieldDevice, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.device.{step}",
        now=now,
        tenant_id=device.tenant_id,
        object_type="grid_device",
        object_id=device.id,
        detail={"name": device.name},
    )
