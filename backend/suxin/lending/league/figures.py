"""A month's figures of one part of the city's loans, and whose amounts are not shown."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.lending.league.models import Dimension

SMALLEST_SHOWN: Final = 5
"""Of fewer loans in a county or an industry, their number is shown and nothing else: an amount would be somebody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """What one part of the city's loans came to in a month; amounts are none where too few loans are behind them."""

    month: date
    dimension: Dimension
    key: str
    as_of: date
    loans: int
    outstanding_fen: int | None
    credit_fen: int | None
    overdue_loans: int | None
    overdue_fen: int | None
    signed: int
    signed_fen: int | None
    first_loans: int | None

    @property
    def hidden(self) -> bool:
        """Whether its amounts are not shown."""
        return self.outstanding_fen is None


def keys_hidden(loans: dict[str, int]) -> set[str]:
    """Return of which parts amounts are not shown: those of few loans, and never one alone, which the whole would give away."""
    few = {key for key, count in loans.items() if 0 < count < SMALLEST_SHOWN}
    others = sorted((count, key) for key, count in loans.items() if count and key not in few)
    if len(few) == 1 and others:
        few.add(others[0][1])
    return few
