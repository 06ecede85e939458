"""The columns of a file of records, in English or as departments head them, and where each stands."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.refusals import ColumnsMissing, ColumnsUnknown, TooManyColumns

SUBJECT: Final = ("uscc", "resident_id")
"""By which a row names its subject: one of them, and a file may have both."""

REQUIRED: Final = ("item_code", "source_ref", "occurred_on", "content")
OPTIONAL: Final = (
    "source",
    "published_until",
    "valid_until",
    "polarity",
    "status",
    "amount_fen",
)
COLUMNS: Final = (*SUBJECT, *REQUIRED, *OPTIONAL)
EITHER: Final = "/".join(SUBJECT)

HEADINGS: Final[Mapping[str, str]] = {
    "统一社会信用代码": "uscc",
    "居民身份证号": "resident_id",
    "公民身份号码": "resident_id",
    "目录代码": "item_code",
    "记录编号": "source_ref",
    "发生日期": "occurred_on",
    "内容": "content",
    "来源部门": "source",
    "公示截止日期": "published_until",
    "有效截止日期": "valid_until",
    "性质": "polarity",
    "状态": "status",
    "金额（分）": "amount_fen",
}

WORDS: Final[Mapping[str, str]] = {
    name: word for word, name in reversed(tuple(HEADINGS.items()))
} | {EITHER: "统一社会信用代码或居民身份证号"}
"""What a department calls a column."""

_FIELD_WORDS: Final = {
    re.sub(r"_([a-z])", lambda found: found[1].upper(), name): WORDS[name] for name in COLUMNS
}


def named_zh(column: str) -> str:
    """Return a column by the department's word for it and by its own name."""
    return f"{WORDS[column]}（{column}）"


def field_zh(field: str) -> str:
    """Return what a department calls the field that a row was refused for, as ``Refusal.field`` names it."""
    column, _, key = field.partition(".")
    word = _FIELD_WORDS.get(column, column)
    return f"{word}：{key}" if key else word


def places_of(heading: Sequence[str]) -> tuple[int | None, ...]:
    """Return where each of the ``COLUMNS`` stands in a file; nothing for an optional one that it has not.

    :raises TooManyColumns: if there are more than any file of records has
    :raises ColumnsMissing: if a required one is not there
    :raises ColumnsUnknown: if there is one that a record has not, or one twice
    """
    if len(heading) > limits.MAX_COLUMNS:
        raise TooManyColumns(columns=len(heading), limit=limits.MAX_COLUMNS)
    names = [HEADINGS.get(name.strip(), name.strip()) for name in heading]
    missing = [] if set(SUBJECT) & set(names) else [EITHER]
    if missing := [*missing, *(name for name in REQUIRED if name not in names)]:
        raise ColumnsMissing(columns=missing, columns_zh=[named_zh(name) for name in missing])
    wrong = [
        name[: limits.MAX_SOURCE_CHARACTERS]
        for place, name in enumerate(names)
        if name not in COLUMNS or name in names[:place]
    ]
    if wrong:
        raise ColumnsUnknown(columns=wrong)
    return tuple(names.index(name) if name in names else None for name in COLUMNS)
