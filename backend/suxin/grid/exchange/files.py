"""The files of the exchange: what the app knows of events, and what it says it was told; CSV in UTF-8 or GBK, or XLSX."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from suxin.grid.contents import MAX_NOTE
from suxin.grid.exchange.interface import AppRow
from suxin.grid.exchange.words import AppSort, AppState
from suxin.grid.refusals import AppFileMalformed, AppFileTooLong
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.row_files import Layout, columns_missing, parse_day, read_rows, reject

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_LINES: Final = 2_000
MAX_NUMBER: Final = 64
MAX_POINTS: Final = 1_000_000
EVENTS_HEADING: Final = ("事件编号", "分类", "状态", "户号", "发生日期", "说明")
TOLD_HEADING: Final = ("平台编号", "分值")

_SORTS: Final = {sort.zh: sort for sort in AppSort}
_STATES: Final = {state.zh: state for state in AppState}


class AppLine(NamedTuple):
    """What the app says of one event."""

    number: str
    sort: AppSort
    state: AppState
    household: str
    happened_on: date
    note: str
    worker: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of all that it says, but for who the worker was: the same event says the same whichever way it comes."""
        return hashlib.sha256(msgspec.json.encode(self._replace(worker=""))).hexdigest()


class Events(NamedTuple):
    """The events of a file, how many were left out because they are of special persons, and the lines that were not taken."""

    lines: Sequence[AppLine]
    left_out: int
    rejects: list[dict[str, Any]]


def _layout(heading: tuple[str, ...]) -> Layout:
    return Layout(
        heading=heading,
        max_bytes=MAX_FILE_BYTES,
        max_rows=MAX_LINES,
        malformed=AppFileMalformed,
        too_many=AppFileTooLong,
    )


def read_events(content: bytes) -> Events:
    """Return what a file of events says; the last line of an event counts.

    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises AppFileMalformed: if it cannot be read or has another heading
    :raises AppFileTooLong: if it has more than ``MAX_LINES`` lines
    """
    rows = read_rows(content, _layout(EVENTS_HEADING))
    return _events_among((line, cells, "") for line, cells in rows)


def events_of(rows: Sequence[AppRow]) -> Events:
    """Return what the app's interface says, as ``read_events`` does; its rows are counted from one."""
    return _events_among(
        (place, list(row[:-1]), row.worker) for place, row in enumerate(rows, start=1)
    )


def _events_among(rows: Iterable[tuple[int, list[str], str]]) -> Events:
    found: dict[str, AppLine] = {}
    left_out, rejects = 0, []
    for line, cells, worker in rows:
        try:
            event = _event(cells, worker=worker[:MAX_NUMBER])
        except Refusal as refusal:
            rejects.append(reject(line, cells[0], refusal))
            continue
        if event.sort is AppSort.PERSONS:
            left_out += 1
        else:
            found[event.number] = event
    return Events(list(found.values()), left_out, rejects)


def read_told(content: bytes) -> Mapping[str, int]:
    """Return what the app says it was told: points by the platform's number.

    :raises Invalid: if the file is too large, or a line is no number with points
    :raises AppFileMalformed, AppFileTooLong: as ``read_events``
    """
    told = {}
    for line, cells in read_rows(content, _layout(TOLD_HEADING)):
        if len(cells) != len(TOLD_HEADING) or not cells[0]:
            raise columns_missing(len(cells), len(TOLD_HEADING))
        told[cells[0][:MAX_NUMBER].lower()] = _points(cells[1], line)
    return told


def _event(cells: list[str], *, worker: str) -> AppLine:
    if len(cells) != len(EVENTS_HEADING):
        raise columns_missing(len(cells), len(EVENTS_HEADING))
    number, sort, state, household, day, note = cells
    if not number or len(number) > MAX_NUMBER:
        raise Invalid(
            field="事件编号",
            reason_zh=f"应为 1 至 {MAX_NUMBER} 字",
            reason_en=f"must have 1 to {MAX_NUMBER} characters",
        )
    if sort not in _SORTS:
        raise _unknown("分类", _SORTS)
    if state not in _STATES:
        raise _unknown("状态", _STATES)
    return AppLine(
        number=number,
        sort=_SORTS[sort],
        state=_STATES[state],
        household=household[:MAX_NUMBER],
        happened_on=parse_day(day, field="发生日期"),
        note=note[:MAX_NOTE].strip(),
        worker=worker,
    )


def _points(cell: str, line: int) -> int:
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or int(digits[:8]) > MAX_POINTS:
        raise Invalid(
            field="file",
            reason_zh=f"第 {line} 行的分值不是整数",
            reason_en=f"the points of line {line} are no whole number",
        )
    return int(cell)


def _unknown(field: str, known: Mapping[str, object]) -> Invalid:
    return Invalid(
        field=field, reason_zh=f"应为：{'、'.join(known)}", reason_en="is none that is known"
    )
