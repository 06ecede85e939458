"""How a town's month-end sheet (月度积分台账) is laid out: which columns, in which order, under which headings; pure, without a table.

A sheet has a line for each household, or for each entry of the month. What a column shows is one of the fields below; the town gives
it a heading of its own. Every layout keeps the column by which its total is compared with the village's book.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from suxin.grid.refusals import SheetLayoutUnsound
from suxin.kernel.refusals import Invalid
from suxin.lending.terms import LabelledEnum

MAX_COLUMNS: Final = 20
MAX_HEADING: Final = 20
MAX_TITLE: Final = 60


class SheetLines(LabelledEnum):
    """What a sheet has a line for."""

    HOUSEHOLDS = "households", "每户一行", "a line for each household"
    ENTRIES = "entries", "每笔一行", "a line for each entry of the month"


class SheetField(LabelledEnum):
    """What a column of a sheet shows."""

    ROW = "row", "序号", "the line's number"
    HOUSEHOLD = "household", "户号", "the household's number"
    GROUP = "group", "村民小组", "its group"
    HEAD = "head", "户主（部分隐去）", "its head's name, masked"
    OPENING = "opening", "月初结余", "what it had when the month began"
    PLUS = "plus", "本月加分", "what was added"
    MINUS = "minus", "本月扣分", "what was taken off"
    REVERSED = "reversed", "本月冲正", "what was reversed, with its sign"
    OTHER = "other", "本月其他变动", "whatever else moved it, with its sign"
    CLOSING = "closing", "月末结余", "what it had when the month ended"
    RULE = "rule", "事项", "the rule's name"
    HAPPENED_ON = "happened_on", "发生日期", "when it was done"
    ENTERED_ON = "entered_on", "入账日期", "when it was entered"
    KIND = "kind", "类型", "whether it was posted, reversed, or something else"
    CHANGE = "change", "分值", "by how much the entry moved it"


_S: Final = SheetField
_BOTH: Final = (_S.ROW, _S.HOUSEHOLD, _S.GROUP, _S.HEAD)
FIELDS: Final = {
    SheetLines.HOUSEHOLDS: (
        *_BOTH, _S.OPENING, _S.PLUS, _S.MINUS, _S.REVERSED, _S.OTHER, _S.CLOSING,
    ),
    SheetLines.ENTRIES: (*_BOTH, _S.RULE, _S.HAPPENED_ON, _S.ENTERED_ON, _S.KIND, _S.CHANGE),
}  # fmt: skip
"""Which fields the lines of a sheet have."""

COMPARED: Final = {SheetLines.HOUSEHOLDS: _S.CLOSING, SheetLines.ENTRIES: _S.CHANGE}
"""The field whose total is what the village's book says."""

SUMMED: Final = frozenset(
    {_S.OPENING, _S.PLUS, _S.MINUS, _S.REVERSED, _S.OTHER, _S.CLOSING, _S.CHANGE}
)


class SheetColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what it shows, and the town's own heading."""

    shows: SheetField
    heading: str


class SheetLayout(msgspec.Struct, frozen=True, kw_only=True):
    """A town's form: its title, what it has a line for, and its columns in their order."""

    title: str
    lines: SheetLines
    columns: tuple[SheetColumn, ...]

    def stored(self) -> dict[str, Any]:
        """Return it as the table stores it."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept


Line = dict[str, str | int | None]
"""A line of a sheet by its fields: numbers, or texts; days as ISO 8601 writes them."""


def read_layout(stored: object) -> SheetLayout:
    """Return a layout as it was stored."""
    return msgspec.convert(stored, SheetLayout)


def check_layout(layout: SheetLayout) -> SheetLayout:
    """Refuse a layout that no sheet could be made by; else return it.

    :raises Invalid: if the title or a heading is empty or too long
    :raises SheetLayoutUnsound: if a column is shown twice, is of the other kind of lines, or the one compared with the book is missing
    """
    _check_text("title", layout.title, MAX_TITLE)
    fields = [column.shows for column in layout.columns]
    if not 1 <= len(fields) <= MAX_COLUMNS or len(set(fields)) < len(fields):
        raise _unsound(
            f"须有 1 至 {MAX_COLUMNS} 列，每项一列",
            f"it has 1 to {MAX_COLUMNS} columns, no two alike",
        )
    for column in layout.columns:
        _check_text("columns", column.heading, MAX_HEADING)
        if column.shows not in FIELDS[layout.lines]:
            shown, lines = column.shows, layout.lines
            raise _unsound(f"“{lines.zh}”没有“{shown.zh}”", f"{lines.en} has not {shown.en}")
    needed = COMPARED[layout.lines]
    if needed not in fields:
        raise _unsound(f"须有“{needed.zh}”一列，用于与账簿核对", f"it shows {needed.en}: that is compared with the book")  # fmt: skip
    return layout


def totals_of(lines: Sequence[Line], kind: SheetLines) -> dict[str, int]:
    """Return the sums of what is summed, by the field."""
    return {
        field.stored: sum(int(line[field.stored] or 0) for line in lines)
        for field in FIELDS[kind]
        if field in SUMMED
    }


def _check_text(field: str, text: str, longest: int) -> None:
    if not text.strip() or len(text) > longest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {longest} 字",
            reason_en=f"must have 1 to {longest} characters",
        )


def _unsound(zh: str, en: str) -> SheetLayoutUnsound:
    return SheetLayoutUnsound(field="columns", reason_zh=zh, reason_en=en)
