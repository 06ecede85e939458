"""What the content of a credit record holds, by catalogue item.

Whoever builds facts from records (matching, scoring) relies on these conventions:

=============  ==========================================================  ===================
item           content                                                     beside it
=============  ==========================================================  ===================
REG-BASIC      ``industry`` (GB/T 4754 code), ``staff`` (number)
TAX-GRADE      ``grade`` (A, B, M, C, D), ``year``
TAX-PAID       ``year``                                                    ``amount_fen``
SI-HEADCOUNT   ``headcount``
HONOUR         ``title``, ``level``
PENALTY        ``authority``, ``number``, ``class`` (轻微, 一般, 严重)      polarity negative
JUD-EXECUTED   ``court``, ``number``                                       polarity negative
LICENCE        ``authority``, ``number``, ``title``
TITLE          ``title``, ``level``                                        of persons too
ABNORMAL       ``authority``, ``reason``                                   polarity negative
BLACKLIST      ``authority``, ``number``, ``list``                         polarity negative
CONTRACT       ``number``, ``title``, ``kept`` (yes, no)
COMMITMENT     ``number``, ``title``, ``authority``
COMMITMENT-…   ``commitment`` (its number), ``document``                   kept: positive, broken: negative
COMPLIANCE     ``authority``, ``finding`` (good, bad), ``year``
IP             ``kind`` (patent, trademark, copyright), ``number``, ``title``
ECO-GRADE      ``grade`` (green, blue, yellow, red, black), ``year``
VOL-HONOUR     ``title``, ``issuer``                                       declared by himself
VOL-LICENCE    ``title``, ``number``, ``issuer``                           declared by himself
VOL-CONTRACT   ``title``, ``counterparty``, ``year``                       declared by himself
=============  ==========================================================  ===================

A penalty is published for at most three months (轻微), a year (一般) or three years (严重) under the measures for
credit repair (信用修复管理办法, NDRC order 36 of 2025); without a date of its own its publication ends then.
"""

import calendar
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from suxin.kernel.refusals import Invalid
from suxin.subjects.models import Polarity

MAX_TEXT_CHARACTERS: Final = 200
MAX_CONTENT_CHARACTERS: Final = 4_000
MAX_COUNT: Final = 10_000_000
FIRST_YEAR: Final = 1978
MONTHS_A_YEAR: Final = 12

PENALTY_PUBLISHED_MONTHS: Final[Mapping[str, int]] = {"轻微": 3, "一般": 12, "严重": 36}

Check = Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value.strip()) >= 1 and len(value) <= MAX_TEXT_CHARACTERS


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_COUNT


def _year(value: object) -> bool:
    return type(value) is int and FIRST_YEAR <= value <= date.max.year


def _one_of(*options: str) -> Check:
    return lambda value: isinstance(value, str) and value in options


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The content of one item: its keys with what each accepts, and what goes beside it."""

    keys: Mapping[str, Check]
    with_amount: bool = False
    polarity: Polarity = Polarity.NEUTRAL
    declarable: bool = field(default=False)


SHAPES: Final[Mapping[str, Shape]] = {
    "REG-BASIC": Shape(keys={"industry": _text, "staff": _count}),
    "TAX-GRADE": Shape(keys={"grade": _one_of("A", "B", "M", "C", "D"), "year": _year}),
    "TAX-PAID": Shape(keys={"year": _year}, with_amount=True),
    "SI-HEADCOUNT": Shape(keys={"headcount": _count}),
    "HONOUR": Shape(keys={"title": _text, "level": _text}, polarity=Polarity.POSITIVE),
    "PENALTY": Shape(
        keys={"authority": _text, "number": _text, "class": _one_of(*PENALTY_PUBLISHED_MONTHS)},
        polarity=Polarity.NEGATIVE,
    ),
    "JUD-EXECUTED": Shape(keys={"court": _text, "number": _text}, polarity=Polarity.NEGATIVE),
    "LICENCE": Shape(keys={"authority": _text, "number": _text, "title": _text}),
    "TITLE": Shape(keys={"title": _text, "level": _text}, polarity=Polarity.POSITIVE),
    "ABNORMAL": Shape(keys={"authority": _text, "reason": _text}, polarity=Polarity.NEGATIVE),
    "BLACKLIST": Shape(
        keys={"authority": _text, "number": _text, "list": _text}, polarity=Polarity.NEGATIVE
    ),
    "CONTRACT": Shape(keys={"number": _text, "title": _text, "kept": _one_of("yes", "no")}),
    # A commitment, and what became of it with the document that shows so, are records each (plan §15).
    "COMMITMENT": Shape(keys={"number": _text, "title": _text, "authority": _text}),
    "COMMITMENT-KEPT": Shape(
        keys={"commitment": _text, "document": _text}, polarity=Polarity.POSITIVE
    ),
    "COMMITMENT-BROKEN": Shape(
        keys={"commitment": _text, "document": _text}, polarity=Polarity.NEGATIVE
    ),
    "COMPLIANCE": Shape(
        keys={"authority": _text, "finding": _one_of("good", "bad"), "year": _year}
    ),
    "IP": Shape(
        keys={
            "kind": _one_of("patent", "trademark", "copyright"),
            "number": _text,
            "title": _text,
        },
        polarity=Polarity.POSITIVE,
    ),
    "ECO-GRADE": Shape(
        keys={"grade": _one_of("green", "blue", "yellow", "red", "black"), "year": _year}
    ),
    "VOL-HONOUR": Shape(
        keys={"title": _text, "issuer": _text}, polarity=Polarity.POSITIVE, declarable=True
    ),
    "VOL-LICENCE": Shape(keys={"title": _text, "number": _text, "issuer": _text}, declarable=True),
    "VOL-CONTRACT": Shape(
        keys={"title": _text, "counterparty": _text, "year": _year}, declarable=True
    ),
}


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
    if content.keys() == shape.keys.keys() and all(
        accepts(content[key]) for key, accepts in shape.keys.items()
    ):
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


def publication_end(
    item_code: str, content: Mapping[str, object], occurred_on: date
) -> date | None:
    """Return the last possible day of a penalty's publication, exclusive; of other items none."""
    if item_code != "PENALTY":
        return None
    months = PENALTY_PUBLISHED_MONTHS[str(content["class"])]
    return months_later(occurred_on, months)


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
