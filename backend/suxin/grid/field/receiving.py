"""Receiving a photo piece by piece: with its last one, the captures that waited for it become claims."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field.models import PhotoUpload
from suxin.grid.field.settling import settle_with_photo
from suxin.grid.field.uploading import add_piece
from suxin.grid.policies import CLAIM_RECORD
from suxin.grid.queries import take_turn
from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer


async def receive_piece(
    session: AsyncSession,
    actor: Actor,
    *,
    sha256: str,
    starts_at: int,
    piece: bytes,
    sealer: Sealer,
    now: datetime,
) -> PhotoUpload:
    """Take the next piece of a photo, and record what waited for it if it is the last.

    :raises Forbidden: without the right to record claims
    :raises Refusal: see ``add_piece``
    """
    actor.require(CLAIM_RECORD)
    # The village's turn comes before the photo's row, here as in a sync.
    await take_turn(session, actor.own_tenant)
    upload = await add_piece(
        session, actor, sha256=sha256, starts_at=starts_at, piece=piece, sealer=sealer, now=now
    )
    if upload.whole_at is not None:
        await settle_with_photo(
            session,
            tenant_id=actor.own_tenant,
            staff_id=actor.own_staff,
            sha256=sha256,
            sealer=sealer,
            now=now,
        )
    return upload
