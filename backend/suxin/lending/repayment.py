"""Repayment plans and what a loan costs (还款计划), exact to the fen.

Interest of a month is the outstanding balance × annual rate ÷ 12, whatever the days of the month,
rounded half up to the fen (四舍五入) on exact integers. The level instalment (等额本息) is rounded once in
the same way; the last instalment pays whatever balance is left, so the principal parts always sum
to the principal.
"""

from operator import add
from typing import Final, NamedTuple, Self

import msgspec

from suxin.lending.annualised_rate import annualised_rate
from suxin.lending.terms import (
    MAX_MONTHLY_FEE_BPS,
    MAX_UPFRONT_FEE_BPS,
    Figure,
    LoanTermOutOfRange,
    RepaymentMethod,
    check_rate_bps,
    check_term_months,
)

MAX_PRINCIPAL_FEN: Final = 10_000_000_000_000
"""100 billion yuan: the arithmetic's own bound, far above any request."""

_BPS: Final = 10_000
_MONTHS: Final = 12
_YEAR_BPS: Final = _MONTHS * _BPS
_HALF_YEAR_BPS: Final = _YEAR_BPS // 2
_AT_MATURITY: Final = (RepaymentMethod.BULLET, RepaymentMethod.INTEREST_MONTHLY)


class Fees(msgspec.Struct, frozen=True):
    """What a bank or guarantor charges beside interest.

    Upfront fees are taken from the money at drawdown; the monthly fee is a share of the original
    principal and is paid with every instalment.
    """

    upfront_bps: int = 0
    upfront_fen: int = 0
    monthly_bps: int = 0

    def upfront_of(self, principal_fen: int) -> int:
        """Return the fee at drawdown."""
        return _rounded(principal_fen * self.upfront_bps, _BPS) + self.upfront_fen

    def monthly_of(self, principal_fen: int) -> int:
        """Return the fee of one month."""
        return _rounded(principal_fen * self.monthly_bps, _BPS)


NO_FEES: Final = Fees()


class Instalment(msgspec.Struct, frozen=True):
    """What is due at the end of one month; ``number`` counts from one."""

    number: int
    principal_fen: int
    interest_fen: int
    fee_fen: int

    @property
    def total_fen(self) -> int:
        """Return everything due."""
        return self.principal_fen + self.interest_fen + self.fee_fen


class Schedule(msgspec.Struct, frozen=True):
    """A whole repayment plan, one instalment a month; where nothing is due, it holds zeros."""

    principal_fen: int
    rate_bps: int
    method: RepaymentMethod
    upfront_fee_fen: int
    instalments: tuple[Instalment, ...]

    @property
    def term_months(self) -> int:
        """Return the number of instalments."""
        return len(self.instalments)


class CostSummary(msgspec.Struct, frozen=True):
    """What a loan costs its borrower; the total cost is interest plus all fees."""

    monthly_payment_fen: int
    last_payment_fen: int
    total_interest_fen: int
    total_fees_fen: int
    total_cost_fen: int
    annualised_rate_bps: int
    effective_rate_bps: int


def schedule(
    principal_fen: int,
    rate_bps: int,
    term_months: int,
    method: RepaymentMethod,
    fees: Fees = NO_FEES,
) -> Schedule:
    """Return the repayment plan of a loan.

    :raises LoanTermOutOfRange: if a figure is not an integer within its bounds
    """
    check_loan(principal_fen, rate_bps, term_months, fees)
    flows = _flows(principal_fen, rate_bps, term_months, method)
    fee_fen = fees.monthly_of(principal_fen)
    balance_fen = principal_fen
    instalments: list[Instalment] = []
    for number, payment_fen in enumerate(flows.payments, start=1):
        interest_fen = _month_interest(balance_fen, rate_bps)
        if method is RepaymentMethod.BULLET:
            interest_fen = flows.interest_fen if number == term_months else 0
        part_fen = payment_fen - interest_fen
        balance_fen -= part_fen
        instalments.append(Instalment(number, part_fen, interest_fen, fee_fen))
    return Schedule(
        principal_fen=principal_fen,
        rate_bps=rate_bps,
        method=method,
        upfront_fee_fen=fees.upfront_of(principal_fen),
        instalments=tuple(instalments),
    )


def cost(plan: Schedule) -> CostSummary:
    """Return what a plan costs."""
    parts = plan.instalments
    payments = [part.principal_fen + part.interest_fen for part in parts]
    flows = _Flows.of(plan.principal_fen, plan.rate_bps, plan.method, payments)
    return _summary(flows, plan.upfront_fee_fen, parts[0].fee_fen)


