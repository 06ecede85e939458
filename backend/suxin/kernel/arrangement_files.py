"""An arrangement of holidays as a CSV file in UTF-8, one day a row, as the operator types it off the published document.

Columns: ``year, source, day, kind, name``. Year and source (国办发明电〔…〕…号) are the same in every row; a day is
written ``2027-01-01``; its kind is ``holiday`` (放假) or ``workday`` (补班); the name is that of the holiday.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.working_days import Arrangement

COLUMNS: Final = ("year", "source", "day", "kind", "name")
MAX_ROWS: Final = 200
"""More days than an arrangement ever named."""

_KINDS: Final = {"holiday": True, "放假": True, "workday": False, "补班": False}
_HEAD_LINE: Final = 1


class ArrangementFileInvalid(Refusal):
    """A file of an arrangement cannot be read."""

    code = "ARRANGEMENT_FILE_INVALID"
    kind = RefusalKind.INVALID
    zh = "放假安排文件第 {line} 行：{reason_zh}"
    en = "Line {line} of the arrangement's file: {reason_en}"


@dataclass(frozen=True, slots=True)
class _Row:
    year: int
    source: str
    day: date
    off: bool
    name: str


def read_arrangement(text: str) -> Arrangement:
    """Read the arrangement out of a file's text.

    :raises ArrangementFileInvalid: if a row is not one, names a day again, or another year or source
    :raises ArrangementInvalid, ArrangementDayOutside, StatutoryHolidayMissing: if the arrangement is not sound
    """
    holidays: dict[date, str] = {}
    workdays: set[date] = set()
    first: _Row | None = None
    for line, row in _rows(text):
        first = first or row
        if (row.year, row.source) != (first.year, first.source):
            raise _invalid(line, "年份或文件与首行不同", "the year or the source is another one")
        if (row.day in holidays and row.off) or (row.day in workdays and not row.off):
            raise _invalid(line, f"{row.day} 重复", f"{row.day} is there twice")
        if row.off:
            holidays[row.day] = row.name
        else:
            workdays.add(row.day)
    if first is None:
        raise _invalid(_HEAD_LINE + 1, "没有任何日期", "it names no day")
    return Arrangement(first.year, first.source, holidays, frozenset(workdays))


def write_arrangement(arrangement: Arrangement) -> str:
    """Return the rows of an arrangement, by day, as a file holds them."""
    days = [(day, "holiday", name) for day, name in arrangement.holidays.items()]
    days += [(day, "workday", "") for day in arrangement.make_up_workdays]
    rows = (
        f"{arrangement.year},{arrangement.source},{day.isoformat()},{kind},{name}"
        for day, kind, name in sorted(days)
    )
    return "\n".join((",".join(COLUMNS), *rows)) + "\n"


def _rows(text: str) -> Iterator[tuple[int, _Row]]:
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    try:
        head = tuple(cell.strip() for cell in next(reader, ()))
        if head != COLUMNS:
            raise _invalid(
                _HEAD_LINE, f"表头应为 {','.join(COLUMNS)}", f"the head is {','.join(COLUMNS)}"
            )
        for line, cells in enumerate(reader, _HEAD_LINE + 1):
            if line > MAX_ROWS + _HEAD_LINE:
                raise _invalid(line, f"最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows")
            if any(cell.strip() for cell in cells):
                yield line, _row(line, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise _invalid(reader.line_num, "不是 CSV 格式", f"it is no CSV: {error}") from None


def _row(line: int, cells: Iterable[str]) -> _Row:
    try:
        year, source, day, kind, name = cells
        return _Row(int(year), source, date.fromisoformat(day), _KINDS[kind], name)
    except (ValueError, KeyError):
        raise _invalid(
            line,
            "应为年份、文件、日期（2027-01-01）、holiday 或 workday、节日名称",
            "it should be year, source, day (2027-01-01), holiday or workday, name",
        ) from None


def _invalid(line: int, reason_zh: str, reason_en: str) -> ArrangementFileInvalid:
    return ArrangementFileInvalid(field="file", line=line, reason_zh=reason_zh, reason_en=reason_en)
