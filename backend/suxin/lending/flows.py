"""What a loan pays back each month (现金流), fees aside: in short, and listed only where someone asks.

A comparison of hundreds of products needs of each the first payment, the last and the interest in all of them. These are
found without listing the payments wherever a sum has a closed form, and always to the same fen as the list.
"""

from itertools import repeat
from operator import add
from typing import Final

import msgspec

from suxin.lending.annualised_rate import AMOUNT_BITS, Line, power
from suxin.lending.terms import RepaymentMethod

_YEAR_BPS: Final = 120_000
_HALF_YEAR_BPS: Final = _YEAR_BPS // 2
_HALF_FEN: Final = 1 << (AMOUNT_BITS - 1)
ALL_AT_MATURITY: Final = (RepaymentMethod.BULLET, RepaymentMethod.REVOLVING)
"""Where interest too is paid at the end. What is drawn at will costs the most where all of it is drawn at once and kept."""
_AT_MATURITY: Final = (*ALL_AT_MATURITY, RepaymentMethod.INTEREST_MONTHLY)
# Growth over a term with this many fractional bits puts an instalment within 2^-32 fen, for every principal, rate and
# term within the bounds.
_GROWTH_BITS: Final = 128
_PART_BITS: Final = 32
_HALF_PART: Final = 1 << (_PART_BITS - 1)
# 2^17 is more than the 120,000 parts into which a month's interest divides a fen.
_INTEREST_BITS: Final = 17


class Flows(msgspec.Struct, frozen=True, gc=False):
    """A plan without fees. ``early`` lists the payments of a tiny loan that roundings repay before its last month."""

    principal_fen: int
    rate_bps: int
    term_months: int
    method: RepaymentMethod
    first_fen: int
    last_fen: int
    interest_fen: int
    early: list[int] | None = None

    def payments(self) -> list[int]:
        """Return what is paid each month."""
        if self.early is not None:
            return self.early
        if self.method is RepaymentMethod.EQUAL_PRINCIPAL:
            return _equal_principal(self.principal_fen, self.rate_bps, self.term_months)
        return [self.first_fen] * (self.term_months - 1) + [self.last_fen]

    def line(self, monthly_fee_fen: int) -> Line | None:
        """Return the payments and a monthly fee as a line; what ends early, or at once, follows none."""
        months = self.term_months
        if self.early is not None or months == 1:
            return None
        last = (self.last_fen + monthly_fee_fen) << AMOUNT_BITS
        if self.method is not RepaymentMethod.EQUAL_PRINCIPAL:
            return Line(months, (self.first_fen + monthly_fee_fen) << AMOUNT_BITS, 0, last, 0)
        part_fen = rounded(self.principal_fen, months)
        interest = (self.principal_fen * self.rate_bps << AMOUNT_BITS) // _YEAR_BPS
        fall = (part_fen * self.rate_bps << AMOUNT_BITS) // _YEAR_BPS
        first = ((part_fen + monthly_fee_fen) << AMOUNT_BITS) + interest
        # Interest is rounded to the fen, and the two quotients lose less than a unit each a month.
        return Line(months, first, fall, last, _HALF_FEN + months)

    def balance_months(self, upfront_fee_fen: int, monthly_fees_fen: int) -> int:
        """Return about how many fen were outstanding for how many months, fees taken into account.

        Cost over this sum is nearly the monthly rate. A fee at drawdown is money never lent: its
        part of the balance falls from all of it to nothing, in a straight line where the principal
        stays, with the square of the time left where it is repaid evenly. Even monthly fees fall
        short of a falling balance first and exceed it later.
        """
        months = self.term_months
        if self.method in _AT_MATURITY:
            unpaid_fen = self.interest_fen if self.method in ALL_AT_MATURITY else 0
            return self.principal_fen * months + (unpaid_fen - upfront_fee_fen) * months // 2
        lent = self.principal_fen * (months + 1) // 2
        if self.interest_fen:
            lent = self.interest_fen * _YEAR_BPS // self.rate_bps
        return lent - upfront_fee_fen * months // 3 + monthly_fees_fen * months // 6


def flows_of(principal_fen: int, rate_bps: int, term_months: int, method: RepaymentMethod) -> Flows:
    """Return what a loan pays back."""
    if method is RepaymentMethod.EQUAL_INSTALMENT:
        return _of_equal_instalments(principal_fen, rate_bps, term_months)
    if method is RepaymentMethod.EQUAL_PRINCIPAL:
        return _of_equal_principal(principal_fen, rate_bps, term_months)
    if method in ALL_AT_MATURITY:
        monthly_fen = 0
        last_interest_fen = rounded(principal_fen * rate_bps * term_months, _YEAR_BPS)
    else:
        monthly_fen = last_interest_fen = month_interest(principal_fen, rate_bps)
    last_fen = principal_fen + last_interest_fen
    return Flows(
        principal_fen,
        rate_bps,
        term_months,
        method,
        monthly_fen if term_months > 1 else last_fen,
        last_fen,
        monthly_fen * (term_months - 1) + last_interest_fen,
    )


