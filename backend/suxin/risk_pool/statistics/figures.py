"""What figures of pools are told apart by, what each part has, and the whole of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from suxin.lending.terms import LabelledEnum


class PoolDimension(LabelledEnum):
    """What figures are told apart by; a month is that of the filing, of the payment, and of what came back."""

    MONTH = "month", "月份", "month"
    BANK = "bank", "银行", "bank"
    COUNTY = "county", "县区", "county"
    INDUSTRY = "industry", "行业", "industry"


@dataclass(slots=True, kw_only=True)
class PoolFigures:
    """What shares a month (2026-11), a bank's id, a county's code or an industry's section; sums in fen.

    ``filings`` and ``principal_fen`` are all that was ever filed, ``committed_fen`` what is covered now. ``recovered_fen`` is before
    costs, ``returned_fen`` the pool's part of it.
    """

    key: str
    filings: int = 0
    principal_fen: int = 0
    committed_fen: int = 0
    payments: int = 0
    compensated_fen: int = 0
    recovered_fen: int = 0
    returned_fen: int = 0


def total_of(figures: Sequence[PoolFigures]) -> PoolFigures:
    """Return the whole of what was told apart."""
    names = [name for name in PoolFigures.__slots__ if name != "key"]
    return PoolFigures(
        key="", **{name: sum(getattr(one, name) for one in figures) for name in names}
    )
