"""Checking the content of a credit record against the shape of its item (``suxin.subjects.shapes``).

A penalty is published for at most three months (轻微), a year (一般) or three years (严重) under the measures for
credit repair (信用修复管理办法, NDRC order 36 of 2025); without a date of its own its publication ends then.
"""

import calendar
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from suxin.kernel.refusals import Invalid
from suxin.subjects.shapes import PENALTY_PUBLISHED_MONTHS, SHAPES, Shape

MAX_CONTENT_CHARACTERS: Final = 4_000
MONTHS_A_YEAR: Final = 12
_DAYS_OF_ANY_MONTH: Final = 28

# A batch of a million rows tells of some thousand days.
_DAYS_REMEMBERED: Final = 4_096


def check_content(
    item_code: str, content: Mapping[str, object], *, amount_fen: int | None = None
) -> None:
    """Refuse content that is not what the item holds; an item without a convention is bounded in size only.

    :raises Invalid: if a key is missing, unknown or holds something else, or the amount is
    """
    check_written(
        item_code, content, len(json.dumps(content, ensure_ascii=False)), amount_fen=amount_fen
    )


def check_written(
    item_code: str,
    content: Mapping[str, object],
    characters: int,
    *,
    amount_fen: int | None = None,
) -> None:
    """Refuse content as ``check_content`` does, where it is known already how many characters it takes.

    :raises Invalid: if a key is missing, unknown or holds something else, or the amount is
    """
    if characters > MAX_CONTENT_CHARACTERS:
        raise Invalid(field="content", reason_zh="内容过长", reason_en="it is too long")
    shape = SHAPES.get(item_code)
    if shape is not None:
        _check_keys(shape, content)
        if shape.with_amount != (amount_fen is not None):
            raise Invalid(
                field="amountFen",
                reason_zh="该类记录应有金额" if shape.with_amount else "该类记录没有金额",
                reason_en="this item has an amount" if shape.with_amount else "it has no amount",
            )
    if amount_fen is not None and amount_fen < 0:
        raise Invalid(field="amountFen", reason_zh="不能为负数", reason_en="must not be negative")


def _check_keys(shape: Shape, content: Mapping[str, object]) -> None:
    if _holds(shape, content):
        return
    for key in sorted(shape.keys.keys() | content.keys()):
        accepts = shape.keys.get(key)
        if accepts is None:
            raise Invalid(
                field=f"content.{key}", reason_zh="没有这个字段", reason_en="there is no such field"
            )
        if key not in content or not accepts(content[key]):
            raise Invalid(
                field=f"content.{key}",
                reason_zh="缺少或取值不对",
                reason_en="it is missing or holds something else",
            )


def _holds(shape: Shape, content: Mapping[str, object]) -> bool:
    # Asked of millions of rows: a loop costs half of what "all" over a generator does.
    if content.keys() != shape.keys.keys():
        return False
    for key, accepts in shape.keys.items():  # noqa: SIM110 - see above
        if not accepts(content[key]):
            return False
    return True


def publication_end(
    item_code: str, content: Mapping[str, object], occurred_on: date
) -> date | None:
    """Return the last possible day of a penalty's publication, exclusive; of other items none."""
    if item_code != "PENALTY":
        return None
    months = PENALTY_PUBLISHED_MONTHS[str(content["class"])]
    return months_later(occurred_on, months)


@lru_cache(maxsize=_DAYS_REMEMBERED)
def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year = day.year + years
    if day.day <= _DAYS_OF_ANY_MONTH:
        return date(year, month + 1, day.day)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
