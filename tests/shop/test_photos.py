"""Photos of goods: nothing but the picture is kept, small; it goes with the good's offer."""

import io

import pytest
from PIL import Image
from small_points import SmallPoints, build_points, photo
from small_shop import SmallShop, build_shop

from suxin.grid.refusals import PhotoUnreadable
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.shop import goods, photos
from suxin.shop.models import ShopGood
from suxin.shop.showing.queries import photo_of_good


@pytest.fixture
async def shop(small_city, admin) -> SmallShop:
    points: SmallPoints = await build_points(small_city, admin)
    return await build_shop(points)


async def seen(shop: SmallShop, sha256: str | None) -> bytes | None:
    """Return what anybody is shown of the soap under a digest."""
    city = shop.points.city
    async with city.database.snapshot(Actor.anonymous("test"), now=city.now) as session:
        return await photo_of_good(
            session, tenant_id=shop.tenant_id, good_id=shop.soap, sha256=sha256 or ""
        )


async def test_a_photo_is_made_anew_small_and_goes_with_the_offer(shop: SmallShop) -> None:
    made: ShopGood = await shop.act(
        photos.set_photo, "shop_keeper", good_id=shop.soap, content=photo(size=(1200, 900))
    )
    shown = await seen(shop, made.photo_sha256)
    assert shown is not None
    with Image.open(io.BytesIO(shown)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (photos.SIDE, 360))
        assert not picture.getexif()
    assert b"SecretCamera" not in shown
    assert await seen(shop, "0" * 64) is None
    await shop.act(goods.withdraw_good, "shop_keeper", good_id=shop.soap)
    assert await seen(shop, made.photo_sha256) is None
    await shop.act(goods.offer_again, "shop_keeper", good_id=shop.soap)
    await shop.act(photos.remove_photo, "shop_keeper", good_id=shop.soap)
    assert await seen(shop, made.photo_sha256) is None


async def test_what_is_no_picture_is_refused_beside_the_field_and_so_is_who_may_not(
    shop: SmallShop,
) -> None:
    with pytest.raises(PhotoUnreadable) as refused:
        await shop.act(photos.set_photo, "shop_keeper", good_id=shop.soap, content=b"no picture")
    assert refused.value.field == "photo"
    with pytest.raises(Forbidden):
        await shop.act(photos.set_photo, "grid_worker", good_id=shop.soap, content=photo())
