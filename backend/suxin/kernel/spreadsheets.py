"""Workbooks as Excel and WPS save them (ECMA-376, .xlsx): the first sheet, row by row, as the text a person sees there.

A workbook is a zip of XML and comes from outside. What it unpacks to is counted while it is read, no document type or entity is taken
(``defusedxml``), and a row is built of the cells that stand in it: a sheet that claims to reach a million rows costs nothing.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, Final
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from typing_extensions import override

MAX_UNPACKED_BYTES: Final = 4 * 1024**2
"""What the parts that are read may unpack to in all: twice what a list of five thousand lines does."""

MAX_COLUMNS: Final = 64
"""Cells further to the right are not read."""

ZIP: Final = b"PK\x03\x04"

_WORKBOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_STYLES: Final = "xl/styles.xml"
_ENCRYPTED: Final = 0x1
_LINK_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK_ID: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_COLUMN: Final = re.compile(r"([A-Z]{1,3})[0-9]+", re.ASCII)
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Number formats that are built in and show days or times; 27 to 36 and 50 to 58 are the Chinese ones."""

_NOT_A_PATTERN: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's days have no zone
_DAY_ZERO_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's days have no zone
_LAST_DAY: Final = 2_958_465
_DIGITS: Final = 15
"""A sheet's numbers are floats, of which Excel shows fifteen digits."""

_DAMAGED: Final = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    OSError,
    NotImplementedError,
    ParseError,
    DefusedXmlException,
    LookupError,
    ValueError,
)

NumberedCells = tuple[int, list[str]]


class SheetUnreadable(Exception):
    """The bytes are no workbook whose first sheet can be read within the bounds."""


def sheet_rows(content: bytes) -> Iterator[NumberedCells]:
    """Return each row of the first sheet that has cells, by its number.

    :raises SheetUnreadable: while reading, as soon as it cannot be read or unpacks to more than ``MAX_UNPACKED_BYTES``
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = _Book(archive)
            yield from book.rows()
    except _DAMAGED:
        raise SheetUnreadable from None


class _Counted(io.RawIOBase):
    """Reads a part and counts what it unpacks to against what is left for the whole workbook."""

    def __init__(self, inner: IO[bytes], left: list[int]) -> None:
        super().__init__()
        self._inner = inner
        self._left = left

    @override
    def readable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1, /) -> bytes:
        piece = self._inner.read(size)
        self._left[0] -= len(piece)
        if self._left[0] < 0:
            raise SheetUnreadable
        return piece


class _Book:
    """A workbook: its texts, which of its styles show days, and its first sheet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = [MAX_UNPACKED_BYTES]
        sheet, day_zero, links = self._first_sheet()
        self._sheet = links[sheet]
        self._day_zero = day_zero
        shared = next((part for part in links.values() if part.endswith("sharedStrings.xml")), None)
        self._texts = self._shared_texts(shared) if shared else []
        self._shows_day = self._day_styles()

    def rows(self) -> Iterator[NumberedCells]:
        number = 0
        for row in self._elements(self._sheet, "row"):
            number = int(row.get("r", number + 1))
            cells = self._cells(row)
            row.clear()
            if any(cells):
                yield number, cells

    def _cells(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in row.iterfind("{*}c"):
            place = _place(cell.get("r"), len(cells))
            if place >= MAX_COLUMNS:
                break
            cells.extend([""] * (place + 1 - len(cells)))
            cells[place] = self._text(cell).strip()
        return cells

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _rich_text(cell.find("{*}is"))
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            return self._texts[int(value)]
        if kind == "b":
            return "是" if value == "1" else "否"
        if kind != "n" or not value:
            return value
        style = int(cell.get("s", 0))
        if style < len(self._shows_day) and self._shows_day[style]:
            return _day(value, self._day_zero)
        return _number(value)

    def _first_sheet(self) -> tuple[str, datetime, dict[str, str]]:
        """Return the link of the first sheet, what its days are counted from, and where the links lead to."""
        links = {
            link.get("Id", ""): _part(link.get("Target", ""))
            for link in self._elements(_LINKS, "Relationship")
        }
        day_zero, first = _DAY_ZERO, None
        for one in self._elements(_WORKBOOK, "workbookPr", "sheet"):
            if one.tag.endswith("}workbookPr"):
                if one.get("date1904") in ("1", "true"):
                    day_zero = _DAY_ZERO_1904
            elif first is None:
                first = one.get(_LINK_ID) or one.get(_STRICT_LINK_ID)
        if first is None:
            raise SheetUnreadable
        return first, day_zero, links

    def _shared_texts(self, part: str) -> list[str]:
        texts = []
        for item in self._elements(part, "si"):
            texts.append(_rich_text(item))
            item.clear()
        return texts

    def _day_styles(self) -> Sequence[bool]:
        """Return of each style of cells whether it shows a number as a day."""
        if _STYLES not in self._archive.namelist():
            return ()
        own: dict[int, bool] = {}
        styles: Sequence[bool] = ()
        for one in self._elements(_STYLES, "numFmt", "cellXfs"):
            if one.tag.endswith("}numFmt"):
                own[int(one.get("numFmtId", 0))] = _is_day(one.get("formatCode", ""))
            else:
                formats = [int(style.get("numFmtId", 0)) for style in one.iterfind("{*}xf")]
                styles = [own.get(found, found in _DATE_FORMATS) for found in formats]
        return styles

    def _elements(self, part: str, *names: str) -> Iterator[Element]:
        """Return the elements of some names of a part, each when its end is reached."""
        info = self._archive.getinfo(part)
        if info.flag_bits & _ENCRYPTED:
            raise SheetUnreadable
        with self._archive.open(info) as raw:
            wanted = _Counted(raw, self._left)
            for _, one in iterparse(wanted, forbid_dtd=True):
                if one.tag.rpartition("}")[2] in names:
                    yield one


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _place(reference: str | None, following: int) -> int:
    """Return the place of a cell in its row from 0: that of its reference, or the next one."""
    if reference is None:
        return following
    found = _COLUMN.fullmatch(reference)
    if found is None:
        raise SheetUnreadable
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _rich_text(item: Element | None) -> str:
    """Return the text of an item without how it is to be read aloud (``rPh``)."""
    if item is None:
        return ""
    plain = item.findtext("{*}t")
    if plain is not None:
        return plain
    return "".join(run.findtext("{*}t") or "" for run in item.iterfind("{*}r"))


def _is_day(code: str) -> bool:
    return any(letter in "ymdhs" for letter in _NOT_A_PATTERN.sub("", code).lower())


def _day(value: str, day_zero: datetime) -> str:
    days = float(value)
    if not 0 <= days <= _LAST_DAY:
        return value
    moment = day_zero + timedelta(seconds=round(days * 86_400))
    on_the_day = moment.time() == datetime.min.time()
    return moment.date().isoformat() if on_the_day else moment.isoformat(sep=" ")


def _number(value: str) -> str:
    """Return a number as it is shown: 1000.1 and not 1000.1000000000001, and never with an exponent."""
    try:
        shown = Decimal(f"{Decimal(value):.{_DIGITS}g}")
    except InvalidOperation:
        return value
    if not shown.is_finite() or abs(shown.adjusted()) > 2 * _DIGITS:
        return value
    plain = f"{shown:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
