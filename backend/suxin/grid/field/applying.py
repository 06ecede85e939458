"""Applying an item to its capture: what it builds on is looked up, what happened since is merged, and what waited for it follows."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries, settling
from suxin.grid.field.merging import fixed_fields_changed, merge
from suxin.grid.field.models import Capture, CaptureItem
from suxin.grid.field.policies import HELD
from suxin.grid.field.refusals import CaptureExists, CaptureFixed, FieldQueueOthers
from suxin.grid.field.states import CaptureState, ItemKind, ItemVerdict
from suxin.grid.field.versions import first_of, new_version, version_of
from suxin.kernel import outbox
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Sealer

FORCE_TOPIC: Final = "grid.field.item_held"


async def apply_item(
    session: AsyncSession, item: CaptureItem, *, sealer: Sealer, now: datetime
) -> None:
    """Apply an item that has come, and whatever waited for it. One that builds on what has not come is held."""
    await _apply(session, item, forced=False, sealer=sealer, now=now)
    if item.verdict is ItemVerdict.HELD:
        payload = {"tenant_id": item.tenant_id, "item_id": item.id}
        over = item.received_at + HELD
        await outbox.post(
            session, FORCE_TOPIC, payload, now=now, tenant_id=item.tenant_id, not_before=over
        )
        return
    await _release(session, item, sealer=sealer, now=now)


async def force_item(
    session: AsyncSession, item: CaptureItem, *, sealer: Sealer, now: datetime
) -> None:
    """Apply an item though what it builds on has not come in its time; what waited for it follows."""
    item.forced_at = now
    await _apply(session, item, forced=True, sealer=sealer, now=now)
    await _release(session, item, sealer=sealer, now=now)


async def _release(
    session: AsyncSession, item: CaptureItem, *, sealer: Sealer, now: datetime
) -> None:
    """Apply what was held, as long as anything of it can be."""
    moved = True
    while moved:
        moved = False
        for held in await queries.held_of(session, item.tenant_id, item.capture_id):
            await _apply(session, held, forced=False, sealer=sealer, now=now)
            moved = moved or held.verdict is not ItemVerdict.HELD


async def _apply(
    session: AsyncSession, item: CaptureItem, *, forced: bool, sealer: Sealer, now: datetime
) -> None:
    capture = await queries.lock_capture(session, item.tenant_id, item.capture_id)
    base = await _base(session, item, capture, forced=forced)
    if item.kind is not ItemKind.CREATE and base is None and not forced:
        return
    try:
        async with session.begin_nested():
            await _carry_out(session, item, capture, base, sealer=sealer, now=now)
    except Refusal as refusal:
        await session.refresh(item)
        item.refuse(refusal)
        item.forced_at = now if forced else None
    await session.flush()


async def _carry_out(
    session: AsyncSession,
    item: CaptureItem,
    capture: Capture | None,
    base: dict[str, Any] | None,
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    if capture is None:
        await _begin(session, item, sealer=sealer, now=now)
        return
    if capture.captured_by != item.captured_by:
        raise FieldQueueOthers
    if item.kind is ItemKind.CREATE:
        if not capture.forced:
            raise CaptureExists
        # It came after all, behind what was forced: that says more than it does.
        item.accept(capture.version)
        return
    capture.require_going_on()
    if item.kind is ItemKind.WITHDRAW:
        await settling.withdraw(session, capture, now=now)
        item.accept(capture.version)
        return
    await _update(session, item, capture, base or capture.content, sealer=sealer, now=now)


async def _begin(
    session: AsyncSession, item: CaptureItem, *, sealer: Sealer, now: datetime
) -> None:
    """Begin a capture with an item: its creation, or what was forced without it."""
    capture = first_of(item, now=now)
    session.add(capture)
    await session.flush()
    session.add(version_of(capture, item, now=now))
    await session.flush()
    item.accept(capture.version)
    if item.kind is ItemKind.WITHDRAW:
        await settling.withdraw(session, capture, now=now)
        return
    await settling.settle(session, capture, sealer=sealer, now=now)
    if capture.state is CaptureState.OPEN:
        await settling.call_when_over(session, capture, now=now)


async def _update(
    session: AsyncSession,
    item: CaptureItem,
    capture: Capture,
    base: dict[str, Any],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    if fixed_fields_changed(base, item.content):
        raise CaptureFixed
    merged = merge(base, capture.content, item.content)
    if not merged.open_fields or merged.content != capture.content:
        await new_version(session, capture, merged.content, item, now=now)
    if capture.state is CaptureState.RECORDED:
        await settling.revise(session, capture, now=now)
    else:
        await settling.settle(session, capture, sealer=sealer, now=now)
    item.accept(capture.version, open_fields=merged.open_fields)


async def _base(
    session: AsyncSession, item: CaptureItem, capture: Capture | None, *, forced: bool
) -> dict[str, Any] | None:
    """Return the capture as the device had it before the item, if what it builds on has come; forced, the nearest to it."""
    if item.kind is ItemKind.CREATE or capture is None:
        return None
    if forced:
        before = await queries.nearest_before(session, item)
    else:
        before = await _before(session, item)
    if before is not None:
        return before.content
    if item.position > 1 and not forced:
        return None
    trunk = await queries.version_of(session, item.tenant_id, item.capture_id, item.trunk_version)
    if trunk is not None:
        return trunk.content
    return capture.content if forced else None


async def _before(session: AsyncSession, item: CaptureItem) -> CaptureItem | None:
    if item.position == 1:
        return None
    found = await queries.item_at(
        session, item.tenant_id, item.capture_id, item.branch_id, item.position - 1
    )
    return None if found is None or found.verdict is ItemVerdict.HELD else found
