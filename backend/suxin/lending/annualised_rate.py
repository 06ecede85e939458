"""The annualised rate of a loan (贷款年化利率) from its payments, by the internal rate of return.

People's Bank of China Announcement [2021] No. 3 asks lenders to show an annualised rate over *all*
costs charged to the borrower, and allows the internal rate of return. The nominal figure is the
monthly return × 12, on the same footing as a contract's nominal rate and the LPR: a loan without
fees shows its contract rate. The effective figure is the same return compounded over twelve months.

Every machine shows the same figures. Where all payments but the last lie on a straight line, floating point searches the
rate, and it is known how far off that can be: by what Newton's method leaves, by what the payments miss the line, and by a
thousandth of a basis point for the arithmetic, which is ten thousand times what it takes with logarithms right to twelve
digits. Its figure stands only if no rounding boundary is that near. Everything else is solved in fixed-point integers from
the payments themselves.
"""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

_MONTHS: Final = 12
_BPS: Final = 10_000

# A discount factor has 48 fractional bits, an amount 20. Over 360 months the error stays below a
# millionth of a basis point.
_FACTOR_BITS: Final = 48
_ONE: Final = 1 << _FACTOR_BITS
_ONE_YEARLY: Final = _ONE**_MONTHS
AMOUNT_BITS: Final = 20
# Newton's method doubles the correct digits each time: after a step below 2^-19 (a quarter of a
# basis point) the next would move the rate by less than a thousandth of a basis point, even over
# 360 months.
_SMALL_STEP: Final = 1 << 29
_MAX_STEPS: Final = 60
# Nearer to one than this (a tenth of a basis point a year) the closed form divides by too little to
# be exact.
_NEAR_ONE: Final = _ONE // 1_000_000
# Twice as far away, so that what is searched can be measured.
_LOWEST_SEARCHED: Final = 2e-6
# How far floating point's answer may be from the true one for its own sake, and the integers' too: what is nearer to a
# rounding boundary is left to them.
_DOUBT_BPS: Final = 0.001
# The step after one as small as this no longer matters, again because the digits double.
_FOUND: Final = 3e-6
# The slope changes by less than this over a last step.
_SLOPE_MARGIN: Final = 1.01
_MAX_SEARCH_STEPS: Final = 8


class AnnualisedRate(NamedTuple):
    """The yearly rate of a loan, simple (monthly × 12) and compounded."""

    nominal_bps: int
    effective_bps: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """Monthly payments in short: payment k before the last is ``first`` − (k − 1) × ``fall``, to within ``slack``.

    All but the months are amounts with 20 fractional bits; the first payment is the highest, nothing is below zero.
    """

    months: int
    first: int
    fall: int
    last: int
    slack: int


def annualised_rate(
    received_fen: int,
    payments: Callable[[], list[int]],
    *,
    cost_fen: int,
    balance_months: int,
    line: Line | None,
) -> AnnualisedRate:
    """Return the yearly rate at which monthly payments are worth what the borrower received.

    The payments exceed what was received by a cost of nothing or more, so the rate is never negative. Cost over the
    fen-months of the balance is nearly the monthly rate; this is for speed only. The payments are listed only where
    their line does not decide.
    """
    if not cost_fen:
        return AnnualisedRate(0, 0)
    if line is not None:
        found = _on_line(line, received_fen << AMOUNT_BITS, cost_fen / balance_months)
        if found is not None:
            return found
    start = _ONE * balance_months // (balance_months + cost_fen)
    factor = _discount_factor(received_fen, payments(), start)
    yearly = factor**_MONTHS
    return AnnualisedRate(
        _rounded((_ONE - factor) * _MONTHS * _BPS, factor),
        _rounded((_ONE_YEARLY - yearly) * _BPS, yearly),
    )


def _on_line(line: Line, received: int, guess: float) -> AnnualisedRate | None:
    """Return the rate of payments on a line; nothing where it may be off by as much as the next rounding boundary."""
    found = _searched(line, received, guess)
    if found is None:
        return None
    monthly, off = found
    doubt = off * _MONTHS * _BPS + _DOUBT_BPS
    grown = math.expm1(_MONTHS * math.log1p(monthly))
    nominal = monthly * (_MONTHS * _BPS) + 0.5
    effective = grown * _BPS + 0.5
    effective_doubt = doubt * (1 + grown)
    nominal_bps, effective_bps = int(nominal - doubt), int(effective - effective_doubt)
    if int(nominal + doubt) > nominal_bps or int(effective + effective_doubt) > effective_bps:
        return None
    return AnnualisedRate(nominal_bps, effective_bps)


