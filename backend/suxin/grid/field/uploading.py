"""Photos that come in pieces (断点续传): the device asks how much is here, and goes on from there; the same piece twice does no harm.

It is the manner of tus: the offset is the platform's, a piece begins at it or is refused with it, and the digest of the whole must be the one
under which it was begun.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.models import PIECE, PIECE_KEY, Capture, PhotoPiece, PhotoUpload
from suxin.grid.field.policies import MAX_OPEN_UPLOADS, MAX_PIECE_BYTES, UPLOAD_KEPT
from suxin.grid.field.refusals import PhotoDiffers, UploadLimitReached, UploadOffset
from suxin.grid.field.states import CaptureState
from suxin.grid.pictures import MAX_PHOTO_BYTES
from suxin.grid.policies import CLAIM_RECORD
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealed_documents import opened_content, sealed_content
from suxin.kernel.sealing import Sealer

UPLOAD_TOPIC: Final = "grid.field.upload_over"
_HEX_DIGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStanding:
    """How much of a photo is here, and whether nothing more is to be sent."""

    received_bytes: int
    done: bool


async def open_upload(
    session: AsyncSession,
    actor: Actor,
    *,
    sha256: str,
    size_bytes: int,
    capture_id: UUID,
    now: datetime,
) -> UploadStanding:
    """Begin a photo of a capture under the digest of its file, or find how much of it is here; a capture that waits no more needs none.

    :raises Forbidden: without the right to record claims
    :raises Invalid: if the digest is none, or the photo empty or too large
    :raises UploadLimitReached: if too many are on their way
    """
    actor.require(CLAIM_RECORD)
    if len(sha256) != _HEX_DIGEST or set(sha256) - set("0123456789abcdef"):
        raise Invalid(field="sha256", reason_zh="不是 SHA-256", reason_en="it is no SHA-256")
    if not 1 <= size_bytes <= MAX_PHOTO_BYTES:
        most = MAX_PHOTO_BYTES // 1024**2
        raise Invalid(field="size", reason_zh=f"照片至多 {most} MB", reason_en=f"a photo has at most {most} MB")  # fmt: skip
    await _take_turn(session, actor)
    capture = await session.get(Capture, (actor.own_tenant, capture_id))
    own = capture is not None and capture.captured_by == actor.own_staff
    if capture is not None and own and capture.state is not CaptureState.OPEN:
        return UploadStanding(received_bytes=size_bytes, done=True)
    known = await queries.live_upload(session, actor.own_tenant, actor.own_staff, sha256)
    if known is not None:
        if known.size_bytes != size_bytes:
            raise PhotoDiffers(field="size")
        return standing(known)
    if await queries.count_uploads(session, actor.own_tenant, actor.own_staff) >= MAX_OPEN_UPLOADS:
        raise UploadLimitReached(limit=MAX_OPEN_UPLOADS)
    upload = PhotoUpload(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        staff_id=actor.own_staff,
        sha256=sha256,
        size_bytes=size_bytes,
        received_bytes=0,
        started_at=now,
    )
    session.add(upload)
    await session.flush()
    payload = {"tenant_id": upload.tenant_id, "upload_id": upload.id}
    over = now + UPLOAD_KEPT
    await outbox.post(
        session, UPLOAD_TOPIC, payload, now=now, tenant_id=upload.tenant_id, not_before=over
    )
    return standing(upload)


def standing(upload: PhotoUpload) -> UploadStanding:
    """Return how much of a photo is here."""
    return UploadStanding(
        received_bytes=upload.received_bytes, done=upload.received_bytes == upload.size_bytes
    )


async def add_piece(
    session: AsyncSession,
    actor: Actor,
    *,
    sha256: str,
    starts_at: int,
    piece: bytes,
    sealer: Sealer,
    now: datetime,
) -> PhotoUpload:
    """Take the next piece of a photo; with the last one it is compared with its digest.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if none of that digest was begun
    :raises Invalid: if the piece is empty or too large
    :raises UploadOffset: if it does not begin where the photo ends so far
    :raises PhotoDiffers: if the whole is not what its digest says; it is erased
    """
    actor.require(CLAIM_RECORD)
    if not 1 <= len(piece) <= MAX_PIECE_BYTES:
        most = MAX_PIECE_BYTES // 1024
        raise Invalid(field="piece", reason_zh=f"每段至多 {most} KB", reason_en=f"a piece has at most {most} KB")  # fmt: skip
    upload = await queries.live_upload(session, actor.own_tenant, actor.own_staff, sha256)
    if upload is None:
        raise NotFound(thing_zh="照片上传", thing_en="upload")
    if starts_at != upload.received_bytes or starts_at + len(piece) > upload.size_bytes:
        raise UploadOffset(offset=upload.received_bytes)
    piece_id = new_id(now)
    secret, content = sealed_content(sealer, piece_id, piece, purpose=PIECE)
    session.add(
        PhotoPiece(
            tenant_id=upload.tenant_id,
            id=piece_id,
            upload_id=upload.id,
            starts_at=starts_at,
            sha256=hashlib.sha256(piece).hexdigest(),
            key_sealed=sealer.seal(secret, purpose=PIECE_KEY, row=piece_id),
            content=content,
        )
    )
    upload.received_bytes += len(piece)
    await session.flush()
    if upload.received_bytes == upload.size_bytes:
        await _finish(session, upload, sealer=sealer, now=now)
    return upload


async def photos_here(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    staff_id: UUID,
    digests: Sequence[str],
    sealer: Sealer,
) -> dict[str, bytes]:
    """Return those of a worker's photos that are whole, by digest."""
    here = {}
    for sha256 in digests:
        upload = await queries.live_upload(session, tenant_id, staff_id, sha256)
        if upload is not None and upload.whole_at is not None:
            here[sha256] = await _content(session, upload, sealer=sealer)
    return here


