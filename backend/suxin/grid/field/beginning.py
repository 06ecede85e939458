"""The captures that a message begins: what they are judged by is read for all of them at once, and they are written at once.

Nobody has relied on any of them, and nothing of them is refused once something is written; so none needs a savepoint of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.claiming import Recorded, begin_check, judge_claim, tell_recorded
from suxin.grid.contents import digest
from suxin.grid.field import queries
from suxin.grid.field.contents import Item
from suxin.grid.field.models import Capture, CaptureItem, FieldDevice
from suxin.grid.field.settling import call_when_over
from suxin.grid.field.states import ItemKind
from suxin.grid.field.versions import first_of, version_of
from suxin.grid.grounds import Grounds
from suxin.grid.states import Claimant
from suxin.kernel.refusals import Refusal


class Beginnings:
    """The captures of one message of which nothing is here yet, neither an item nor a photo."""

    def __init__(self, session: AsyncSession, grounds: Grounds, fresh: set[UUID]) -> None:
        self._session, self._grounds, self._fresh = session, grounds, fresh
        self._begun: list[tuple[CaptureItem, Capture, Recorded | None]] = []

    @classmethod
    async def read(cls, session: AsyncSession, device: FieldDevice, items: Sequence[Item]) -> Self:
        """Read what the captures are judged by that these items begin, under the village's turn."""
        begin = [one for one in items if one.kind is ItemKind.CREATE]
        tenant_id, ids = device.tenant_id, {one.capture_id for one in begin}
        known = await queries.captures_begun(session, tenant_id, ids) if ids else frozenset()
        digests = {sha256 for one in begin for sha256 in one.content.photos}
        here = (
            await queries.uploads_live(session, tenant_id, device.staff_id, digests)
            if digests
            else frozenset()
        )
        fresh = {
            one.capture_id: one.content
            for one in begin
            if one.capture_id not in known and here.isdisjoint(one.content.photos)
        }
        grounds = Grounds(session, tenant_id)
        await grounds.read_for({key: one.claim(()) for key, one in fresh.items() if not one.photos})
        return cls(session, grounds, set(fresh))

    def has(self, item: CaptureItem) -> bool:
        """Return whether an item begins one of them, and is the first to say so."""
        return (
            item.kind is ItemKind.CREATE
            and (item.trunk_version, item.position) == (0, 1)
            and item.capture_id in self._fresh
        )

    async def begin(self, item: CaptureItem, *, now: datetime) -> None:
        """Begin a capture: a claim where it has no photos and the rules allow it; it is written with the others."""
        self._fresh.discard(item.capture_id)
        capture, recorded = first_of(item, now=now), None
        if not capture.said.photos:
            try:
                recorded = await self._judge(capture, now=now)
            except Refusal as refusal:
                capture.tell_problem(refusal)
        if recorded is None:
            await call_when_over(self._session, capture, now=now)
        item.accept(capture.version)
        self._begun.append((item, capture, recorded))

    async def write(self, *, now: datetime) -> None:
        """Write what was begun since the last time. Whatever else happens to captures or claims comes after it."""
        begun, self._begun = self._begun, []
        if not begun:
            return
        session = self._session
        session.add_all(capture for _, capture, _ in begun)
        await session.flush()
        for item, capture, recorded in begun:
            session.add_all([version_of(capture, item, now=now), item])
            if recorded is not None:
                capture.record()
                session.add(recorded.claim)
        await session.flush()

    def forget_counted(self) -> None:
        """Have it read anew what counts against caps: another item may have changed a claim."""
        self._grounds.forget_counted()

    async def _judge(self, capture: Capture, *, now: datetime) -> Recorded:
        content = capture.said.claim(())
        recorded = await judge_claim(
            self._session,
            capture.tenant_id,
            Claimant.WORKER,
            capture.captured_by,
            claim_id=capture.id,
            content_hash=digest(content),
            content=content,
            grounds=self._grounds,
            now=now,
        )
        if not recorded.existed:
            await begin_check(self._session, recorded.claim, self._grounds, now=now)
            await tell_recorded(self._session, recorded.claim, now=now)
        return recorded
