"""Calendar quarters of Shanghai: their first and last day, their moments, and how people write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

from suxin.kernel.working_days import SHANGHAI, local_day

_MONTHS: Final = 3
_WRITTEN: Final = re.compile(r"(20\d{2})Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter, known by its first day."""

    first: date

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the quarter that a moment lies in, by the clock of Shanghai."""
        return cls.of_day(local_day(moment))

    @classmethod
    def of_day(cls, day: date) -> Self:
        """Return the quarter that a day lies in."""
        return cls(date(day.year, (day.month - 1) // _MONTHS * _MONTHS + 1, 1))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read ``2026Q4``; nothing for what is none."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            return None
        return cls(date(int(found[1]), (int(found[2]) - 1) * _MONTHS + 1, 1))

    @property
    def number(self) -> int:
        """Which quarter of its year, from 1 to 4."""
        return (self.first.month - 1) // _MONTHS + 1

    @property
    def code(self) -> str:
        """The quarter as it is written in addresses: ``2026Q4``."""
        return f"{self.first.year}Q{self.number}"

    @property
    def zh(self) -> str:
        """The quarter as people write it."""
        return f"{self.first.year}年{'一二三四'[self.number - 1]}季度"

    @property
    def following(self) -> "Quarter":
        """The quarter after it."""
        # Three months and some days later is always within it.
        return Quarter.of_day(self.first + timedelta(days=100))

    @property
    def before(self) -> "Quarter":
        """The quarter before it."""
        return Quarter.of_day(self.first - timedelta(days=1))

    @property
    def last_month(self) -> date:
        """The first day of its last month."""
        last = self.following.first - timedelta(days=1)
        return last.replace(day=1)

    @property
    def begins_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), SHANGHAI).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self.following.begins_at

    def back(self, count: int) -> Iterator["Quarter"]:
        """Return so many quarters before it, the latest first."""
        found = self
        for _ in range(count):
            found = found.before
            yield found
