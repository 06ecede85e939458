"""The demo city's villages: registers with grids and households soon after the start, by the product's own commands, made once."""

from datetime import UTC, datetime

from demo_cities import villages

from suxin_server.demo.villages import HOUSEHOLDS, REGISTERS

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


async def test_every_village_has_a_register_with_grids_and_households(new_city) -> None:
    async with new_city(NOW, villages) as built:
        codes = await built.column("select code from villages order by code")
        assert codes == sorted(one.code for one in REGISTERS)
        assert await built.column("select households from village_counts") == [HOUSEHOLDS] * 4
        assert await built.column("select grids from village_counts") == [4] * 4
        assert await built.column("select ungridded from village_counts") == [0] * 4
        assert min(await built.column("select persons from village_counts")) > HOUSEHOLDS
        assert len(await built.column("select id from grid_workers")) == 8
        # Once and no more, at whatever start.
        assert not await built.villaged.fill(now=NOW)
