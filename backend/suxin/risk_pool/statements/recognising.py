"""What a line of a statement may be: by the number that its text bears and by its amount, and by nothing else. Plain functions."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.states import Matched


@dataclass(frozen=True, slots=True)
class Awaited:
    """A movement that is awaited: what it is, under which number or reference, which way, and how much in fen."""

    matched: Matched
    id: UUID
    number: str
    direction: Direction
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a line is, or why it is not although it names something."""

    awaited: Awaited | None
    note: str | None = None


def recognise(
    *, direction: Direction, amount_fen: int, reference: str, text: str, awaited: Iterable[Awaited]
) -> Found:
    """Return what a line is.

    A line names something if its text bears that number as a whole, or its reference is that number. It is it if the amount is the
    same. Two things named in one line are for a person to tell apart.
    """
    plain = plain_text(text)
    named = [
        one
        for one in awaited
        if one.direction is direction
        and (one.number == reference or _bears(plain, plain_text(one.number)))
    ]
    if not named:
        return Found(None)
    if len(named) > 1:
        return Found(None, f"附言中有 {len(named)} 个编号，请人工匹配")
    if named[0].amount_fen != amount_fen:
        return Found(None, f"附言为 {named[0].number}，但金额不符，请人工核实")
    return Found(named[0])


def plain_text(text: str) -> str:
    """Return a text as it is compared: one form of each character, brackets alike, without blanks."""
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    return "".join(folded.split()).casefold()


_BRACKETS: Final = str.maketrans(
    {**dict.fromkeys("〔［【{[(", "("), **dict.fromkeys("〕］】}])", ")")}
)


def _bears(text: str, number: str) -> bool:
    """Tell whether a text bears a number as a whole, and not as the beginning or end of a longer one."""
    start = text.find(number)
    while start >= 0:
        end = start + len(number)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_goes_on(before) and _goes_on(number[:1])) and not (
            _goes_on(after) and _goes_on(number[-1:])
        ):
            return True
        start = text.find(number, start + 1)
    return False


def _goes_on(character: str) -> bool:
    return character.isascii() and character.isalnum()
