"""The lists of the league table and of the city's loans, as the pages show them and as files hold them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.lending.industries import SECTION_BY_CODE
from suxin.lending.league import queries
from suxin.lending.league.figures import MonthFigures
from suxin.lending.league.models import Dimension, LeagueLine
from suxin.lending.league.quarters import Quarter
from suxin_tenants.area_names import area_names
from suxin_tenants.league_words import banks_by_id, of_banks, table_asked
from suxin_tenants.operator.list_files import Cell, Column, Sheet, Value
from suxin_tenants.visits import Visit

UNKNOWN_BANK_ZH: Final = "已退出的银行"
UNKNOWN_INDUSTRY_ZH: Final = "行业未登记"


async def league_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return a quarter's table as a list: one row a bank and measure, with numerator, denominator, cases and place."""
    table = await table_asked(session, visit)
    if table is None:
        raise NotFound(thing_zh="季度榜", thing_en="league table")
    quarter = Quarter(table.quarter)
    lines = await queries.lines_of(session, visit.actor, quarter=quarter, version=table.version)
    rows = [
        (quarter.zh, table.version, bank.name, measure.zh, *_counted(line))
        for bank in of_banks(lines, await banks_by_id(session))
        for measure, line in bank.lines.items()
    ]
    columns = (
        Column("季度"),
        Column("版本", Cell.COUNT),
        Column("银行"),
        Column("指标"),
        *_LINE_COLUMNS,
    )
    return Sheet(f"银行排行{quarter.code}", columns, given(rows))


async def months_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the city's months as a list."""
    months = await queries.months_of_city(session, visit.actor)
    rows = [(f"{one.month:%Y-%m}", *_figures(one)) for one in months]
    return Sheet("贷款月报-全市", (Column("月份"), *_COLUMNS), given(rows))


async def loans_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return a month's loans by bank, county or industry as a list."""
    dimension, month = dimension_asked(visit), await month_asked(session, visit)
    found = (
        []
        if month is None
        else await queries.figures_by(session, visit.actor, dimension=dimension, month=month)
    )
    names = await names_of(session, dimension, found)
    title = f"贷款月报-按{dimension.zh}"
    rows = [(f"{one.month:%Y-%m}", names[one.key], *_figures(one)) for one in found]
    return Sheet(title, (Column("月份"), Column(dimension.zh), *_COLUMNS), given(rows))


async def names_of(
    session: AsyncSession, dimension: Dimension, found: Sequence[MonthFigures]
) -> dict[str, str]:
    """Return what the parts of a dimension are called, by their keys."""
    if dimension is Dimension.BANK:
        banks = {str(key): bank.short_name for key, bank in (await banks_by_id(session)).items()}
        return {one.key: banks.get(one.key, UNKNOWN_BANK_ZH) for one in found}
    if dimension is Dimension.COUNTY:
        return await area_names(session, [one.key for one in found])
    return {
        one.key: SECTION_BY_CODE[one.key].zh if one.key in SECTION_BY_CODE else UNKNOWN_INDUSTRY_ZH
        for one in found
    }


def dimension_asked(visit: Visit) -> Dimension:
    """Return by what the address wants loans told apart: by bank where it does not say."""
    asked = visit.request.query_params.get("by", "")
    known = {one.value: one for one in (Dimension.BANK, Dimension.COUNTY, Dimension.INDUSTRY)}
    return known.get(asked, Dimension.BANK)


async def month_asked(session: AsyncSession, visit: Visit) -> date | None:
    """Return the month that the address asks for, the latest where it names none that is there; nothing before the first count."""
    months = [one.month for one in await queries.months_of_city(session, visit.actor)]
    asked = visit.request.query_params.get("month", "")
    return next((one for one in months if f"{one:%Y-%m}" == asked), months[-1] if months else None)


async def given(rows: Iterable[Sequence[Value]]) -> AsyncIterator[Sequence[Value]]:
    """Give rows that are at hand."""
    for row in rows:
        yield row


_COLUMNS = (
    Column("截至", Cell.DAY),
    Column("贷款笔数", Cell.COUNT),
    Column("贷款余额", Cell.YUAN),
    Column("信用贷款余额", Cell.YUAN),
    Column("逾期笔数", Cell.COUNT),
    Column("逾期余额", Cell.YUAN),
    Column("当月签约笔数", Cell.COUNT),
    Column("当月签约金额", Cell.YUAN),
    Column("当月首贷笔数", Cell.COUNT),
)


def _figures(one: MonthFigures) -> tuple[Value, ...]:
    return (
        one.as_of, one.loans, one.outstanding_fen, one.credit_fen, one.overdue_loans, one.overdue_fen, one.signed, one.signed_fen,
        one.first_loans,
    )  # fmt: skip


def _counted(line: LeagueLine) -> tuple[Value, ...]:
    """Write what was counted: money in yuan, everything else as a number of cases or days."""
    measure, pair = line.measure, (line.numerator, line.denominator)
    sizes, amounts = ((None, None), pair) if measure.of_money else (pair, (None, None))
    share, days = (None, line.value) if measure.in_days else (line.value, None)
    return (*sizes, *amounts, line.cases, share, days, line.place)


_LINE_COLUMNS: Final = (
    Column("分子（件或天）", Cell.COUNT),
    Column("分母（件）", Cell.COUNT),
    Column("分子金额（利率一项为金额×基点）", Cell.YUAN),
    Column("分母金额", Cell.YUAN),
    Column("样本数", Cell.COUNT),
    Column("数值", Cell.PERCENT),
    Column("中位数", Cell.DAYS),
    Column("名次", Cell.COUNT),
)
