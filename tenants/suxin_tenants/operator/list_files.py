"""Lists as files: CSV and XLSX, written row by row as they are read, so that no list is ever whole in memory.

A list says its columns once; the kinds of cells say how each is written. Amounts are numbers in yuan, shares are per cent, both with their unit in
the heading. Nothing in a file is ever a formula: text that a spreadsheet would take for one is told to be text.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

import xlsxwriter

from suxin.kernel.money import FEN_PER_YUAN
from suxin.kernel.refusals import Refusal, RefusalKind

MAX_ROWS: Final = 20_000
"""A list that is longer is narrowed down first: a file that stops in the middle would be taken for the whole."""

ROWS_AT_ONCE: Final = 500
HELD_BYTES: Final = 1 << 20
"""Up to so much of a file is kept in memory, and the rest on disk."""

READ_BYTES: Final = 64 * 1024
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTHS: Final = (10, 40)

Value = str | int | date | None
_IN_HUNDREDTHS: Final = frozenset({"yuan", "percent", "days"})


class ListFileTooLong(Refusal):
    """The list has more rows than a file takes."""

    code = "LIST_FILE_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "清单超过 {limit:,} 行，请缩小范围后再导出"
    en = "The list has more than {limit:,} rows; narrow it down before exporting"


class Format(StrEnum):
    """The forms in which a list is given."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What a browser is told that it is."""
        return _MEDIA[self]


_MEDIA: Final = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Cell(StrEnum):
    """What a column holds: how it is written in each format."""

    TEXT = "text"
    COUNT = "count"
    YUAN = "yuan"
    PERCENT = "percent"
    DAYS = "days"
    DAY = "day"

    @property
    def unit(self) -> str:
        """The unit as it stands in the heading."""
        return {"yuan": "（元）", "percent": "（%）", "days": "（天）"}.get(self.value, "")

    @property
    def number_format(self) -> str:
        """How a spreadsheet shows it."""
        return _NUMBER_FORMATS[self]


_NUMBER_FORMATS: Final = {
    Cell.TEXT: "@",
    Cell.COUNT: "#,##0",
    Cell.YUAN: "#,##0.00",
    Cell.PERCENT: "0.00",
    Cell.DAYS: "0.00",
    Cell.DAY: "yyyy-mm-dd",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading in Chinese, and what it holds."""

    zh: str
    cell: Cell = Cell.TEXT

    @property
    def heading(self) -> str:
        """The heading with its unit."""
        return self.zh + self.cell.unit


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list to be written: its title, its columns and its rows as they are read."""

    title: str
    columns: Sequence[Column]
    rows: AsyncIterator[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, from its beginning, and how many rows it has besides the headings."""

    file: "tempfile.SpooledTemporaryFile[bytes]"
    rows: int


class _Writer(Protocol):
    def put(self, rows: Iterable[Sequence[Value]]) -> None: ...

    def close(self) -> None: ...


async def write_list(sheet: Sheet, as_: Format) -> Written:
    """Write a list as it is read, some rows at a time in a thread of their own.

    :raises ListFileTooLong: if it has more than ``MAX_ROWS`` rows
    """
    file = tempfile.SpooledTemporaryFile[bytes](max_size=HELD_BYTES)
    writer, count = _WRITERS[as_](file, sheet), 0
    waiting: list[Sequence[Value]] = []
    async for row in sheet.rows:
        count += 1
        if count > MAX_ROWS:
            file.close()
            raise ListFileTooLong(limit=MAX_ROWS)
        waiting.append(row)
        if len(waiting) == ROWS_AT_ONCE:
            await asyncio.to_thread(writer.put, waiting)
            waiting = []
    await asyncio.to_thread(writer.put, waiting)
    await asyncio.to_thread(writer.close)
    file.seek(0)
    return Written(file, count)


async def read_file(written: Written) -> AsyncIterator[bytes]:
    """Read a written file to its end, and close it."""
    with written.file as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


def as_text(value: str) -> str:
    """Return a text so that no spreadsheet which opens the CSV takes it for a formula (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value


def plain_value(value: Value, cell: Cell) -> str:
    """Return a value as a CSV holds it; what is missing or withheld is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{_hundredths(value):.2f}" if cell in _IN_HUNDREDTHS else str(value)


def _hundredths(value: int) -> Decimal:
    """Fen as yuan, basis points as per cent, hundredths of days as days."""
    return Decimal(value) / FEN_PER_YUAN


class _CsvWriter:
    """A CSV in UTF-8 with the mark by which spreadsheets know it."""

    def __init__(self, file: Any, sheet: Sheet) -> None:  # noqa: ANN401 - a spooled file
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._cells = [column.cell for column in sheet.columns]
        self._csv = csv.writer(self._text)
        self._csv.writerow([column.heading for column in sheet.columns])

    def put(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            self._csv.writerow(map(plain_value, row, self._cells))

    def close(self) -> None:
        self._text.detach()


class _XlsxWriter:
    """A workbook of one sheet, whose rows leave memory as they are written."""

    def __init__(self, file: Any, sheet: Sheet) -> None:  # noqa: ANN401 - a spooled file
        self._book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        self._page = self._book.add_worksheet(_sheet_name(sheet.title))
        bold = self._book.add_format({"bold": True, "bg_color": "#E4EEF0", "text_wrap": True})
        self._formats = [
            self._book.add_format({"num_format": column.cell.number_format})
            for column in sheet.columns
        ]
        for place, column in enumerate(sheet.columns):
            low, high = _WIDTHS
            self._page.set_column(place, place, min(high, max(low, 2 * len(column.heading) + 2)))
        self._page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            self._page.write_string(0, place, column.heading, bold)
        self._cells = [column.cell for column in sheet.columns]
        self._row = 0

    def put(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            self._row += 1
            for place, value in enumerate(row):
                self._write(place, value)

    def _write(self, place: int, value: Value) -> None:
        page, shown = self._page, self._formats[place]
        if value is None:
            page.write_blank(self._row, place, None, shown)
        elif isinstance(value, str):
            page.write_string(self._row, place, value, shown)
        elif isinstance(value, date):
            page.write_datetime(self._row, place, value, shown)
        elif self._cells[place] in _IN_HUNDREDTHS:
            page.write_number(self._row, place, float(_hundredths(value)), shown)
        else:
            page.write_number(self._row, place, value, shown)

    def close(self) -> None:
        self._book.close()


_WRITERS: Final[dict[Format, Callable[[Any, Sheet], _Writer]]] = {
    Format.CSV: _CsvWriter,
    Format.XLSX: _XlsxWriter,
}


def _sheet_name(title: str) -> str:
    """Return a title as a sheet may be called: 31 characters, none of those that Excel forbids."""
    return "".join(one for one in title if one not in "[]:*?/\\'")[:31] or "清单"