def check_loan(principal_fen: object, rate_bps: object, term_months: object, fees: Fees) -> None:
    """Accept only figures the arithmetic is exact for.

    :raises LoanTermOutOfRange: if a figure is not an integer within its bounds
    """
    if type(principal_fen) is not int or not 1 <= principal_fen <= MAX_PRINCIPAL_FEN:
        raise LoanTermOutOfRange(
            field="principalFen", minimum=1, maximum=MAX_PRINCIPAL_FEN,
            figure=Figure.FEN, name_zh="本金", name_en="The principal",
        )  # fmt: skip
    check_rate_bps(rate_bps)
    check_term_months(term_months)
    check_fees(fees)
    check_upfront(principal_fen, fees)


def check_upfront(principal_fen: int, fees: Fees) -> int:
    """Return the fee at drawdown once it leaves the borrower most of the principal.

    :raises LoanTermOutOfRange: if it takes more than the platform allows
    """
    upfront_fen = fees.upfront_of(principal_fen)
    highest_fen = highest_upfront_fen(principal_fen)
    if upfront_fen > highest_fen:
        raise LoanTermOutOfRange(
            field="fees.upfrontFen", minimum=0, maximum=highest_fen,
            figure=Figure.FEN, name_zh="一次性费用合计", name_en="Upfront fees",
        )  # fmt: skip
    return upfront_fen


def highest_upfront_fen(principal_fen: int) -> int:
    """Return the most that fees at drawdown may take from a principal."""
    return principal_fen * MAX_UPFRONT_FEE_BPS // _BPS


def check_fees(fees: Fees) -> Fees:
    """Return fees whose every figure is within its bounds.

    :raises LoanTermOutOfRange: naming the field at fault
    """
    figures = (
        ("fees.upfrontBps", fees.upfront_bps, MAX_UPFRONT_FEE_BPS, Figure.BPS, "一次性费率"),
        ("fees.upfrontFen", fees.upfront_fen, MAX_PRINCIPAL_FEN, Figure.FEN, "一次性费用"),
        ("fees.monthlyBps", fees.monthly_bps, MAX_MONTHLY_FEE_BPS, Figure.BPS, "每月费率"),
    )
    for field, value, maximum, figure, name_zh in figures:
        if type(value) is not int or not 0 <= value <= maximum:
            raise LoanTermOutOfRange(
                field=field,
                figure=figure,
                minimum=0,
                maximum=maximum,
                name_zh=name_zh,
                name_en=field,
            )
    return fees


class CostTable:
    """The cost of one amount over one term under many products; equal terms are worked out once.

    A match compares hundreds of products for the same amount and term, so the plan of a (rate,
    method) and the cost of a (rate, method, fees) are remembered for the length of that match.
    """

    def __init__(self, principal_fen: int, term_months: int) -> None:
        check_loan(principal_fen, 0, term_months, NO_FEES)
        self.principal_fen = principal_fen
        self.term_months = term_months
        self._flows: dict[tuple[int, str], _Flows] = {}
        self._costs: dict[tuple[int, str, int, int, int], CostSummary] = {}

    def cost(self, rate_bps: int, method: RepaymentMethod, fees: Fees = NO_FEES) -> CostSummary:
        """Return what the loan costs on these terms; equal to ``cost(schedule(…))``.

        :raises LoanTermOutOfRange: if a figure is not an integer within its bounds
        """
        name = method.value
        key = (rate_bps, name, fees.upfront_bps, fees.upfront_fen, fees.monthly_bps)
        known = self._costs.get(key)
        if known is None:
            known = self._costs[key] = self._worked_out(rate_bps, method, fees)
        return known

    def _worked_out(self, rate_bps: int, method: RepaymentMethod, fees: Fees) -> CostSummary:
        principal_fen = self.principal_fen
        check_rate_bps(rate_bps)
        upfront_fen = check_upfront(principal_fen, fees)
        key = (rate_bps, method.value)
        flows = self._flows.get(key)
        if flows is None:
            flows = self._flows[key] = _flows(principal_fen, rate_bps, self.term_months, method)
        return _summary(flows, upfront_fen, fees.monthly_of(principal_fen))


