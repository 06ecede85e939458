"""Lists that tenants send as files: CSV in UTF-8 or GB18030 (GBK is part of it), or XLSX, read whole, with every line by its number.

A list is small and is taken in one transaction; what departments have on record comes in by batches (``suxin.subjects.ingestion``). Which
format a file is in is seen from its first bytes, whatever it is called.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final

from suxin.kernel.encodings import UTF_8_MARK, encoding_of
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.spreadsheets import ZIP, NumberedCells, SheetUnreadable, sheet_rows

MAX_REFERENCE: Final = 64
"""How much of a line's reference is kept with why it was not taken."""

FORMATS_ZH: Final = "CSV（UTF-8 或 GBK）或 XLSX"
ACCEPTED: Final = (
    ".csv,text/csv,.xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)
"""What a browser offers to choose from."""

_KIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a list is laid out: its columns, how large it may be, and how it is refused.

    ``malformed`` is given the heading, ``too_many`` the limit. Columns to the right of an open-ended list are its sender's own.
    """

    heading: tuple[str, ...]
    max_bytes: int
    max_rows: int
    malformed: type[Refusal]
    too_many: type[Refusal]
    open_ended: bool = False


def read_rows(content: bytes, layout: Layout) -> list[NumberedCells]:
    """Return the lines of a list below its heading by their numbers; lines without any text are none.

    :raises Invalid: if the file is larger than the layout's ``max_bytes``
    :raises Refusal: the layout's ``malformed`` if it cannot be read or has another heading, its ``too_many`` if it has more lines
    """
    if len(content) > layout.max_bytes:
        raise Invalid(
            field="file",
            reason_zh=f"文件不能超过 {layout.max_bytes // _KIB} KB",
            reason_en=f"a file has at most {layout.max_bytes // _KIB} KiB",
        )
    width = len(layout.heading)
    rows: list[NumberedCells] = []
    try:
        found = _sheet(content, width) if content.startswith(ZIP) else _csv(content)
        _, heading = next(found, (0, []))
        if tuple(heading[:width] if layout.open_ended else heading) != layout.heading:
            raise _malformed(layout)
        for row in found:
            if len(rows) == layout.max_rows:
                raise layout.too_many(field="file", limit=layout.max_rows)
            rows.append(row)
    except (UnicodeError, csv.Error, SheetUnreadable):
        raise _malformed(layout) from None
    return rows


def reject(line: int, reference: str, refusal: Refusal) -> dict[str, Any]:
    """Return how a line that was not taken is kept and shown: which it is, and why in both languages."""
    return {
        "line": line,
        "reference": reference[:MAX_REFERENCE],
        "code": refusal.code,
        "zh": refusal.zh_message,
        "en": refusal.en_message,
    }


def columns_missing(found: int, expected: int) -> Invalid:
    """Return why a line is not taken that has not as many columns as its heading."""
    return Invalid(
        field="line",
        reason_zh=f"应有 {expected} 列，实有 {found} 列",
        reason_en=f"expected {expected} columns, found {found}",
    )


def parse_day(cell: str, *, field: str) -> date:
    """Read a day as people and spreadsheets write it: 2026-11-20, 2026/11/20, 2026/1/5, 20261120.

    :raises Invalid: if it is none
    """
    parts = [cell[:4], cell[4:6], cell[6:]] if cell.isdigit() else cell.replace("/", "-").split("-")
    try:
        return date.fromisoformat("-".join(chain(parts[:1], (part.zfill(2) for part in parts[1:]))))
    except ValueError:
        raise Invalid(
            field=field,
            reason_zh="日期应如 2026-11-20",
            reason_en="a day is written like 2026-11-20",
        ) from None


def _malformed(layout: Layout) -> Refusal:
    return layout.malformed(field="file", heading="、".join(layout.heading))


def _csv(content: bytes) -> Iterator[NumberedCells]:
    plain = content.removeprefix(UTF_8_MARK)
    encoding = encoding_of(plain.splitlines())
    if encoding is None:
        raise UnicodeError
    reader = csv.reader(io.StringIO(plain.decode(encoding), newline=""), strict=True)
    number = 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield number, cells
        number = reader.line_num + 1


def _sheet(content: bytes, width: int) -> Iterator[NumberedCells]:
    """Return the rows of a sheet as wide as its heading at least: empty cells at the end are not stored."""
    for number, cells in sheet_rows(content):
        while len(cells) > width and not cells[-1]:
            cells.pop()
        yield number, cells + [""] * (width - len(cells))
