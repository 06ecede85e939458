"""Coverage of rural credit at three desks: a town's person sees the villages, a bank the towns in counts, others nothing."""

import pytest
from small_points import build_points
from small_rural import VILLAGE_CODE, build_village

from suxin_server.rating import count_all

PLACE = "/desk/rural-coverage"
TOWN = VILLAGE_CODE[:9]


@pytest.fixture
async def counted(small_city, admin):
    village = await build_village(small_city)
    await build_points(small_city, admin)
    await village.count()
    await admin.execute(
        "update rural_area_counts set households = 120, rated_households = 60, credit_households = 4, villages = 6, credit_villages = 1 where area_code = $1",
        TOWN,
    )
    return village


async def test_a_towns_person_sees_its_villages_and_a_bank_counts_alone(
    desks, counted, words, page_of
):
    city = desks.city
    town = await desks.of("town_reviewer", city.operator.own_tenant)
    bank = await desks.of("viewer", city.banks[0].tenant_id)
    for desk in (town, bank):
        text = await desk.get(PLACE)
        page = page_of(text)
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
        for seen in ("120", "50.0%", "少于 5", "1 / 6", "还差 2 个信用村"):
            assert seen in words(text), seen
    assert f'href="{PLACE}/{TOWN}"' in await town.get(PLACE)
    assert f"{PLACE}/{TOWN}" not in await bank.get(PLACE)
    text = words(await town.get(f"{PLACE}/{TOWN}"))
    assert "少于 5" in text
    assert (await bank.client.get(f"{PLACE}/{TOWN}")).status_code == 404
    assert (await town.client.get(f"{PLACE}/999999999")).status_code == 404
    assert "还没有统计" in words(await town.get(f"{PLACE}?county=321324"))


async def test_villages_with_rules_and_a_shop_are_counted(small_city, admin, counted):
    rows = await admin.fetch(
        "select area_code, point_villages, shop_villages from rural_area_counts where level = 'village' order by 1"
    )
    assert [tuple(row) for row in rows] == [("321302102201", 1, 0), (VILLAGE_CODE, 0, 0)]
    await admin.execute("delete from grid_rule_sets")
    await count_all(small_city.batch, now=small_city.now)
    assert await admin.fetchval("select sum(point_villages) from rural_area_counts") == 0


async def test_whoever_has_not_the_right_has_no_such_page(desks, counted):
    helper = await desks.of("counter_helper", desks.city.operator.own_tenant)
    assert (await helper.client.get(PLACE)).status_code == 403
    village = await desks.of("viewer", counted.tenant_id)
    assert (await village.client.get(PLACE)).status_code == 404
