"""How far rural credit reaches, town by town, for the city's office, the people of a town, and banks: counts alone, with what the next level lacks."""

from typing import Final

from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.kernel.refusals import NotFound
from suxin.rural.coverage import SMALLEST_SHOWN, Coverage
from suxin.rural.policies import COVERAGE_READ
from suxin.rural.queries import areas
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names, county_options
from suxin_tenants.visits import Answer, GivenVisit

PLACE: Final = "/desk/rural-coverage"
COUNTY_DIGITS: Final = 6
TOWN_DIGITS: Final = 9


@get("/rural-coverage")
async def show_coverage(visit: GivenVisit) -> Answer:
    """Show the towns of a county, those of the whole city where none is asked for."""
    visit.require_kind(TenantKind.OPERATOR, TenantKind.BANK)
    asked = visit.request.query_params.get("county", "")
    county = asked if _is_code(asked, COUNTY_DIGITS) else ""
    async with visit.reading() as session:
        towns = await areas.towns_covered(session, visit.actor, within=county)
        context = {
            "towns": towns,
            "names": await area_names(session, {one.area_code for one in towns}),
            "county": county,
            "counties": [("", "全市"), *await county_options(session)],
            "further": visit.kind is TenantKind.OPERATOR,
            "smallest": SMALLEST_SHOWN,
            "figure": figure,
            "share": share,
            "counted_at": max((one.counted_at for one in towns), default=None),
        }
        return await visit.page(session, "rural_coverage.html", context)


@get("/rural-coverage/{town_code:str}")
async def show_town(visit: GivenVisit, town_code: FromPath[str]) -> Answer:
    """Show the villages of a town."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(COVERAGE_READ)
    if not _is_code(town_code, TOWN_DIGITS):
        raise NotFound(thing_zh="乡镇", thing_en="town")
    async with visit.reading() as session:
        towns = await areas.towns_covered(session, visit.actor, within=town_code)
        if not towns:
            raise NotFound(thing_zh="乡镇", thing_en="town")
        villages = await areas.villages_covered(session, visit.actor, town_code=town_code)
        codes = {town_code, *(one.area_code for one in villages)}
        context = {
            "town": towns[0],
            "villages": villages,
            "names": await area_names(session, codes),
            "smallest": SMALLEST_SHOWN,
            "figure": figure,
            "share": share,
        }
        return await visit.page(session, "rural_coverage_town.html", context)


def figure(count: int | None) -> str:
    """Return a count as it is shown."""
    return f"少于 {SMALLEST_SHOWN}" if count is None else f"{count:,}"


def share(one: Coverage) -> str:
    """Return the share of households with a grade in force; none where it is not shown."""
    return "—" if one.share_bps is None else f"{one.share_bps / 100:.1f}%"


def _is_code(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) == digits


HANDLERS: Final[list[ControllerRouterHandler]] = [show_coverage, show_town]
