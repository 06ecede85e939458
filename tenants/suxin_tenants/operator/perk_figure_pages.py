"""What comes of 信易+ in the city, month by month, told apart by area or by scenario; the page and the same as files."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.policies import STATISTICS_READ
from suxin.perks.figures import queries
from suxin.perks.figures.models import PerkDimension
from suxin.perks.figures.shown import SMALLEST_SHOWN, PerkFigures
from suxin.perks.scenarios import SCENARIOS
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names
from suxin_tenants.operator.list_files import Cell, Column, Sheet, Value
from suxin_tenants.operator.perk_charts import perk_chart
from suxin_tenants.visits import Answer, GivenVisit, Visit

DIMENSIONS: Final = (PerkDimension.COUNTY, PerkDimension.SCENARIO)
_COLUMNS: Final = (
    Column("核销笔数", Cell.COUNT),
    Column("使用次数", Cell.COUNT),
    Column("核销金额", Cell.YUAN),
    Column("逾期未付", Cell.COUNT),
)


@get("/perk-figures")
async def show_perk_figures(visit: GivenVisit) -> Answer:
    """Show the months' chart, and one month told apart."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATISTICS_READ)
    by = _asked(visit)
    async with visit.reading() as session:
        months = await queries.perk_months(session, visit.actor)
        month = _month(visit, months)
        found = await _figures(session, visit, by, month)
        context = {
            "months": months,
            "chart": perk_chart(months),
            "month": month,
            "by": by,
            "dimensions": DIMENSIONS,
            "figures": found,
            "names": await _names(session, by, found),
            "city": next((one for one in months if one.month == month), None),
            "smallest": SMALLEST_SHOWN,
        }
        return await visit.page(session, "operator/perk_figures.html", context)


async def perk_months_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the city's months as a list."""
    months = await queries.perk_months(session, visit.actor)
    rows = [(f"{one.month:%Y-%m}", *_cells(one)) for one in months]
    return Sheet("信易+统计-全市", (Column("月份"), *_COLUMNS), _given(rows))


async def perk_figures_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return one month by area or by scenario as a list."""
    by = _asked(visit)
    month = _month(visit, await queries.perk_months(session, visit.actor))
    found = await _figures(session, visit, by, month)
    names = await _names(session, by, found)
    rows = [(f"{one.month:%Y-%m}", names[one.key], *_cells(one)) for one in found]
    columns = (Column("月份"), Column(by.zh), *_COLUMNS)
    return Sheet(f"信易+统计-按{by.zh}", columns, _given(rows))


def _asked(visit: Visit) -> PerkDimension:
    asked = visit.request.query_params.get("by")
    return next((one for one in DIMENSIONS if one.value == asked), PerkDimension.COUNTY)


def _month(visit: Visit, months: Sequence[PerkFigures]) -> date | None:
    """Return the month that is asked for, if it was counted, else the latest."""
    asked = visit.request.query_params.get("month")
    known = {f"{one.month:%Y-%m}": one.month for one in months}
    return known.get(asked or "", months[-1].month if months else None)


async def _figures(
    session: AsyncSession, visit: Visit, by: PerkDimension, month: date | None
) -> Sequence[PerkFigures]:
    if month is None:
        return []
    return await queries.perk_figures(session, visit.actor, by=by, month=month)


async def _names(
    session: AsyncSession, by: PerkDimension, found: Sequence[PerkFigures]
) -> dict[str, str]:
    keys = [one.key for one in found]
    if by is PerkDimension.COUNTY:
        return await area_names(session, keys)
    # A template that is gone keeps its code.
    return {key: SCENARIOS[key].zh if key in SCENARIOS else key for key in keys}


def _cells(one: PerkFigures) -> tuple[Value, ...]:
    return one.redemptions, one.uses, one.value_fen, one.defaults


async def _given(rows: Iterable[tuple[Value, ...]]) -> AsyncIterator[tuple[Value, ...]]:
    for row in rows:
        yield row


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_perk_figures,)