def _searched(line: Line, received: int, guess: float) -> tuple[float, float] | None:
    """Return the monthly rate i at which the line is worth what was received, and how far off that can be.

    With v = 1 ÷ (1 + i) and m payments on the line, their sum at 1 each is a = (1 − v^m) ÷ i, and at 0, 1, 2 … it is
    (a − m·v^m) ÷ i.

    Worth is a sum of payments × v^k, so that over n months its second derivative is at most n + 1 times its first, and
    Newton's method leaves at most half of n + 1 times the square of its last step. Payments that miss the line by the
    slack each change worth by the slack times a, and the rate by that over the slope.
    """
    months, run = line.months, line.months - 1
    first, fall, last = float(line.first), float(line.fall), float(line.last)
    rate = guess
    for _ in range(_MAX_SEARCH_STEPS):
        if rate < _LOWEST_SEARCHED:
            return None
        discount = 1 / (1 + rate)
        gone = -math.expm1(-run * math.log1p(rate))
        power = 1 - gone
        annuity = gone / rate
        climb = (annuity - run * power) / rate
        end = last * power * discount
        bent = run * power * discount
        annuity_slope = (bent - annuity) / rate
        climb_slope = (annuity_slope + run * bent - climb) / rate
        slope = first * annuity_slope - fall * climb_slope - months * end * discount
        step = (first * annuity - fall * climb + end - received) / slope
        rate -= step
        if -_FOUND < step < _FOUND:
            missed = -line.slack * annuity / slope
            return rate, (months + 1) * step * step + missed * _SLOPE_MARGIN
    return None


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _discount_factor(received_fen: int, payments: list[int], guess: int) -> int:
    """Return the monthly factor v that solves Σ payment_k · v^k = received.

    The sum is convex and rising in v and its root is at most one, so Newton's method, kept at or
    below one, converges from any positive guess.
    """
    received = received_fen << AMOUNT_BITS
    level = _is_level(payments)
    factor = guess
    for _ in range(_MAX_STEPS):
        if level and _ONE - factor > _NEAR_ONE:
            value, slope = _level_worth(payments[0], payments[-1], len(payments), factor)
        else:
            value, slope = _worth(payments, factor)
        step = ((received - value) << _FACTOR_BITS) // slope
        factor = min(factor + step, _ONE)
        if -_SMALL_STEP < step < _SMALL_STEP:
            return factor
    message = "the annualised rate of these payments was not found"
    raise ArithmeticError(message)


def _is_level(payments: list[int]) -> bool:
    """Tell whether all payments but the last are equal."""
    months = len(payments)
    first = payments[0]
    return months > 1 and payments.count(first) - (payments[-1] == first) == months - 1


def _worth(payments: list[int], factor: int) -> tuple[int, int]:
    """Return Σ payment_k · v^k and its derivative, by Horner's scheme."""
    value = slope = 0
    for payment in reversed(payments):
        slope = (slope * factor >> _FACTOR_BITS) + value
        value = (value * factor >> _FACTOR_BITS) + (payment << AMOUNT_BITS)
    return value * factor >> _FACTOR_BITS, value + (slope * factor >> _FACTOR_BITS)


def _level_worth(level: int, last: int, months: int, factor: int) -> tuple[int, int]:
    """Return the same two figures for equal payments with a different last one, in closed form.

    The equal payments are an annuity over m = months − 1: v·(1 − v^m) ÷ (1 − v).
    """
    run = months - 1
    left = power(factor, run)
    rest = _ONE - factor
    annuity = factor * (_ONE - left) // rest
    # The derivative of the annuity is (1 − (m+1)·v^m + m·v^(m+1)) ÷ (1 − v)².
    bent = ((_ONE - months * left) << _FACTOR_BITS) + run * left * factor
    annuity_slope = (bent << _FACTOR_BITS) // (rest * rest)
    value = level * annuity + last * (left * factor >> _FACTOR_BITS)
    slope = level * annuity_slope + last * months * left
    shift = _FACTOR_BITS - AMOUNT_BITS
    return value >> shift, slope >> shift


def power(factor: int, exponent: int, bits: int = _FACTOR_BITS) -> int:
    """Return a fixed-point number to a whole power, by squaring, rounded down."""
    result = 1 << bits
    while exponent:
        if exponent & 1:
            result = result * factor >> bits
        factor = factor * factor >> bits
        exponent >>= 1
    return result
