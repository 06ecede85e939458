"""The areas of the city: a level at a time, or by name."""

from typing import Final

from litestar import get

from suxin.places import queries
from suxin.places.models import Area, AreaLevel
from suxin.tenancy.policies import TENANT_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit

LEVELS: Final = {
    AreaLevel.CITY: "市",
    AreaLevel.COUNTY: "县（区）",
    AreaLevel.TOWN: "乡镇（街道）",
    AreaLevel.VILLAGE: "村（社区）",
    AreaLevel.GRID: "网格",
}
PAGE: Final = 50


@get("/areas")
async def show_areas(visit: GivenVisit) -> Answer:
    """Show the counties, what lies within the area asked for, or the areas of a name."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    code, search = asked_text(visit.request, "within"), asked_text(visit.request, "q")
    kept = {name: text for name, text in (("within", code), ("q", search)) if text}
    async with visit.reading() as session:
        found = queries.areas_asked(within=code, search=search)
        page = await read_page(session, visit.request, found, Area.code, kept=kept, size=PAGE)
        return await visit.page(
            session,
            "operator/areas.html",
            {
                "area": await queries.area(session, code) if code else None,
                "above": await queries.areas_around(session, code) if code else [],
                "page": page,
                "search": search,
                "levels": LEVELS,
                "children": await queries.area_counts(session, [row[0].code for row in page.rows]),
            },
        )
