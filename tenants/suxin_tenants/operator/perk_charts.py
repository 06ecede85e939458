"""The chart of 信易+ month by month: uses, and defaults, as bars that a template draws in SVG.

Figures are whole units of the drawing, so that one drawing is the same on a screen and on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from suxin.perks.figures.shown import PerkFigures
from suxin_tenants.operator.month_charts import MONTHS_DRAWN, ROW, bar_width


@dataclass(frozen=True, slots=True)
class PerkBar:
    """One month, and the lengths of its two bars; nothing is drawn of what is not shown."""

    figures: PerkFigures
    width: int
    defaults_width: int
    top: int

    @property
    def zh(self) -> str:
        """The month as it stands beside its bar."""
        return f"{self.figures.month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class PerkChart:
    """The bars of the latest months, the earliest first."""

    bars: tuple[PerkBar, ...]
    height: int


_FIRST: Final = 1


def perk_chart(months: Sequence[PerkFigures]) -> PerkChart:
    """Return the chart of the latest months, both bars of one scale."""
    drawn = months[-MONTHS_DRAWN:]
    longest = max(
        [_FIRST, *(one.uses or 0 for one in drawn), *(one.defaults or 0 for one in drawn)]
    )
    bars = tuple(
        PerkBar(
            one,
            bar_width(one.uses or 0, longest),
            bar_width(one.defaults or 0, longest),
            place * ROW,
        )
        for place, one in enumerate(drawn)
    )
    return PerkChart(bars, len(bars) * ROW)
