"""Charts of tiers: how many subjects are in each, as bars that a template draws in SVG, beside a table of the same.

Figures are whole units of the drawing, so that one drawing is the same on a screen and on paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from suxin.scoring.documents import ScoreDocument

WIDTH: Final = 320
ROW: Final = 30
BAR_FROM: Final = 96
BAR_MOST: Final = 156
SHADES: Final = 7


@dataclass(frozen=True, slots=True)
class TierBar:
    """One tier's bar: how many there are, their share of all, and how many there were before, if that is known.

    ``share_bps`` and ``moved`` are for the table; ``width`` and ``width_before`` for the drawing, ``shade`` is 0 for the worst tier.
    """

    code: str
    name: str
    people: int
    share_bps: int
    width: int
    people_before: int | None
    width_before: int | None
    moved: int | None
    top: int
    shade: int


@dataclass(frozen=True, slots=True)
class TierChart:
    """The bars of a model's tiers, the best first."""

    bars: tuple[TierBar, ...]
    total: int
    height: int
    compared: bool


def tier_chart(
    document: ScoreDocument, people: Mapping[str, int], before: Mapping[str, int] | None = None
) -> TierChart:
    """Return the chart of how many are in each tier, and perhaps of how many were before."""
    codes = [tier.code for tier in document.tiers]
    counts = [people.get(code, 0) for code in codes]
    earlier = None if before is None else [before.get(code, 0) for code in codes]
    total, longest = sum(counts), max([1, *counts, *(earlier or ())])
    last = max(1, len(codes) - 1)
    bars = []
    for place, (tier, count) in enumerate(zip(document.tiers, counts, strict=True)):
        was = None if earlier is None else earlier[place]
        bars.append(
            TierBar(
                code=tier.code,
                name=tier.name,
                people=count,
                share_bps=count * 10_000 // total if total else 0,
                width=_width(count, longest),
                people_before=was,
                width_before=None if was is None else _width(was, longest),
                moved=None if was is None else count - was,
                top=place * ROW,
                shade=SHADES - place * SHADES // last,
            )
        )
    return TierChart(tuple(bars), total, len(bars) * ROW, earlier is not None)


def _width(count: int, longest: int) -> int:
    """Return a bar's length; whoever is there at all is seen."""
    return max(2, count * BAR_MOST // longest) if count else 0
