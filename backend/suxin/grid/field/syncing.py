"""Sync (补传): what a device recorded without signal is taken here, each item once, and answered one by one.

A device sends again what it has no receipt for; its own ids make that safe. The order in which items come does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.applying import apply_item, force_item
from suxin.grid.field.beginning import Beginnings
from suxin.grid.field.contents import Item, item_digest, signed_by
from suxin.grid.field.devices import require_own
from suxin.grid.field.models import Capture, CaptureItem, FieldDevice
from suxin.grid.field.policies import CLOCK_SKEW, HELD, MAX_HELD, MAX_ITEMS
from suxin.grid.field.refusals import ItemForged, ItemIdTaken, TooManyHeld
from suxin.grid.field.states import ItemVerdict
from suxin.grid.policies import CLAIM_RECORD
from suxin.grid.queries import take_turn
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.sealing import Sealer

DUPLICATE: Final = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform's word on an item.

    ``repeated`` is whether it had come before, and had this verdict then or since; ``kept`` whether the platform has it: the device may forget what
    is kept and nothing else. ``capture`` is where its capture stands, if it is one of the worker's.
    """

    id: UUID
    verdict: ItemVerdict
    repeated: bool
    kept: bool
    code: str | None = None
    reason_zh: str | None = None
    open_fields: tuple[str, ...] = ()
    capture: Capture | None = None


async def sync_items(
    session: AsyncSession,
    actor: Actor,
    *,
    device_id: UUID,
    items: Sequence[Item],
    sealer: Sealer,
    now: datetime,
) -> list[Receipt]:
    """Take what a device recorded, in the order in which it comes; return one receipt for each.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if the village has no such device
    :raises FieldQueueOthers, DeviceEnded: if the device is another worker's, or has ended
    :raises Invalid: if it is more than one message may bring
    Source: docs/offline.md
    """
    actor.require(CLAIM_RECORD)
    if len(items) > MAX_ITEMS:
        raise Invalid(
            field="items",
            reason_zh=f"一次最多上传 {MAX_ITEMS} 条",
            reason_en=f"send {MAX_ITEMS} at once at most",
        )
    device = await queries.device_of(session, actor.own_tenant, device_id)
    require_own(device, actor)
    device.last_seen_at = now
    # One device of a village after the other: what two change at once is merged, and not lost.
    await take_turn(session, actor.own_tenant)
    known = await queries.items_known(session, actor.own_tenant, [one.id for one in items])
    before = frozenset(known)
    begun = await Beginnings.read(session, device, [one for one in items if one.id not in before])
    refused: dict[UUID, Refusal] = {}
    for one in items:
        try:
            await _take(session, device, one, known, begun, sealer=sealer, now=now)
        except Refusal as refusal:
            refused[one.id] = refusal
    await begun.write(now=now)
    _note(session, device, [row for row in known.values() if row.id not in before], now=now)
    await session.flush()
    captures = await queries.captures_at(
        session, actor.own_tenant, {row.capture_id for row in known.values()}
    )
    return [
        _not_kept(one, refused[one.id])
        if one.id in refused
        else _kept(known[one.id], captures.get(known[one.id].capture_id), repeated=one.id in before)
        for one in items
    ]


async def force_held(
    session: AsyncSession, *, tenant_id: UUID, item_id: UUID, sealer: Sealer, now: datetime
) -> None:
    """Apply an item that has waited its time for what it builds on. A duty of the platform."""
    await take_turn(session, tenant_id)
    item = await queries.lock_item(session, tenant_id, item_id)
    if item.verdict is ItemVerdict.HELD and now >= item.received_at + HELD:
        await force_item(session, item, sealer=sealer, now=now)


async def _take(
    session: AsyncSession,
    device: FieldDevice,
    one: Item,
    known: dict[UUID, CaptureItem],
    begun: Beginnings,
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    should_be = item_digest(one, staff_id=device.staff_id, device_id=device.id)
    if one.content_hash != should_be or not signed_by(device.public_jwk, should_be, one.signature):
        raise ItemForged
    if one.id in known:
        if known[one.id].content_hash != should_be:
            raise ItemIdTaken
        return
    row = _row(device, one, now=now)
    if begun.has(row):
        await begun.begin(row, now=now)
    else:
        await begun.write(now=now)
        await _take_alone(session, row, sealer=sealer, now=now)
        begun.forget_counted()
    known[one.id] = row


async def _take_alone(
    session: AsyncSession, row: CaptureItem, *, sealer: Sealer, now: datetime
) -> None:
    """Apply an item to what came before, so that nothing stays of it where it is turned away."""
    place = (row.capture_id, row.branch_id, row.position)
    if await queries.item_at(session, row.tenant_id, *place) is not None:
        raise ItemIdTaken
    async with session.begin_nested():
        session.add(row)
        await session.flush()
        await apply_item(session, row, sealer=sealer, now=now)
        # Only what would wait as well is turned away: whatever else comes may release what waits.
        if row.verdict is ItemVerdict.HELD:
            held = await queries.count_held(session, row.tenant_id, row.captured_by)
            if held > MAX_HELD:
                raise TooManyHeld(limit=MAX_HELD)


def _row(device: FieldDevice, one: Item, *, now: datetime) -> CaptureItem:
    captured_at = one.captured_at
    return CaptureItem(
        tenant_id=device.tenant_id,
        id=one.id,
        capture_id=one.capture_id,
        kind=one.kind,
        trunk_version=one.trunk,
        branch_id=one.branch,
        position=one.position,
        content=one.content.stored(),
        content_hash=one.content_hash,
        signature=one.signature,
        device_id=device.id,
        captured_by=device.staff_id,
        captured_at=now if captured_at > now + CLOCK_SKEW else captured_at,
        received_at=now,
        verdict=ItemVerdict.HELD,
        open_fields=[],
    )


def _not_kept(one: Item, refusal: Refusal) -> Receipt:
    return Receipt(
        id=one.id,
        verdict=ItemVerdict.REFUSED,
        repeated=False,
        kept=False,
        code=refusal.code,
        reason_zh=refusal.zh_message,
    )


def _kept(row: CaptureItem, capture: Capture | None, *, repeated: bool) -> Receipt:
    """Return the receipt of what the platform has; of another worker's capture it tells nothing."""
    own = capture is not None and capture.captured_by == row.captured_by
    return Receipt(
        id=row.id,
        verdict=row.verdict,
        repeated=repeated,
        kept=True,
        code=row.code,
        reason_zh=row.reason_zh,
        open_fields=tuple(row.open_fields),
        capture=capture if own else None,
    )


def _note(
    session: AsyncSession, device: FieldDevice, fresh: Sequence[CaptureItem], *, now: datetime
) -> None:
    if fresh:
        verdicts = [row.verdict for row in fresh]
        append_act(
            session,
            action="grid.field.synced",
            now=now,
            tenant_id=device.tenant_id,
            object_type="grid_device",
            object_id=device.id,
            detail={one.value: verdicts.count(one) for one in set(verdicts)},
        )
