"""The areas of the city, a level at a time."""

from typing import Final

from litestar import get

from suxin.places import queries
from suxin.places.models import AreaLevel
from suxin.tenancy.policies import TENANT_READ
from suxin.tenancy.profiles import TenantKind
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
        found = queries.areas_within(code) if code else queries.counties()
        rows = (await session.scalars(found.limit(MAX_SHOWN))).all()
        return await visit.page(
            session,
            "operator/areas.html",
            {
                "area": await queries.area(session, code) if code else None,
                "above": await queries.areas_around(session, code) if code else [],
                "rows": rows,
                "levels": LEVELS,
                "children": await queries.area_counts(session, [row.code for row in rows]),
            },
        )
