"""Charts of a league table: one measure's figures as bars, the best first, whose names a template writes above each bar.

Figures are whole units of the drawing, so that one drawing is the same on a screen and on paper; a bank's name has a line of its own, so
that a long one is not cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from suxin.lending.league.measures import Measure
from suxin_tenants.league_words import BankLines, value_words
from suxin_tenants.operator.month_charts import bar_width

ROW: Final = 40


@dataclass(frozen=True, slots=True)
class PlaceBar:
    """One bank's bar."""

    name: str
    place: int | None
    said: str
    width: int
    top: int


@dataclass(frozen=True, slots=True)
class PlaceChart:
    """One measure's bars, those with a place first."""

    measure: Measure
    bars: tuple[PlaceBar, ...]
    height: int


def place_chart(measure: Measure, rows: Sequence[BankLines]) -> PlaceChart:
    """Return the chart of a measure; banks without a figure are left out of it and stand in the table."""
    found = [
        (line.place, line.value, row.name)
        for row in rows
        if (line := row.lines.get(measure)) is not None and line.value is not None
    ]
    found.sort(key=lambda one: (one[0] is None, one[0] or 0, one[2]))
    longest = max([1, *(value for _, value, _ in found)])
    bars = tuple(
        PlaceBar(name, place, value_words(measure, value), bar_width(value, longest), number * ROW)
        for number, (place, value, name) in enumerate(found)
    )
    return PlaceChart(measure, bars, len(bars) * ROW)
