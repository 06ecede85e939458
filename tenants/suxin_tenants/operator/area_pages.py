"""The areas of the city, a level at a time."""

from typing import Final

from litestar import get
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from suxin.kernel.refusals import NotFound
from suxin.places.models import Area, AreaLevel
from suxin.tenancy.policies import TENANT_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import counties
from suxin_tenants.visits import Answer, GivenVisit

LEVELS: Final = {
    AreaLevel.CITY: "市",
    AreaLevel.COUNTY: "县（区）",
    AreaLevel.TOWN: "乡镇（街道）",
    AreaLevel.VILLAGE: "村（社区）",
    AreaLevel.GRID: "网格",
}
MAX_SHOWN: Final = 1_000


@get("/areas")
async def show_areas(visit: GivenVisit) -> Answer:
    """Show the counties, or what lies within the area asked for."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    code = visit.request.query_params.get("within", "").replace("\x00", "")
    async with visit.reading() as session:
        area = await session.get(Area, code) if code else None
        if code and area is None:
            raise NotFound(thing_zh="区域", thing_en="area")
        found = counties() if area is None else _within(code)
        rows = (await session.scalars(found.limit(MAX_SHOWN))).all()
        child = aliased(Area)
        counted = await session.execute(
            select(child.parent_code, func.count())
            .where(child.parent_code.in_([row.code for row in rows]))
            .group_by(child.parent_code)
        )
        return await visit.page(
            session,
            "operator/areas.html",
            {
                "area": area,
                "above": await _above(session, area),
                "rows": rows,
                "levels": LEVELS,
                "children": dict(counted.all()),
            },
        )


def _within(code: str) -> Select[Area]:
    return (
        select(Area)
        .where(Area.parent_code == code, Area.code != code, Area.valid_until.is_(None))
        .order_by(Area.pinyin, Area.code)
    )


async def _above(session: AsyncSession, area: Area | None) -> list[Area]:
    """Return the areas around an area, the widest first."""
    above: list[Area] = []
    while area is not None and area.parent_code is not None and area.parent_code != area.code:
        area = await session.get(Area, area.parent_code)
        if area is not None and area.level is not AreaLevel.CITY:
            above.insert(0, area)
    return above
