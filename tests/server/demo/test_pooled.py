"""The demo city's risk pool: there soon after the start, by the product's own commands, and made once."""

from datetime import UTC, datetime

from suxin_server.demo.pooled import PooledCity
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


async def test_the_city_has_a_pool_with_partners_agreements_and_filings(new_city):
    async with new_city(NOW) as built:
        city = PooledCity(built.database, built.setting.made_for.sealer, PROFILES)
        assert await city.fill(now=NOW)
        assert await built.column("select state from risk_pools") == ["OPEN"]
        paid = await built.column(
            "select posted_credits from ledger_accounts where code like '%.partner-%' order by 1"
        )
        assert paid == [800_000_000, 1_800_000_000]
        states = await built.column("select state from pool_agreements")
        assert set(states) == {"IN_FORCE"}
        assert len(states) >= 2
        filed = await built.column("select committed_fen from pool_filings")
        assert len(filed) >= 2
        committed = await built.admin.fetchval(
            "select posted_debits from ledger_accounts where code like '%.committed'"
        )
        assert committed == sum(filed)
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)
