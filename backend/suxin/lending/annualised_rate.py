"""The annualised rate of a loan (贷款年化利率) from its payments, by the internal rate of return.

People's Bank of China Announcement [2021] No. 3 asks lenders to show an annualised rate over *all*
costs charged to the borrower, and allows the internal rate of return. The nominal figure is the
monthly return × 12, on the same footing as a contract's nominal rate and the LPR: a loan without
fees shows its contract rate. The effective figure is the same return compounded over twelve months.

Everything is solved in fixed-point integers, so that every machine shows the same figure.
"""

from typing import Final, NamedTuple

_MONTHS: Final = 12
_BPS: Final = 10_000

# A discount factor has 48 fractional bits, an amount 20. Over 360 months the error stays below a
# millionth of a basis point.
_FACTOR_BITS: Final = 48
_ONE: Final = 1 << _FACTOR_BITS
_ONE_YEARLY: Final = _ONE**_MONTHS
_AMOUNT_BITS: Final = 20
# Newton's method doubles the correct digits each time: after a step below 2^-19 (a quarter of a
# basis point) the next would move the rate by less than a thousandth of a basis point, even over
# 360 months.
_SMALL_STEP: Final = 1 << 29
_MAX_STEPS: Final = 60
# Nearer to one than this (a tenth of a basis point a year) the closed form divides by too little to
# be exact.
_NEAR_ONE: Final = _ONE // 1_000_000


class AnnualisedRate(NamedTuple):
    """The yearly rate of a loan, simple (monthly × 12) and compounded."""

    nominal_bps: int
    effective_bps: int


def annualised_rate(
    received_fen: int, payments: list[int], *, guess: tuple[int, int]
) -> AnnualisedRate:
    """Return the yearly rate at which monthly payments are worth what the borrower received.

    The guess is a fraction near the monthly rate, for speed only. The payments may not sum to less
    than what was received, so the rate is never negative.
    """
    if sum(payments) == received_fen:
        return AnnualisedRate(0, 0)
    numerator, denominator = guess
    start = _ONE * denominator // (denominator + numerator)
    factor = _discount_factor(received_fen, payments, start)
    yearly = factor**_MONTHS
    return AnnualisedRate(
        _rounded((_ONE - factor) * _MONTHS * _BPS, factor),
        _rounded((_ONE_YEARLY - yearly) * _BPS, yearly),
    )


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _discount_factor(received_fen: int, payments: list[int], guess: int) -> int:
    """Return the monthly factor v that solves Σ payment_k · v^k = received.

    The sum is convex and rising in v and its root is at most one, so Newton's method, kept at or
    below one, converges from any positive guess.
    """
    received = received_fen << _AMOUNT_BITS
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
        value = (value * factor >> _FACTOR_BITS) + (payment << _AMOUNT_BITS)
    return value * factor >> _FACTOR_BITS, value + (slope * factor >> _FACTOR_BITS)


def _level_worth(level: int, last: int, months: int, factor: int) -> tuple[int, int]:
    """Return the same two figures for equal payments with a different last one, in closed form.

    The equal payments are an annuity over m = months − 1: v·(1 − v^m) ÷ (1 − v).
    """
    run = months - 1
    power = _power(factor, run)
    rest = _ONE - factor
    annuity = factor * (_ONE - power) // rest
    # The derivative of the annuity is (1 − (m+1)·v^m + m·v^(m+1)) ÷ (1 − v)².
    bent = ((_ONE - months * power) << _FACTOR_BITS) + run * power * factor
    annuity_slope = (bent << _FACTOR_BITS) // (rest * rest)
    value = level * annuity + last * (power * factor >> _FACTOR_BITS)
    slope = level * annuity_slope + last * months * power
    shift = _FACTOR_BITS - _AMOUNT_BITS
    return value >> shift, slope >> shift


def _power(factor: int, exponent: int) -> int:
    """Return a factor to a whole power, by squaring."""
    power = _ONE
    while exponent:
        if exponent & 1:
            power = power * factor >> _FACTOR_BITS
        factor = factor * factor >> _FACTOR_BITS
        exponent >>= 1
    return power
