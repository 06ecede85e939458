"""The coverage of rural credit by area, as a file holds it: towns of the city with their households and entities."""

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.rural.queries.areas import area_counts
from suxin.rural.states import TITLES_ZH, TitleLevel
from suxin_tenants.area_names import area_names
from suxin_tenants.operator.league_lists import given
from suxin_tenants.operator.list_files import Cell, Column, Sheet
from suxin_tenants.visits import Visit


async def coverage_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return every area of a level (towns, if none is asked for) with its figures."""
    asked = visit.request.query_params.get("level", "")
    level = next((one for one in TitleLevel if one.value == asked), TitleLevel.TOWN)
    found = (await session.scalars(area_counts(visit.actor, level))).all()
    names = await area_names(session, {one.area_code for one in found})
    rows = [
        (
            one.area_code,
            names[one.area_code],
            one.households,
            one.rated_households,
            one.credit_households,
            one.entities,
            one.villages,
            one.credit_villages,
        )
        for one in found
    ]
    columns = (
        Column("区划代码"),
        Column("地区"),
        Column("在册农户", Cell.COUNT),
        Column("已评级农户", Cell.COUNT),
        Column("信用户", Cell.COUNT),
        Column("已评级经营主体", Cell.COUNT),
        Column("行政村", Cell.COUNT),
        Column("信用村", Cell.COUNT),
    )
    return Sheet(f"信用乡村覆盖-{TITLES_ZH[level]}", columns, given(rows))