async def end_uploads(
    session: AsyncSession, *, tenant_id: UUID, staff_id: UUID, digests: Sequence[str], now: datetime
) -> None:
    """Erase photos on their way: a claim has them now, or never will."""
    for sha256 in digests:
        upload = await queries.live_upload(session, tenant_id, staff_id, sha256)
        if upload is not None:
            await _erase(session, upload, now=now)


async def upload_over(
    session: AsyncSession, *, tenant_id: UUID, upload_id: UUID, now: datetime
) -> None:
    """Erase a photo that no claim has taken in its time. A duty of the platform."""
    upload = await session.get(PhotoUpload, (tenant_id, upload_id), with_for_update=True)
    if upload is not None and upload.ended_at is None and now >= upload.started_at + UPLOAD_KEPT:
        await _erase(session, upload, now=now)


async def _finish(
    session: AsyncSession, upload: PhotoUpload, *, sealer: Sealer, now: datetime
) -> None:
    content = await _content(session, upload, sealer=sealer)
    if hashlib.sha256(content).hexdigest() == upload.sha256:
        upload.whole_at = now
        await session.flush()
        return
    await _erase(session, upload, now=now)
    raise PhotoDiffers(field="sha256")


async def _content(session: AsyncSession, upload: PhotoUpload, *, sealer: Sealer) -> bytes:
    pieces = await queries.pieces_of(session, upload.tenant_id, upload.id)
    return b"".join(
        opened_content(sealer, piece, purpose=PIECE, key_purpose=PIECE_KEY) for piece in pieces
    )


async def _erase(session: AsyncSession, upload: PhotoUpload, *, now: datetime) -> None:
    for piece in await queries.pieces_of(session, upload.tenant_id, upload.id):
        piece.key_sealed = piece.content = None
    upload.ended_at = now
    await session.flush()


async def _take_turn(session: AsyncSession, actor: Actor) -> None:
    """Let a worker's photos be begun one at a time: two tabs may send the same."""
    key = func.hashtextextended(f"grid.uploads:{actor.own_tenant}:{actor.own_staff}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
