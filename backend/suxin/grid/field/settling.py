"""What becomes of a capture: a claim, once its photos are here; and what the platform does when its time is over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries as grid
from suxin.grid.claiming import record_for
from suxin.grid.contents import digest
from suxin.grid.field import queries
from suxin.grid.field.models import Capture
from suxin.grid.field.policies import HELD
from suxin.grid.field.refusals import PhotosNeverCame
from suxin.grid.field.states import CaptureState
from suxin.grid.field.uploading import end_uploads, photos_here
from suxin.grid.refusals import PhotosMissing
from suxin.grid.revising import revise_for
from suxin.grid.states import Claimant
from suxin.grid.telling import record_step
from suxin.kernel import outbox
from suxin.kernel.notices import notify_tenant
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Sealer

COMPLETE_TOPIC: Final = "grid.field.capture_over"
FIELD_PAGE: Final = "/desk/field"


async def settle(session: AsyncSession, capture: Capture, *, sealer: Sealer, now: datetime) -> None:
    """Let a capture be a claim if all its photos are here; where the rules refuse it, say why and wait for a correction."""
    here = await photos_here(
        session,
        tenant_id=capture.tenant_id,
        staff_id=capture.captured_by,
        digests=capture.said.photos,
        sealer=sealer,
    )
    if len(here) < len(set(capture.said.photos)):
        return
    try:
        await _record(session, capture, here, sealer=sealer, now=now)
    except Refusal as refusal:
        await session.refresh(capture)
        capture.tell_problem(refusal)
        await session.flush()


async def call_when_over(session: AsyncSession, capture: Capture, *, now: datetime) -> None:
    """Have it looked at a capture that is no claim yet when its time is over."""
    await outbox.post(
        session,
        COMPLETE_TOPIC,
        {"tenant_id": capture.tenant_id, "capture_id": capture.id},
        now=now,
        tenant_id=capture.tenant_id,
        not_before=capture.complete_by,
    )


async def revise(session: AsyncSession, capture: Capture, *, now: datetime) -> None:
    """Let the claim that a capture became say what its last version says.

    :raises Refusal: see ``revise_for``
    """
    claim = await grid.lock_claim(session, capture.tenant_id, capture.id)
    await revise_for(session, claim, content=capture.said.claim(()), now=now)


async def withdraw(session: AsyncSession, capture: Capture, *, now: datetime) -> None:
    """Take a capture back, and the claim that it became.

    :raises StepNotPossible: if the claim was on notice, refused or has ended
    """
    if capture.state is CaptureState.RECORDED:
        claim = await grid.lock_claim(session, capture.tenant_id, capture.id)
        claim.withdraw(now=now)
        record_step(session, claim, "withdrawn", now=now)
    capture.withdraw(now=now)
    await session.flush()
    await _end_photos(session, capture, now=now)


async def settle_with_photo(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    sha256: str,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Let those captures of a worker be claims that waited for this photo."""
    await grid.take_turn(session, tenant_id)
    for capture in await queries.captures_waiting(session, tenant_id, staff_id, sha256):
        await settle(session, capture, sealer=sealer, now=now)


async def capture_over(
    session: AsyncSession, *, tenant_id: UUID, capture_id: UUID, sealer: Sealer, now: datetime
) -> None:
    """Record a capture with the photos that came in its time, or let it lapse and tell its worker. A duty of the platform."""
    await grid.take_turn(session, tenant_id)
    capture = await queries.lock_capture(session, tenant_id, capture_id)
    if capture is None or capture.state is not CaptureState.OPEN or now < capture.complete_by:
        return
    here = await photos_here(
        session,
        tenant_id=tenant_id,
        staff_id=capture.captured_by,
        digests=capture.said.photos,
        sealer=sealer,
    )
    try:
        await _record(session, capture, here, sealer=sealer, now=now)
    except Refusal as refusal:
        await session.refresh(capture)
        short = isinstance(refusal, PhotosMissing) and len(here) < len(capture.said.photos)
        await _lapse(session, capture, PhotosNeverCame(days=HELD.days) if short else refusal, now=now)  # fmt: skip


async def _record(
    session: AsyncSession,
    capture: Capture,
    here: dict[str, bytes],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    said = capture.said
    content = said.claim(tuple(here[one] for one in said.photos if one in here))
    async with session.begin_nested():
        await record_for(
            session,
            capture.tenant_id,
            Claimant.WORKER,
            capture.captured_by,
            claim_id=capture.id,
            content_hash=digest(content),
            content=content,
            sealer=sealer,
            now=now,
        )
        capture.record()
        await session.flush()
    await _end_photos(session, capture, now=now)


async def _lapse(
    session: AsyncSession, capture: Capture, problem: Refusal, *, now: datetime
) -> None:
    capture.lapse(problem, now=now)
    await session.flush()
    await _end_photos(session, capture, now=now)
    await notify_tenant(
        session,
        tenant_id=capture.tenant_id,
        permission=None,
        staff_id=capture.captured_by,
        template="field_capture",
        title="一条采集记录已失效",
        body=f"{capture.said.day.isoformat()} 采集的记录未能登记：{problem.zh_message}。",
        link=FIELD_PAGE,
        now=now,
    )


async def _end_photos(session: AsyncSession, capture: Capture, *, now: datetime) -> None:
    await end_uploads(
        session,
        tenant_id=capture.tenant_id,
        staff_id=capture.captured_by,
        digests=capture.said.photos,
        now=now,
    )
