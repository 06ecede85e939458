"""Photos of goods: made anew, small, and shown to whoever looks at the shelf."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.pictures import MAX_PHOTO_BYTES, made_anew
from suxin.kernel.actor import Actor
from suxin.shop import queries
from suxin.shop.models import ShopGood
from suxin.shop.policies import GOODS_MANAGE
from suxin.shop.recording import record

SIDE: Final = 480
"""The longest side of a good's photo in pixels: enough for a phone's whole width."""

MAX_FILE_BYTES: Final = MAX_PHOTO_BYTES


async def set_photo(
    session: AsyncSession, actor: Actor, *, good_id: UUID, content: bytes, now: datetime
) -> ShopGood:
    """Show a good by this photo, in the place of another if it has one.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises DocumentTooLarge, PhotoUnreadable: see ``pictures.made_anew``
    """
    actor.require(GOODS_MANAGE)
    good = await queries.lock_good(session, actor, good_id)
    picture = made_anew(content, field="photo", longest_side=SIDE)
    good.photo, good.photo_sha256 = picture.jpeg, hashlib.sha256(picture.jpeg).hexdigest()
    good.changed_at = now
    _record(session, good, "photo_set", now=now)
    return good


async def remove_photo(
    session: AsyncSession, actor: Actor, *, good_id: UUID, now: datetime
) -> ShopGood:
    """Show a good without a photo.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    """
    actor.require(GOODS_MANAGE)
    good = await queries.lock_good(session, actor, good_id)
    good.photo = good.photo_sha256 = None
    good.changed_at = now
    _record(session, good, "photo_removed", now=now)
    return good


def _record(session: AsyncSession, good: ShopGood, step: str, *, now: datetime) -> None:
    record(
        session,
        f"good.{step}",
        tenant_id=good.tenant_id,
        of=("shop_good", good.id),
        now=now,
        name=good.name,
    )
