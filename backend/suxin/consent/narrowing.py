"""Narrowing: what is left of a wish after the limits of its purpose, and in words of both languages what was cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.consent.purposes import CategoriesOutsidePurpose, Frequency, Purpose
from suxin.kernel.working_days import local_day
from suxin.subjects.contents import months_later
from suxin.subjects.models import DataCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; what is left out is asked for as widely as the purpose allows."""

    categories: Sequence[DataCategory]
    life_days: int
    range_months: int | None = None
    frequency: Frequency | None = None
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """One thing that was narrowed, in words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What is left of a request after the purpose's limits, and in words what was cut."""

    categories: tuple[DataCategory, ...]
    life_days: int
    range_months: int
    frequency: Frequency
    retention_days: int
    cuts: tuple[Cut, ...]

    def records_from(self, now: datetime) -> date:
        """Return the first day whose records may be read."""
        return months_later(local_day(now), -self.range_months)


def narrow(purpose: Purpose, wanted: Wanted) -> Narrowed:
    """Cut a request down to what the purpose allows, and say what was cut (PIPL art. 6).

    What the purpose cannot do without is always part of it: leaving it out would be no consent to this purpose.

    :raises CategoriesOutsidePurpose: if categories are named and none belongs to the purpose
    """
    asked = frozenset(wanted.categories)
    if asked and not asked & purpose.categories:
        raise CategoriesOutsidePurpose(field="categories")
    cuts = [
        Cut(
            f"“{CATEGORY_ZH[category.value]}”与用途无关",
            f"the category {category.value} has nothing to do with the purpose",
        )
        for category in sorted(asked - purpose.categories)
    ]
    days = _bounded(_LIFE, wanted.life_days, purpose.max_life_days, cuts)
    months = _bounded(_RANGE, wanted.range_months, purpose.range_months, cuts)
    kept_days = _bounded(_RETENTION, wanted.retention_days, purpose.retention_days, cuts)
    frequency = wanted.frequency or purpose.frequency
    if frequency.wider_than(purpose.frequency):
        cuts.append(
            Cut(
                f"查询频次由{frequency.zh}调整为{purpose.frequency.zh}",
                f"the frequency was cut from {frequency.en} to {purpose.frequency.en}",
            )
        )
        frequency = purpose.frequency
    return Narrowed(
        categories=tuple(sorted((asked & purpose.categories) | purpose.required)),
        life_days=days,
        range_months=months,
        frequency=frequency,
        retention_days=kept_days,
        cuts=tuple(cuts),
    )


_LIFE: Final = ("有效期由 {0} 天调整为 {1} 天", "the life was cut from {0} days to {1} days")
_RANGE: Final = (
    "数据范围由 {0} 个月调整为 {1} 个月",
    "the range was cut from {0} months to {1} months",
)
_RETENTION: Final = (
    "保存期限由 {0} 天调整为 {1} 天",
    "the retention was cut from {0} days to {1} days",
)


def _bounded(words: tuple[str, str], asked: int | None, longest: int, cuts: list[Cut]) -> int:
    """Return what is left of a number, at least one; without a wish it is the most there may be."""
    if asked is None:
        return longest
    kept = max(1, min(asked, longest))
    if kept != asked:
        zh, en = (text.format(asked, kept) for text in words)
        cuts.append(Cut(zh, en))
    return kept
