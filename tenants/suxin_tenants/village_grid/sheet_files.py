"""A month-end sheet as a workbook, in the town's own columns: the same sheet is the same bytes, whenever it is written."""

import io
from datetime import date, datetime
from typing import Final

import xlsxwriter

from suxin.grid.models import VillageSheet
from suxin.grid.sheets.layouts import SUMMED, SheetColumn, SheetField, SheetLayout
from suxin.kernel.working_days import local_day

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WRITTEN_AT: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - what a workbook says of its making has no zone, and is always the same
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_DAYS: Final = frozenset({SheetField.HAPPENED_ON, SheetField.ENTERED_ON})
_WIDTHS: Final = (8, 24)
_HEADING_ROW: Final = 2

Cell = str | int | date | None


def name_of(sheet: VillageSheet) -> str:
    """Return under which name a sheet is sent."""
    return f"{sheet.village_name}{sheet.month:%Y年%m月}积分台账第{sheet.number}版.xlsx"


def workbook_of(sheet: VillageSheet, layout: SheetLayout) -> bytes:
    """Return a sheet as a workbook: title, headings, lines, the total, and who answers for it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties({"created": _WRITTEN_AT})
    page = book.add_worksheet(f"{sheet.month:%Y-%m}")
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
    plain = book.add_format({"border": 1, "num_format": "#,##0"})
    day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    page.write_string(0, 0, layout.title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, f"{sheet.village_name}　{sheet.month:%Y年%m月}　第 {sheet.number} 版")
    rows = [[_cell(line.get(column.shows.stored), column) for column in layout.columns] for line in sheet.lines]  # fmt: skip
    for place, column in enumerate(layout.columns):
        low, high = _WIDTHS
        page.set_column(place, place, min(high, max(low, 2 * len(column.heading) + 2)))
        page.write_string(_HEADING_ROW, place, column.heading, bold)
    for number, row in enumerate([*rows, _totals(sheet, layout)], start=_HEADING_ROW + 1):
        for place, value in enumerate(row):
            style = bold if number > _HEADING_ROW + len(rows) else plain
            if value is None:
                page.write_blank(number, place, None, style)
            elif isinstance(value, str):
                page.write_string(number, place, value, style)
            elif isinstance(value, date):
                page.write_datetime(
                    number, place, datetime.combine(value, datetime.min.time()), day
                )
            else:
                page.write_number(number, place, value, style)
    page.write_string(_HEADING_ROW + len(rows) + 3, 0, _footer(sheet))
    page.freeze_panes(_HEADING_ROW + 1, 0)
    book.close()
    return file.getvalue()


def _cell(value: str | int | None, column: SheetColumn) -> Cell:
    if isinstance(value, str) and column.shows in _DAYS:
        return date.fromisoformat(value)
    return value


def _totals(sheet: VillageSheet, layout: SheetLayout) -> list[Cell]:
    sums: list[Cell] = [
        sheet.totals[column.shows.stored] if column.shows in SUMMED else None
        for column in layout.columns
    ]
    if sums[0] is None:
        sums[0] = "合计"
    return sums


def _footer(sheet: VillageSheet) -> str:
    made = f"制表日期 {local_day(sheet.made_at):%Y-%m-%d}"
    if sheet.signed_at is None:
        return f"{made}　未签署"
    return f"{made}　签署日期 {local_day(sheet.signed_at):%Y-%m-%d}"
