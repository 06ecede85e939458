"""Charts of months: a size and a part of it as bars that a template draws in SVG, beside a table of the same.

Figures are whole units of the drawing, so that one drawing is the same on a screen and on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.lending.league.figures import MonthFigures

WIDTH: Final = 320
ROW: Final = 28
BAR_FROM: Final = 64
BAR_MOST: Final = 156
MONTHS_DRAWN: Final = 12


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month: its balance, the overdue part, and the lengths of both bars."""

    month: date
    balance_fen: int
    overdue_fen: int
    overdue_bps: int
    width: int
    overdue_width: int
    top: int

    @property
    def zh(self) -> str:
        """The month as it stands beside its bar."""
        return f"{self.month.year}-{self.month.month:02d}"


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The bars of the latest months, the earliest first."""

    bars: tuple[MonthBar, ...]
    height: int


def month_chart(months: Sequence[MonthFigures]) -> MonthChart:
    """Return the chart of what was outstanding and overdue in the latest months."""
    drawn = months[-MONTHS_DRAWN:]
    longest = max([1, *(one.outstanding_fen or 0 for one in drawn)])
    bars = []
    for place, one in enumerate(drawn):
        balance, late = one.outstanding_fen or 0, one.overdue_fen or 0
        bars.append(
            MonthBar(
                month=one.month,
                balance_fen=balance,
                overdue_fen=late,
                overdue_bps=(late * 20_000 + balance) // (2 * balance) if balance else 0,
                width=bar_width(balance, longest),
                overdue_width=bar_width(late, longest),
                top=place * ROW,
            )
        )
    return MonthChart(tuple(bars), len(bars) * ROW)


def bar_width(size: int, longest: int) -> int:
    """Return a bar's length; what is there at all is seen."""
    return max(2, size * BAR_MOST // longest) if size else 0
