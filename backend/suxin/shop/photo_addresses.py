"""Where a good's photo is found: an address that names its content."""

from typing import Final

from suxin.shop.models import ShopGood

PHOTO_PATH: Final = "/points/goods"


def photo_address(good: ShopGood) -> str | None:
    """Return where the photo of a good that is offered is found; none if it has none."""
    if good.photo_sha256 is None:
        return None
    return f"{PHOTO_PATH}/{good.tenant_id}/{good.id}/{good.photo_sha256}"
