"""The photos of goods, for whoever looks at a shelf: on a phone, and at the counter. That somebody looked is written nowhere."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.kernel.actor import Actor
from suxin.shop.photo_addresses import PHOTO_PATH
from suxin.shop.showing.queries import photo_of_good
from suxin_web.callers import by_address
from suxin_web.rate_limits import Limit
from suxin_web.runtime import GivenRuntime

READS: Final = Limit(name="shop_photos", burst=400, per_minute=800)
"""A shelf has many photos, each fetched once and kept."""

_ANYBODY: Final = Actor.anonymous("shop")


@get(f"{PHOTO_PATH}/{{village_id:uuid}}/{{good_id:uuid}}/{{sha256:str}}", include_in_schema=False, guards=[by_address(READS)])  # fmt: skip
async def show_good_photo(
    runtime: GivenRuntime,
    village_id: FromPath[UUID],
    good_id: FromPath[UUID],
    sha256: FromPath[str],
) -> Response[bytes]:
    """Send the photo of a good that is offered; its address names its content, so that it may be kept."""
    async with runtime.database.snapshot(_ANYBODY, now=runtime.clock.now()) as session:
        photo = await photo_of_good(session, tenant_id=village_id, good_id=good_id, sha256=sha256)
    if photo is None:
        return Response(b"", status_code=HTTPStatus.NOT_FOUND, media_type="image/jpeg")
    headers = {"Cache-Control": "public, max-age=86400, immutable"}
    return Response(photo, status_code=HTTPStatus.OK, media_type="image/jpeg", headers=headers)


SHOP_PHOTOS: Final[tuple[ControllerRouterHandler, ...]] = (show_good_photo,)
