"""Month-end sheets: the town's own columns, totals that are the book's, the same bytes where nothing changed, signed by another person."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_points import SmallPoints, build_points

from suxin.grid.models import VillageSheet
from suxin.grid.posting import ask_reversal, balance_of, confirm_reversal
from suxin.grid.refusals import (
    MonthNotOver,
    NoSheetForm,
    SheetLayoutUnsound,
    SheetOutdated,
    SheetSignedByAnother,
)
from suxin.grid.sheets.commands import make_sheet, sign_sheet, write_sheet_form
from suxin.grid.sheets.layouts import (
    SheetColumn,
    SheetField,
    SheetLayout,
    SheetLines,
    check_layout,
    read_layout,
    totals_of,
)
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.spreadsheets import sheet_rows
from suxin_tenants.village_grid.sheet_files import name_of, workbook_of

TOWN = "321302102"
NOVEMBER = date(2026, 11, 1)
DECEMBER = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
_F = SheetField


def layout(
    *shown: tuple[SheetField, str], lines: SheetLines = SheetLines.HOUSEHOLDS
) -> SheetLayout:
    """A form with these columns."""
    columns = tuple(SheetColumn(shows=field, heading=heading) for field, heading in shown)
    return SheetLayout(title="某乡治理积分月报", lines=lines, columns=columns)


MONTHLY = layout(
    (_F.HOUSEHOLD, "门牌"), (_F.CLOSING, "期末"), (_F.PLUS, "加"), (_F.OPENING, "期初"), (_F.HEAD, "户主")
)  # fmt: skip
DETAILED = layout(
    (_F.ROW, "号"), (_F.HOUSEHOLD, "户"), (_F.RULE, "事项"), (_F.KIND, "类型"), (_F.ENTERED_ON, "日期"), (_F.CHANGE, "分"),
    lines=SheetLines.ENTRIES,
)  # fmt: skip


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


async def write(points: SmallPoints, form: SheetLayout) -> None:
    await points.city.act(write_sheet_form, points.town, town_code=TOWN, layout=form)


async def make(points: SmallPoints, **given: Any) -> VillageSheet:
    """Make November's sheet in December."""
    values: dict[str, Any] = {"month": NOVEMBER, "now": DECEMBER, **given}
    made: VillageSheet = await points.city.act(make_sheet, points.person("grid_worker"), **values)
    return made


@pytest.mark.parametrize(
    "unsound",
    [
        layout((_F.HOUSEHOLD, "户")),
        layout((_F.CLOSING, "分"), (_F.CLOSING, "再")),
        layout((_F.CLOSING, "分"), (_F.CHANGE, "分值")),
        layout((_F.CLOSING, "分"), lines=SheetLines.ENTRIES),
        layout(),
    ],
)
def test_a_form_without_what_is_compared_with_the_book_is_none(unsound: SheetLayout) -> None:
    with pytest.raises(SheetLayoutUnsound):
        check_layout(unsound)


def test_a_forms_words_have_bounds_and_it_reads_as_it_was_stored() -> None:
    with pytest.raises(Invalid):
        check_layout(layout((_F.CLOSING, "分" * 21)))
    with pytest.raises(Invalid):
        check_layout(layout((_F.CLOSING, " ")))
    assert read_layout(DETAILED.stored()) == check_layout(DETAILED)
    assert totals_of([{"change": 3}, {"change": -5}], SheetLines.ENTRIES) == {"change": -2}


async def test_a_months_sheet_is_what_the_book_says_in_the_towns_columns(
    points: SmallPoints,
) -> None:
    first, second = await points.record(), await points.record(times=1)
    notice = await points.notice(first, second)
    await points.end_notice(notice)
    later = notice.ends_at + timedelta(hours=1)
    await points.city.act(
        ask_reversal,
        points.person("village_admin"),
        claim_id=second.id,
        reason="登记错误",
        now=later,
    )
    await points.city.act(
        confirm_reversal, points.person("supervisor"), claim_id=second.id, now=later
    )
    with pytest.raises(NoSheetForm):
        await make(points)
    await write(points, MONTHLY)
    with pytest.raises(MonthNotOver):
        await make(points, month=date(2026, 12, 1))
    sheet = await make(points)
    async with points.city.database.transaction(points.person("viewer"), now=DECEMBER) as session:
        balances = [await balance_of(session, points.tenant_id, one) for one in points.households]
    assert [line["closing"] for line in sheet.lines] == balances
    assert sheet.totals["closing"] == sum(balances) == first.points
    assert (sheet.totals["plus"], sheet.totals["reversed"]) == (
        first.points + second.points,
        -second.points,
    )
    written = [cells for _, cells in sheet_rows(workbook_of(sheet, MONTHLY))]
    assert written[2] == ["门牌", "期末", "加", "期初", "户主"]
    assert written[3] == ["001", str(first.points), str(first.points + second.points), "0", "王*明"]
    assert written[5][:2] == ["合计", str(sum(balances))]
    await write(points, DETAILED)
    detailed = await make(points)
    assert (detailed.number, detailed.totals) == (2, {"change": first.points})
    rows = [cells for _, cells in sheet_rows(workbook_of(detailed, DETAILED))]
    assert [row[3] for row in rows[3:6]] == ["入账", "入账", "冲正"]
    assert rows[3][2] == rows[5][2] == first.rule_name
    assert name_of(detailed).endswith("2026年11月积分台账第2版.xlsx")


async def test_the_same_month_is_the_same_bytes_until_something_changes(
    points: SmallPoints,
) -> None:
    await write(points, MONTHLY)
    one, two = await asyncio.gather(make(points), make(points))
    assert one.id == two.id
    assert workbook_of(one, MONTHLY) == workbook_of(await make(points), MONTHLY)
    maker, boss = points.person("grid_worker"), points.person("village_admin")
    with pytest.raises(Forbidden):
        await points.city.act(sign_sheet, maker, sheet_id=one.id)
    mine = await points.city.act(make_sheet, boss, month=date(2026, 10, 1), now=DECEMBER)
    with pytest.raises(SheetSignedByAnother):
        await points.city.act(sign_sheet, boss, sheet_id=mine.id)
    signed = await points.city.act(sign_sheet, boss, sheet_id=one.id)
    assert signed.signed_by == boss.own_staff
    await write(points, DETAILED)
    assert (await make(points)).number == 2
    with pytest.raises(SheetOutdated):
        await points.city.act(sign_sheet, points.person("supervisor"), sheet_id=(await older(points)).id)  # fmt: skip


async def older(points: SmallPoints) -> VillageSheet:
    """October's first sheet, once there is a second."""
    made = await make(points, month=date(2026, 9, 1))
    await write(points, MONTHLY)
    await make(points, month=date(2026, 9, 1))
    return made
