"""From credit households to credit villages, towns and counties: the rules of each level, pure, and what is missing for it.

Ratios and days are those of a published prefecture's rule, which is not this city's: working configuration, confirmed by the credit
office. Ratios are in basis points of the whole; each compares whole numbers, so that nothing is rounded.
Source: docs/rural.md (roll-up)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from suxin.rural.states import TitleLevel

CREDIT_HOUSEHOLD_TIER: Final = "A"
"""The least grade of a credit household (信用户; proposed default)."""

ONE: Final = 10_000


class Measure(StrEnum):
    """What a rule looks at."""

    CREDIT_HOUSEHOLDS = "CREDIT_HOUSEHOLDS"
    CREDIT_VILLAGES = "CREDIT_VILLAGES"
    WITHOUT_ARREARS = "WITHOUT_ARREARS"
    BAD_LOANS = "BAD_LOANS"
    NEW_BAD_LOANS = "NEW_BAD_LOANS"


MEASURES_ZH: Final[Mapping[Measure, str]] = {
    Measure.CREDIT_HOUSEHOLDS: "信用户占农户总数的比例",
    Measure.CREDIT_VILLAGES: "信用村占行政村总数的比例",
    Measure.WITHOUT_ARREARS: "有贷款农户中无逾期的比例",
    Measure.BAD_LOANS: "不良贷款余额占比",
    Measure.NEW_BAD_LOANS: "新增贷款不良占比",
}
_MEASURES_EN: Final[Mapping[Measure, str]] = {
    Measure.CREDIT_HOUSEHOLDS: "credit households of all households",
    Measure.CREDIT_VILLAGES: "credit villages of all villages",
    Measure.WITHOUT_ARREARS: "households without arrears of those with loans",
    Measure.BAD_LOANS: "bad loans of all outstanding",
    Measure.NEW_BAD_LOANS: "bad loans of the year's new ones",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A measure that must reach ``bps``, or with ``below`` stay under it."""

    measure: Measure
    bps: int
    below: bool = False


RULES: Final[Mapping[TitleLevel, Sequence[Rule]]] = {
    TitleLevel.VILLAGE: (
        Rule(measure=Measure.CREDIT_HOUSEHOLDS, bps=7_000),
        Rule(measure=Measure.WITHOUT_ARREARS, bps=8_500),
        Rule(measure=Measure.BAD_LOANS, bps=500, below=True),
        Rule(measure=Measure.NEW_BAD_LOANS, bps=100, below=True),
    ),
    TitleLevel.TOWN: (
        Rule(measure=Measure.CREDIT_VILLAGES, bps=5_000),
        Rule(measure=Measure.WITHOUT_ARREARS, bps=9_000),
        Rule(measure=Measure.BAD_LOANS, bps=500, below=True),
        Rule(measure=Measure.NEW_BAD_LOANS, bps=100, below=True),
    ),
    TitleLevel.COUNTY: (Rule(measure=Measure.CREDIT_VILLAGES, bps=6_000),),
}

HOUSEHOLDS_DUE: Final = (12, 31)
_DUE: Final[Mapping[TitleLevel, tuple[int, int]]] = {
    TitleLevel.VILLAGE: (1, 31),
    TitleLevel.TOWN: (2, 28),
    TitleLevel.COUNTY: (2, 28),
}
"""By which day of the next year each level is settled; households by the end of the year itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole; of nothing there is no share."""

    part: int
    whole: int

    @property
    def known(self) -> bool:
        """Whether there is a whole."""
        return self.whole > 0

    def reaches(self, bps: int) -> bool:
        """Tell whether the part is at least so many basis points of the whole."""
        return self.known and self.part * ONE >= bps * self.whole

    def below(self, bps: int) -> bool:
        """Tell whether the part is less than so many basis points of the whole."""
        return self.known and self.part * ONE < bps * self.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """One rule of a level, with how the area stands to it; ``met`` is nothing where the figure is not known."""

    measure: Measure
    bps: int
    below: bool
    share: Share | None
    met: bool | None

    @property
    def zh(self) -> str:
        """What is asked, in Chinese."""
        return (
            f"{MEASURES_ZH[self.measure]}{'低于' if self.below else '不低于'} {_percent(self.bps)}"
        )

    @property
    def en(self) -> str:
        """What is asked, in English."""
        how = "less than" if self.below else "at least"
        return f"{_MEASURES_EN[self.measure]}: {how} {_percent(self.bps)}"

    @property
    def still_needed(self) -> int | None:
        """How many more of the part would do; nothing where less is wanted, or nothing is known."""
        if self.share is None or self.below or not self.share.known:
            return None
        return max(0, -(-self.bps * self.share.whole // ONE) - self.share.part)

    @property
    def still_needed_zh(self) -> str:
        """The same in Chinese, with what is counted; empty where nothing is needed or known."""
        counted = "个村" if self.measure is Measure.CREDIT_VILLAGES else "户"
        return f"还差 {self.still_needed} {counted}" if self.still_needed else ""


def to_do(level: TitleLevel, shares: Mapping[Measure, Share | None]) -> tuple[ToDo, ...]:
    """Return the rules of a level in their order, with how an area stands to each."""
    return tuple(_judged(rule, shares.get(rule.measure)) for rule in RULES[level])


def missing(found: Sequence[ToDo]) -> tuple[ToDo, ...]:
    """Return the rules that are not met, or of which it is not known."""
    return tuple(one for one in found if one.met is not True)


def due_on(level: TitleLevel | None, year: int) -> date:
    """Return by which day a year's rating of a level is settled; of households where no level is named."""
    if level is None:
        return date(year, *HOUSEHOLDS_DUE)
    return date(year + 1, *_DUE[level])


def _judged(rule: Rule, share: Share | None) -> ToDo:
    met: bool | None = None
    if share is not None and share.known:
        met = share.below(rule.bps) if rule.below else share.reaches(rule.bps)
    return ToDo(measure=rule.measure, bps=rule.bps, below=rule.below, share=share, met=met)


def _percent(bps: int) -> str:
    whole, rest = divmod(bps, 100)
    return f"{whole}%" if not rest else f"{whole}.{rest:02d}%"
