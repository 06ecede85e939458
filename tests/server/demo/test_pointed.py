"""The demo village's points and shop: posted, in every state that somebody has to do something about, and redeemed; made once."""

from collections import Counter
from datetime import datetime

from demo_cities import villages

from suxin_server.demo.pointed import BASKETS, DEEDS, POSTED, PointedCity
from suxin_tenants import PROFILES


async def test_claims_stand_everywhere_and_the_shop_has_redemptions(new_city) -> None:
    """Also after the longest holidays: what was put on notice weeks ago is posted."""
    now = datetime.fromisoformat("2027-03-01T02:00:00+00:00")
    async with new_city(now, villages) as built:
        city = PointedCity(built.database, built.setting.made_for.sealer, PROFILES)
        assert await city.fill(now=now)
        assert Counter(await built.column("select state from grid_claims")) == {
            "POSTED": POSTED * sum(times for _, _, times in DEEDS),
            "SUBMITTED": 2,
            "CHECKED": 1,
            "NOTICED": 1,
            "APPEALED": 1,
            "REFUSED": 1,
        }
        assert Counter(await built.column("select state from shop_redemptions")) == {
            "HANDED_OVER": len(BASKETS) - 1,
            "HELD": 1,
        }
        # Once and no more, at whatever start.
        assert not await city.fill(now=now)