def rounded(numerator: int, denominator: int) -> int:
    """Divide two non-negative integers and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def month_interest(balance_fen: int, rate_bps: int) -> int:
    """Return the interest of one month, rounded half up to the fen."""
    return (balance_fen * rate_bps + _HALF_YEAR_BPS) // _YEAR_BPS


def _of_equal_principal(principal_fen: int, rate_bps: int, term_months: int) -> Flows:
    part_fen = rounded(principal_fen, term_months)
    left_fen = principal_fen - part_fen * (term_months - 1)
    method = RepaymentMethod.EQUAL_PRINCIPAL
    if left_fen < 0:
        payments = _equal_principal(principal_fen, rate_bps, term_months)
        return _early(principal_fen, rate_bps, method, payments)
    # The balances rise from the last one by a part each; their interest is a sum of rounded quotients of a line.
    interest_fen = _floor_sum(
        term_months, _YEAR_BPS, part_fen * rate_bps, left_fen * rate_bps + _HALF_YEAR_BPS
    )
    last_fen = left_fen + month_interest(left_fen, rate_bps)
    first_fen = part_fen + month_interest(principal_fen, rate_bps)
    return Flows(
        principal_fen,
        rate_bps,
        term_months,
        method,
        first_fen if term_months > 1 else last_fen,
        last_fen,
        interest_fen,
    )


def _of_equal_instalments(principal_fen: int, rate_bps: int, term_months: int) -> Flows:
    before_last = term_months - 1
    instalment_fen = _level_instalment(principal_fen, rate_bps, term_months)
    left_fen = _left_after(principal_fen, rate_bps, before_last, instalment_fen)
    method = RepaymentMethod.EQUAL_INSTALMENT
    if left_fen < 0:
        payments = _early_instalments(principal_fen, rate_bps, term_months, instalment_fen)
        return _early(principal_fen, rate_bps, method, payments)
    last_fen = left_fen + month_interest(left_fen, rate_bps)
    return Flows(
        principal_fen,
        rate_bps,
        term_months,
        method,
        instalment_fen if before_last else last_fen,
        last_fen,
        instalment_fen * before_last + last_fen - principal_fen,
    )


def _early(
    principal_fen: int, rate_bps: int, method: RepaymentMethod, payments: list[int]
) -> Flows:
    return Flows(
        principal_fen,
        rate_bps,
        len(payments),
        method,
        payments[0],
        payments[-1],
        sum(payments) - principal_fen,
        payments,
    )


def _equal_principal(principal_fen: int, rate_bps: int, term_months: int) -> list[int]:
    part_fen = rounded(principal_fen, term_months)
    half, year = _HALF_YEAR_BPS, _YEAR_BPS
    balances = [principal_fen - part_fen * month for month in range(term_months)]
    if balances[-1] < part_fen:
        # Half a fen rounded up each month repays a tiny loan early; the months after it are empty.
        balances = [max(balance, 0) for balance in balances]
        parts = [min(part_fen, balance) for balance in balances]
    else:
        parts = [part_fen] * (term_months - 1) + [balances[-1]]
    interests = [(balance * rate_bps + half) // year for balance in balances]
    return list(map(add, parts, interests))


def _early_instalments(
    principal_fen: int, rate_bps: int, term_months: int, instalment_fen: int
) -> list[int]:
    """Return the payments where an instalment rounded up repays a small, long loan before its last month.

    The months after it are empty.
    """
    balance_fen = principal_fen
    payments: list[int] = []
    for _ in range(term_months):
        due_fen = balance_fen + month_interest(balance_fen, rate_bps)
        payments.append(min(instalment_fen, due_fen))
        balance_fen = due_fen - payments[-1]
    return payments


def _left_after(principal_fen: int, rate_bps: int, months: int, instalment_fen: int) -> int:
    """Return the balance after some instalments; below nothing where they repay more.

    A month's interest is balance × rate ÷ 120,000, rounded half up. A quotient of 120,000 is at least 1 ÷ 120,000 below
    the next whole number, so a factor rounded up by less than that over the balance gives the same whole fen, and
    growth, rounding and instalment are one product, one sum and one shift.
    """
    bits = principal_fen.bit_length() + _INTEREST_BITS
    growth = (1 << bits) - (-(rate_bps << bits) // _YEAR_BPS)
    shifted = (1 << (bits - 1)) - (instalment_fen << bits)
    balance_fen = principal_fen
    for _ in repeat(None, months):
        balance_fen = (balance_fen * growth + shifted) >> bits
    return balance_fen


def _level_instalment(principal_fen: int, rate_bps: int, term_months: int) -> int:
    """Return P·i·(1+i)^n ÷ ((1+i)^n − 1), rounded half up, never below the first month's interest."""
    if not rate_bps:
        return rounded(principal_fen, term_months)
    grown = power(((_YEAR_BPS + rate_bps) << _GROWTH_BITS) // _YEAR_BPS, term_months, _GROWTH_BITS)
    parts = (principal_fen * rate_bps * grown << _PART_BITS) // (
        _YEAR_BPS * (grown - (1 << _GROWTH_BITS))
    )
    instalment_fen = (parts + _HALF_PART) >> _PART_BITS
    if abs((instalment_fen << _PART_BITS) - parts) >= _HALF_PART - 1:
        # Too near to half a fen for a growth that is itself rounded.
        exact = (_YEAR_BPS + rate_bps) ** term_months
        instalment_fen = rounded(
            principal_fen * rate_bps * exact, _YEAR_BPS * (exact - _YEAR_BPS**term_months)
        )
    return max(instalment_fen, month_interest(principal_fen, rate_bps))


def _floor_sum(count: int, divisor: int, step: int, start: int) -> int:
    """Return Σ (step × k + start) ÷ divisor, each rounded down, for k from nothing to below the count.

    Whole multiples of the divisor come out of the sum; what is left counts grid points under a line, and is counted
    along the other axis with step and divisor exchanged, as in Euclid's algorithm.
    """
    total = 0
    while True:
        whole, step = divmod(step, divisor)
        total += whole * count * (count - 1) // 2
        whole, start = divmod(start, divisor)
        total += whole * count
        end = step * count + start
        if end < divisor:
            return total
        count, start = divmod(end, divisor)
        divisor, step = step, divisor
