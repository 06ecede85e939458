"""How the figures of a bank's ledger are written: money in yuan, days in days, and a loan that is not there."""

from suxin.kernel.money import format_yuan
from suxin.risk_pool.bank_ledgers.measures import Measure


def figure(value: int | None, measure: Measure) -> str:
    """Return a figure as both desks show it, nought included."""
    if value is None:
        return "无此贷款"
    return f"{value} 天" if measure is Measure.OVERDUE_DAYS else f"{format_yuan(value)}元"