class _Flows(NamedTuple):
    """A plan without fees: what is paid each month, and the interest in it."""

    principal_fen: int
    rate_bps: int
    method: RepaymentMethod
    payments: list[int]
    interest_fen: int

    @classmethod
    def of(
        cls, principal_fen: int, rate_bps: int, method: RepaymentMethod, payments: list[int]
    ) -> Self:
        return cls(principal_fen, rate_bps, method, payments, sum(payments) - principal_fen)

    def balance_months(self, upfront_fee_fen: int, monthly_fees_fen: int) -> int:
        """Return about how many fen were outstanding for how many months, fees taken into account.

        Cost over this sum is nearly the monthly rate. A fee at drawdown is money never lent: its
        part of the balance falls from all of it to nothing, in a straight line where the principal
        stays, with the square of the time left where it is repaid evenly. Even monthly fees fall
        short of a falling balance first and exceed it later.
        """
        months = len(self.payments)
        if self.method in _AT_MATURITY:
            unpaid_fen = self.interest_fen if self.method is RepaymentMethod.BULLET else 0
            return self.principal_fen * months + (unpaid_fen - upfront_fee_fen) * months // 2
        lent = self.principal_fen * (months + 1) // 2
        if self.interest_fen:
            lent = self.interest_fen * _YEAR_BPS // self.rate_bps
        return lent - upfront_fee_fen * months // 3 + monthly_fees_fen * months // 6


def _rounded(numerator: int, denominator: int) -> int:
    """Divide two non-negative integers and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _month_interest(balance_fen: int, rate_bps: int) -> int:
    return (balance_fen * rate_bps + _HALF_YEAR_BPS) // _YEAR_BPS


def _flows(principal_fen: int, rate_bps: int, term_months: int, method: RepaymentMethod) -> _Flows:
    before_last = term_months - 1
    if method is RepaymentMethod.EQUAL_INSTALMENT:
        payments = _equal_instalments(principal_fen, rate_bps, term_months)
    elif method is RepaymentMethod.EQUAL_PRINCIPAL:
        payments = _equal_principal(principal_fen, rate_bps, term_months)
    elif method is RepaymentMethod.BULLET:
        interest_fen = _rounded(principal_fen * rate_bps * term_months, _YEAR_BPS)
        payments = [0] * before_last + [principal_fen + interest_fen]
    else:
        interest_fen = _month_interest(principal_fen, rate_bps)
        payments = [interest_fen] * before_last + [principal_fen + interest_fen]
    return _Flows.of(principal_fen, rate_bps, method, payments)


def _equal_principal(principal_fen: int, rate_bps: int, term_months: int) -> list[int]:
    part_fen = _rounded(principal_fen, term_months)
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


def _equal_instalments(principal_fen: int, rate_bps: int, term_months: int) -> list[int]:
    instalment_fen = _level_instalment(principal_fen, rate_bps, term_months)
    half, year = _HALF_YEAR_BPS, _YEAR_BPS
    balance_fen = principal_fen
    for _ in range(term_months - 1):
        balance_fen += (balance_fen * rate_bps + half) // year - instalment_fen
    if balance_fen >= 0:
        last_fen = balance_fen + _month_interest(balance_fen, rate_bps)
        return [instalment_fen] * (term_months - 1) + [last_fen]
    # An instalment rounded up repays a small, long loan before its last month; the months after it
    # are empty.
    balance_fen = principal_fen
    payments: list[int] = []
    for _ in range(term_months):
        due_fen = balance_fen + _month_interest(balance_fen, rate_bps)
        payments.append(min(instalment_fen, due_fen))
        balance_fen = due_fen - payments[-1]
    return payments


def _level_instalment(principal_fen: int, rate_bps: int, term_months: int) -> int:
    """Return P·i·(1+i)^n ÷ ((1+i)^n − 1), never below the first month's interest."""
    if not rate_bps:
        return _rounded(principal_fen, term_months)
    grown = (_YEAR_BPS + rate_bps) ** term_months
    instalment = _rounded(
        principal_fen * rate_bps * grown, _YEAR_BPS * (grown - _YEAR_BPS**term_months)
    )
    return max(instalment, _month_interest(principal_fen, rate_bps))


def _summary(flows: _Flows, upfront_fee_fen: int, monthly_fee_fen: int) -> CostSummary:
    payments = flows.payments
    if monthly_fee_fen:
        payments = [payment + monthly_fee_fen for payment in payments]
    monthly_fees_fen = monthly_fee_fen * len(payments)
    fees_fen = upfront_fee_fen + monthly_fees_fen
    cost_fen = flows.interest_fen + fees_fen
    rate = annualised_rate(
        flows.principal_fen - upfront_fee_fen,
        payments,
        guess=(cost_fen, flows.balance_months(upfront_fee_fen, monthly_fees_fen)),
    )
    return CostSummary(
        payments[0],
        payments[-1],
        flows.interest_fen,
        fees_fen,
        cost_fen,
        rate.nominal_bps,
        rate.effective_bps,
    )
