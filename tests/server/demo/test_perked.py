"""The demo city's programmes: there soon after the start, by the product's own commands, and made once."""

from datetime import UTC, datetime

from suxin.perks.scenarios import SCENARIOS
from suxin_server.demo.perked import HANDED, REDEEMED, TICKETED, PerkedCity
from suxin_server.demo.shops import OFFERED, SHOPS
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_what_is_offered_is_a_template_and_every_shop_is_invented() -> None:
    scenarios = [one for _, some in OFFERED for one in some]
    assert set(scenarios) <= set(SCENARIOS)
    assert len(scenarios) == 25
    assert all(shop.name.endswith("（演示）") for shop in SHOPS)


async def test_the_city_has_programmes_that_visitors_redeemed(new_city) -> None:
    async with new_city(NOW) as built:
        city = PerkedCity(built.database, PROFILES)
        assert await city.fill(now=NOW)
        states = await built.column("select state from perk_programmes")
        assert states == ["PUBLISHED"] * 25
        redeemed = await built.column("select state from perk_redemptions order by state")
        tickets = [one for _, some in OFFERED for one in some].count(TICKETED) * HANDED
        assert redeemed == ["COMPLETED"] * 25 * REDEEMED + ["GRANTED"] * tickets
        assert await built.column("select state from perk_tickets") == ["ISSUED"] * tickets
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)
