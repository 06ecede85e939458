"""Charts of pools: exposure, compensation and recovery as three bars under each name, that a template draws in SVG.

Figures are whole units of the drawing, so that one drawing is the same on a screen and on paper; a name has a line of its own, so that a
long one is not cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from suxin.risk_pool.statistics.figures import PoolDimension, PoolFigures
from suxin_tenants.operator.month_charts import bar_width

ROW: Final = 68
DRAWN: Final = 24
"""How many are drawn at most; the table beside the chart has them all."""


@dataclass(frozen=True, slots=True)
class PoolBars:
    """What shares a name, and the lengths of its three bars."""

    name: str
    figures: PoolFigures
    committed_width: int
    compensated_width: int
    recovered_width: int
    top: int


@dataclass(frozen=True, slots=True)
class PoolChart:
    """The bars, one below the other."""

    bars: tuple[PoolBars, ...]
    height: int


def pool_chart(
    by: PoolDimension, figures: Sequence[PoolFigures], names: Mapping[str, str]
) -> PoolChart:
    """Return the chart of what pools came to, all bars of one scale: of months the latest, else the largest."""
    drawn = figures[-DRAWN:] if by is PoolDimension.MONTH else figures[:DRAWN]
    sizes = [
        size
        for one in drawn
        for size in (one.committed_fen, one.compensated_fen, one.recovered_fen)
    ]
    longest = max([1, *sizes])
    bars = tuple(
        PoolBars(
            names[one.key],
            one,
            bar_width(one.committed_fen, longest),
            bar_width(one.compensated_fen, longest),
            bar_width(one.recovered_fen, longest),
            place * ROW,
        )
        for place, one in enumerate(drawn)
    )
    return PoolChart(bars, len(bars) * ROW)
