"""The area tree: the official codes of the city, loaded once and found again."""

import asyncpg
import pytest
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.places.commands import VALID_FROM, load_areas
from suxin.places.models import Area, AreaLevel
from suxin.places.queries import area, areas_of, names

SYSTEM = Actor.system("test")
ANYONE = Actor.anonymous("test")


@pytest.fixture
async def loaded(batch, now):
    async with batch.transaction(SYSTEM, now=now) as session:
        return await load_areas(session)


async def test_the_city_has_six_county_codes_and_109_towns(loaded, database, now):
    assert loaded == 116
    async with database.snapshot(ANYONE, now=now) as session:
        city = (await session.scalars(areas_of(None))).one()
        counties = (await session.scalars(areas_of("321300"))).all()
        levels = (await session.scalars(select(Area.level))).all()
    assert (city.code, city.name, city.level) == ("321300", "宿迁市", AreaLevel.CITY)
    assert {county.code: county.name for county in counties} == {
        "321302": "宿城区",
        "321311": "宿豫区",
        "321322": "沭阳县",
        "321323": "泗阳县",
        "321324": "泗洪县",
        "321371": "宿迁经济技术开发区",
    }
    assert [county.code for county in counties if county.statistical_only] == ["321371"]
    assert levels.count(AreaLevel.TOWN) == 109


async def test_a_town_has_its_full_name_and_its_pinyin(loaded, database, now):
    async with database.snapshot(ANYONE, now=now) as session:
        town = await area(session, "321324102")
        assert (town.name, town.full_name) == ("上塘镇", "宿迁市泗洪县上塘镇")
        assert (town.pinyin, town.parent_code) == ("shang tang zhen", "321324")
        assert (town.valid_from, town.valid_until) == (VALID_FROM, None)
        assert await names(session, ["321324102", "321302150", "999999999"]) == {
            "321324102": "宿迁市泗洪县上塘镇",
            "321302150": "宿迁市宿城区洋河镇",
            "999999999": "市外",
        }
        # What is not known itself is called by the nearest area around it.
        assert await names(session, ["321324102999001", "321324999", "321399", "999999"]) == {
            "321324102999001": "宿迁市泗洪县上塘镇",
            "321324999": "宿迁市泗洪县",
            "321399": "宿迁市",
            "999999": "市外",
        }
        with pytest.raises(NotFound):
            await area(session, "321324999")
        towns = (await session.scalars(areas_of("321324"))).all()
    assert len(towns) == 21
    assert [one.code for one in towns] == sorted(one.code for one in towns)


async def test_loading_again_changes_nothing_and_mends_what_differs(loaded, batch, admin, now):
    await admin.execute("update areas set name = '错' where code = '321324102'")
    for expected in (1, 0):
        async with batch.transaction(SYSTEM, now=now) as session:
            assert await load_areas(session) == expected
    assert await admin.fetchval("select name from areas where code = '321324102'") == "上塘镇"


async def test_an_area_that_ended_is_kept_and_left_out_of_later_days(loaded, database, admin, now):
    ended = now.date()
    await admin.execute("update areas set valid_until = $1 where code = '321324102'", ended)
    async with database.snapshot(ANYONE, now=now) as session:
        assert (await area(session, "321324102")).valid_until == ended
        for on, count in ((None, 21), (ended.replace(day=1), 21), (ended, 20), (VALID_FROM, 21)):
            found = (await session.scalars(areas_of("321324", on=on))).all()
            assert len(found) == count


async def test_requests_change_no_area(loaded, database, admin, now):
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(ANYONE, now=now) as session:
            session.add(
                Area(
                    code="321399",
                    level=AreaLevel.COUNTY,
                    name="x",
                    full_name="x",
                    pinyin="x",
                    statistical_only=False,
                    predecessors=[],
                    valid_from=now.date(),
                )
            )
    assert await admin.fetchval("select count(*) from areas") == 116


async def test_without_a_context_no_area_is_seen(loaded, city):
    connection = await asyncpg.connect(city.app)
    try:
        assert await connection.fetchval("select count(*) from areas") == 0
    finally:
        await connection.close()
