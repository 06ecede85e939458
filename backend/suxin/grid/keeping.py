"""Keeping the photos of a claim: made anew, compared with the village's others, and sealed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import ClaimPhoto, PointClaim
from suxin.grid.models.photos import PHOTO, PHOTO_KEY
from suxin.grid.pictures import ALIKE_BITS, Picture, made_anew
from suxin.grid.refusals import PhotoUsedBefore
from suxin.kernel.ids import new_id
from suxin.kernel.sealed_documents import Handed, Seals, opened_content, sealed_row
from suxin.kernel.sealing import Sealer

_SEALS: Final = Seals(content=PHOTO, key=PHOTO_KEY)
ALIKE_WITHIN: Final = timedelta(days=400)
"""How far back photos are looked through for one that looks alike. Proposed."""


async def keep_photos(
    session: AsyncSession,
    claim: PointClaim,
    files: Sequence[bytes],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Keep the photos of a new claim. The same file again is refused; a picture that looks alike is marked for whoever checks.

    :raises DocumentTooLarge, PhotoUnreadable: see ``pictures.made_anew``
    :raises PhotoUsedBefore: if a file stands with a claim of the village, or twice with this one
    """
    for number, file in enumerate(files, start=1):
        picture = made_anew(file)
        await _require_new(session, claim, picture, number)
        photo_id = new_id(now)
        given = Handed(name=f"{number}.jpg", media_type="image/jpeg", content=picture.jpeg)
        session.add(
            ClaimPhoto(
                tenant_id=claim.tenant_id,
                id=photo_id,
                claim_id=claim.id,
                number=number,
                original_sha256=picture.original_sha256,
                look=picture.look,
                like_id=await _like(session, claim, picture, now=now),
                width=picture.width,
                height=picture.height,
                **sealed_row(sealer, photo_id, given, seals=_SEALS, now=now),
            )
        )
        await session.flush()


def opened_photo(sealer: Sealer, photo: ClaimPhoto) -> bytes:
    """Return a photo as a JPEG."""
    return opened_content(sealer, photo, purpose=PHOTO, key_purpose=PHOTO_KEY)


async def _require_new(
    session: AsyncSession, claim: PointClaim, picture: Picture, number: int
) -> None:
    day = await session.scalar(
        select(PointClaim.happened_on)
        .join(
            ClaimPhoto,
            (ClaimPhoto.tenant_id == PointClaim.tenant_id) & (ClaimPhoto.claim_id == PointClaim.id),
        )
        .where(
            ClaimPhoto.tenant_id == claim.tenant_id,
            ClaimPhoto.original_sha256 == picture.original_sha256,
        )
    )
    if day is not None:
        raise PhotoUsedBefore(field="photos", number=number, day=day.isoformat())


async def _like(
    session: AsyncSession, claim: PointClaim, picture: Picture, *, now: datetime
) -> UUID | None:
    differing = cast(ClaimPhoto.look.op("#")(cast(picture.look, BigInteger)), BIT(64))
    return await session.scalar(
        select(ClaimPhoto.id)
        .where(
            ClaimPhoto.tenant_id == claim.tenant_id,
            ClaimPhoto.claim_id != claim.id,
            ClaimPhoto.uploaded_at > now - ALIKE_WITHIN,
            func.bit_count(differing) <= ALIKE_BITS,
        )
        .order_by(ClaimPhoto.id)
        .limit(1)
    )
