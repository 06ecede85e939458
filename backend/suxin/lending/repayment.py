"""Repayment plans and what a loan costs (还款计划), exact to the fen.

Interest of a month is the outstanding balance × annual rate ÷ 12, whatever the days of the month,
rounded half up to the fen (四舍五入) on exact integers. The level instalment (等额本息) is rounded once in
the same way; the last instalment pays whatever balance is left, so the principal parts always sum
to the principal.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from suxin.lending.annualised_rate import annualised_rate
from suxin.lending.flows import ALL_AT_MATURITY, Flows, flows_of, month_interest
from suxin.lending.terms import (
    MAX_AMOUNT_FEN,
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
# A share is rounded half up: twice the product and a half, over twice the whole.
_TWICE_BPS: Final = 2 * _BPS

MAX_UPFRONT_FEE_FEN: Final = MAX_AMOUNT_FEN * MAX_UPFRONT_FEE_BPS // _BPS
"""What may be charged at drawdown of the largest loan there is."""

_FEES: Final = (
    ("upfrontFeeBps", MAX_UPFRONT_FEE_BPS, Figure.BPS, "一次性费率", "The upfront fee rate"),
    ("upfrontFeeFen", MAX_UPFRONT_FEE_FEN, Figure.FEN, "一次性费用", "The upfront fee"),
    ("monthlyFeeBps", MAX_MONTHLY_FEE_BPS, Figure.BPS, "每月费率", "The monthly fee rate"),
)
"""Each fee by the input it comes from, its highest value, and its names."""


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
        return (2 * principal_fen * self.upfront_bps + _BPS) // _TWICE_BPS + self.upfront_fen

    def monthly_of(self, principal_fen: int) -> int:
        """Return the fee of one month."""
        return (2 * principal_fen * self.monthly_bps + _BPS) // _TWICE_BPS


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


class CostSummary(msgspec.Struct, frozen=True, gc=False):
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
    flows = flows_of(principal_fen, rate_bps, term_months, method)
    fee_fen = fees.monthly_of(principal_fen)
    balance_fen = principal_fen
    instalments: list[Instalment] = []
    for number, payment_fen in enumerate(flows.payments(), start=1):
        interest_fen = month_interest(balance_fen, rate_bps)
        if method in ALL_AT_MATURITY:
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
    flows = flows_of(plan.principal_fen, plan.rate_bps, plan.term_months, plan.method)
    return _summary(flows, plan.upfront_fee_fen, plan.instalments[0].fee_fen)


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
            field="upfrontFeeFen", minimum=0, maximum=highest_fen,
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
    values = (fees.upfront_bps, fees.upfront_fen, fees.monthly_bps)
    for value, (field, maximum, figure, name_zh, name_en) in zip(values, _FEES, strict=True):
        if type(value) is not int or not 0 <= value <= maximum:
            raise LoanTermOutOfRange(
                field=field,
                figure=figure,
                minimum=0,
                maximum=maximum,
                name_zh=name_zh,
                name_en=name_en,
            )
    return fees


class Price(NamedTuple):
    """What makes one loan of an amount and a term cost more than another."""

    rate_bps: int
    method: RepaymentMethod
    fees: Fees = NO_FEES


def costs(principal_fen: int, term_months: int, prices: Sequence[Price]) -> list[CostSummary]:
    """Return what one amount over one term costs at each price; each equals its ``cost(schedule(…))``.

    A match compares hundreds of products, so equal plans are made once and equal prices worked out once; and all plans are
    made before any rate is sought, since a processor is quicker at one thing many times over than at each in turn.

    :raises LoanTermOutOfRange: if a figure is not an integer within its bounds
    """
    check_loan(principal_fen, 0, term_months, NO_FEES)
    plans: dict[tuple[int, str], Flows] = {}
    for rate_bps, method, _ in prices:
        plan = (rate_bps, method.stored)
        if plan not in plans:
            check_rate_bps(rate_bps)
            plans[plan] = flows_of(principal_fen, rate_bps, term_months, method)
    summaries: dict[tuple[int, str, int, int], CostSummary] = {}
    found: list[CostSummary] = []
    for rate_bps, method, fees in prices:
        upfront_fen = check_upfront(principal_fen, fees)
        monthly_fen = fees.monthly_of(principal_fen)
        price = (rate_bps, method.stored, upfront_fen, monthly_fen)
        summary = summaries.get(price)
        if summary is None:
            flows = plans[rate_bps, method.stored]
            summary = summaries[price] = _summary(flows, upfront_fen, monthly_fen)
        found.append(summary)
    return found


def _summary(flows: Flows, upfront_fee_fen: int, monthly_fee_fen: int) -> CostSummary:
    monthly_fees_fen = monthly_fee_fen * flows.term_months
    fees_fen = upfront_fee_fen + monthly_fees_fen
    cost_fen = flows.interest_fen + fees_fen
    rate = annualised_rate(
        flows.principal_fen - upfront_fee_fen,
        lambda: [payment + monthly_fee_fen for payment in flows.payments()],
        cost_fen=cost_fen,
        balance_months=flows.balance_months(upfront_fee_fen, monthly_fees_fen),
        line=flows.line(monthly_fee_fen),
    )
    return CostSummary(
        flows.first_fen + monthly_fee_fen,
        flows.last_fen + monthly_fee_fen,
        flows.interest_fen,
        fees_fen,
        cost_fen,
        rate.nominal_bps,
        rate.effective_bps,
    )
