"""The versions of a capture: its first, and the next."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field.models import Capture, CaptureItem, CaptureVersion
from suxin.grid.field.policies import HELD
from suxin.grid.field.states import CaptureState, ItemKind


def first_of(item: CaptureItem, *, now: datetime) -> Capture:
    """Return the capture that an item begins: its creation, or what was forced without it."""
    return Capture(
        tenant_id=item.tenant_id,
        id=item.capture_id,
        captured_by=item.captured_by,
        version=1,
        content=item.content,
        state=CaptureState.OPEN,
        captured_at=item.captured_at,
        received_at=now,
        complete_by=now + HELD,
        forced=item.kind is not ItemKind.CREATE,
    )


def version_of(capture: Capture, item: CaptureItem | None, *, now: datetime) -> CaptureVersion:
    """Return what a capture says now as a version, made by an item or by a person's choice."""
    return CaptureVersion(
        tenant_id=capture.tenant_id,
        capture_id=capture.id,
        version=capture.version,
        content=capture.content,
        item_id=None if item is None else item.id,
        made_at=now,
    )


async def new_version(
    session: AsyncSession,
    capture: Capture,
    content: dict[str, Any],
    item: CaptureItem | None,
    *,
    now: datetime,
) -> None:
    """Let a capture say something else, in its next version."""
    capture.version, capture.content = capture.version + 1, content
    session.add(version_of(capture, item, now=now))
    await session.flush()
