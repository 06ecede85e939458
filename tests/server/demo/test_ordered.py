"""The demo city's service orders: one in each state that its channel knows, made once, and none sent to a real provider."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from order_reference import ReferenceProvider

from suxin_server.demo.ordered import BIKES, MEALS, OrderedCity
from suxin_server.demo.shops import OFFERED
from suxin_server.paying import stand_in_orders
from suxin_server.settings import Settings
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
STAGES = (
    "select o.stage from service_orders o join order_services s on s.id = o.service_id"
    " and s.tenant_id = o.tenant_id where s.code = $1"
)
WITH_STAND_IN = ("CREATED", "USER_CONFIRM", "USER_PAYING", "USER_PAID", "REVOKED")


def test_who_serves_on_trust_offers_programmes_of_that_kind() -> None:
    offered = dict(OFFERED)
    assert "travel.bike" in offered[BIKES.log_in]
    assert "eat.pay_later" in offered[MEALS.log_in]


async def test_the_city_has_an_order_in_each_state(new_city) -> None:
    async with new_city(NOW) as built:
        city = OrderedCity(built.database, PROFILES)
        assert await city.fill(provider=ReferenceProvider(), now=NOW)
        at_counter = Counter(await built.column(STAGES, BIKES.code))
        assert at_counter == Counter((*WITH_STAND_IN, "EXPIRED"))
        assert Counter(await built.column(STAGES, MEALS.code)) == Counter(WITH_STAND_IN)
        assert await built.column("select amount_fen from order_refunds") == [500]
        waiting = "select count(*) from service_orders where request is not null"
        assert await built.column(waiting) == [0]
        # Once and no more, at whatever start.
        assert not await city.fill(provider=ReferenceProvider(), now=NOW)


@pytest.mark.parametrize("address", [None, "https://api.mch.weixin.qq.com"])
async def test_nothing_is_sent_to_the_real_provider(address: str | None) -> None:
    async with stand_in_orders(Settings(payscore_base_url=address)) as provider:
        assert provider is None
