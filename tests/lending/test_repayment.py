"""Repayment plans and what a loan costs, against exact fractions and an independent solver."""

from fractions import Fraction
from math import floor

import pytest
import pyxirr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from suxin.lending.annualised_rate import annualised_rate
from suxin.lending.flows import ALL_AT_MATURITY, flows_of
from suxin.lending.repayment import (
    MAX_PRINCIPAL_FEN,
    NO_FEES,
    CostSummary,
    Fees,
    Instalment,
    Price,
    check_fees,
    cost,
    costs,
    schedule,
)
from suxin.lending.terms import LoanTermOutOfRange, RepaymentMethod

principals = st.integers(1, MAX_PRINCIPAL_FEN)
real_principals = st.integers(100_000, 10_000_000_000)
rates = st.integers(0, 2_400)
terms = st.integers(1, 360)
methods = st.sampled_from(RepaymentMethod)
fee_sets = st.builds(
    Fees,
    upfront_bps=st.integers(0, 500),
    upfront_fen=st.integers(0, 5_000),
    monthly_bps=st.integers(0, 100),
)


def worth(payments, monthly_rate):
    """Discount payments exactly; the first is due after one month."""
    factor = 1 / (1 + monthly_rate)
    total = Fraction(0)
    for payment in reversed(payments):
        total = (total + payment) * factor
    return total


def payments_of(plan):
    return [part.total_fen for part in plan.instalments]


def test_equal_instalments_of_100_thousand_yuan_over_a_year():
    plan = schedule(10_000_000, 435, 12, RepaymentMethod.EQUAL_INSTALMENT)
    exact = Fraction(10_000_000 * 435, 120_000) / (1 - Fraction(120_000, 120_435) ** 12)
    assert plan.instalments[0] == Instalment(1, 816_849, 36_250, 0)
    assert plan.instalments[0].total_fen == round(exact) == 853_099
    assert plan.instalments[-1] == Instalment(12, 850_020, 3_081, 0)
    assert plan.term_months == 12
    summary = cost(plan)
    assert summary.monthly_payment_fen == 853_099
    assert summary.last_payment_fen == 853_101
    assert summary.total_interest_fen == summary.total_cost_fen == 237_190
    assert summary.annualised_rate_bps == 435
    assert summary.effective_rate_bps == 444


def test_equal_principal_of_10_thousand_yuan_over_three_months():
    plan = schedule(1_000_000, 360, 3, RepaymentMethod.EQUAL_PRINCIPAL)
    assert plan.instalments == (
        Instalment(1, 333_333, 3_000, 0),
        Instalment(2, 333_333, 2_000, 0),
        Instalment(3, 333_334, 1_000, 0),
    )


def test_bullet_and_monthly_interest_pay_the_principal_at_maturity():
    bullet = schedule(1_000_000, 360, 3, RepaymentMethod.BULLET)
    assert payments_of(bullet) == [0, 0, 1_009_000]
    assert [part.interest_fen for part in bullet.instalments] == [0, 0, 9_000]
    monthly = schedule(1_000_000, 360, 3, RepaymentMethod.INTEREST_MONTHLY)
    assert payments_of(monthly) == [3_000, 3_000, 1_003_000]
    # Interest paid only at maturity is worth less to the lender than the same interest month by
    # month.
    assert cost(bullet).annualised_rate_bps == 359
    assert cost(monthly).annualised_rate_bps == 360


def test_interest_rounds_half_up_to_the_fen():
    # 60,000 fen at one basis point a year make exactly half a fen in a month.
    half = schedule(60_000, 1, 1, RepaymentMethod.BULLET)
    below = schedule(59_999, 1, 1, RepaymentMethod.BULLET)
    assert [half.instalments[0].interest_fen, below.instalments[0].interest_fen] == [1, 0]


def test_fees_are_part_of_the_cost_and_of_the_annualised_rate():
    fees = Fees(upfront_bps=100, upfront_fen=20_000, monthly_bps=5)
    plan = schedule(100_000_000, 435, 12, RepaymentMethod.EQUAL_INSTALMENT, fees)
    assert plan.upfront_fee_fen == 1_020_000
    assert {part.fee_fen for part in plan.instalments} == {50_000}
    summary = cost(plan)
    assert summary.total_fees_fen == 1_020_000 + 12 * 50_000
    assert summary.total_cost_fen == summary.total_interest_fen + summary.total_fees_fen
    independent = pyxirr.irr([-(100_000_000.0 - 1_020_000)] + [float(p) for p in payments_of(plan)])
    assert summary.annualised_rate_bps == round(independent * 120_000) == 736
    assert summary.effective_rate_bps == round(((1 + independent) ** 12 - 1) * 10_000) == 762


def test_without_interest_and_fees_the_loan_costs_nothing():
    for method in RepaymentMethod:
        summary = cost(schedule(1_000_000, 0, 7, method))
        assert summary.total_cost_fen == 0
        assert (summary.annualised_rate_bps, summary.effective_rate_bps) == (0, 0)


def test_one_month_is_the_same_by_every_method():
    plans = {payments_of(schedule(5_000_000, 480, 1, method))[0] for method in RepaymentMethod}
    assert plans == {5_020_000}


def test_an_instalment_rounded_up_may_finish_a_tiny_loan_early():
    plan = schedule(200, 0, 360, RepaymentMethod.EQUAL_INSTALMENT)
    assert [part.principal_fen for part in plan.instalments] == [1] * 200 + [0] * 160
    halves = schedule(3, 0, 2, RepaymentMethod.EQUAL_PRINCIPAL)
    assert [part.principal_fen for part in halves.instalments] == [2, 1]
    tiny = schedule(1, 2_400, 360, RepaymentMethod.EQUAL_PRINCIPAL)
    assert [part.principal_fen for part in tiny.instalments] == [0] * 359 + [1]


@given(principals, rates, terms, methods)
@example(MAX_PRINCIPAL_FEN, 2_400, 360, RepaymentMethod.EQUAL_INSTALMENT)
@example(100_000, 2_400, 360, RepaymentMethod.EQUAL_INSTALMENT)
@example(1, 0, 360, RepaymentMethod.EQUAL_PRINCIPAL)
def test_the_principal_parts_sum_to_the_principal(principal, rate, term, method):
    plan = schedule(principal, rate, term, method)
    assert sum(part.principal_fen for part in plan.instalments) == principal
    assert [part.number for part in plan.instalments] == list(range(1, term + 1))
    assert all(part.principal_fen >= 0 and part.interest_fen >= 0 for part in plan.instalments)


@given(principals, rates, terms, methods)
def test_interest_is_that_of_the_balance_before_each_instalment(principal, rate, term, method):
    assume(method not in ALL_AT_MATURITY)
    balance = principal
    for part in schedule(principal, rate, term, method).instalments:
        assert abs(part.interest_fen - Fraction(balance * rate, 120_000)) <= Fraction(1, 2)
        balance -= part.principal_fen


@given(real_principals, rates, st.integers(1, 60), methods, fee_sets)
def test_the_annualised_rate_is_exact_to_the_basis_point(principal, rate, term, method, fees):
    plan = schedule(principal, rate, term, method, fees)
    shown = cost(plan).annualised_rate_bps
    received = principal - plan.upfront_fee_fen
    payments = payments_of(plan)
    # The true rate lies within half a basis point, a hair for fixed point, of what is shown.
    above = Fraction(2 * shown + 1, 240_000) + Fraction(1, 10**9)
    below = Fraction(2 * shown - 1, 240_000) - Fraction(1, 10**9)
    assert worth(payments, above) <= received
    assert shown == 0 or worth(payments, below) >= received


@given(real_principals, rates, terms, methods, fee_sets)
def test_the_annualised_rate_agrees_with_an_independent_solver(principal, rate, term, method, fees):
    plan = schedule(principal, rate, term, method, fees)
    received = float(principal - plan.upfront_fee_fen)
    independent = pyxirr.irr([-received] + [float(p) for p in payments_of(plan)])
    # The independent solver finds no answer for some long plans.
    assume(independent is not None)
    summary = cost(plan)
    assert abs(summary.annualised_rate_bps - independent * 120_000) <= 0.501
    effective = ((1 + independent) ** 12 - 1) * 10_000
    assert abs(summary.effective_rate_bps - effective) <= 0.501
    assert summary.effective_rate_bps >= summary.annualised_rate_bps


@given(st.integers(100_000_000, 10_000_000_000), rates, st.integers(1, 120))
def test_without_fees_the_annualised_rate_is_the_contract_rate(principal, rate, term):
    for method in RepaymentMethod:
        shown = cost(schedule(principal, rate, term, method)).annualised_rate_bps
        assert shown <= rate if method in ALL_AT_MATURITY else shown == rate


def paper_interest(balance, rate):
    return floor(Fraction(balance * rate, 120_000) + Fraction(1, 2))


def paper_part(principal, rate, term, method):
    """Return the principal part, or the whole instalment, that every month before the last aims at."""
    if method is RepaymentMethod.EQUAL_INSTALMENT and rate:
        grown = Fraction(120_000 + rate, 120_000) ** term
        exact = Fraction(principal * rate, 120_000) * grown / (grown - 1)
        return max(floor(exact + Fraction(1, 2)), paper_interest(principal, rate))
    if method in (RepaymentMethod.EQUAL_INSTALMENT, RepaymentMethod.EQUAL_PRINCIPAL):
        return floor(Fraction(principal, term) + Fraction(1, 2))
    return 0


def listed_payments(principal, rate, term, method):
    """List a plan month by month, as a person would with paper and pencil."""
    part = paper_part(principal, rate, term, method)
    balance, payments = principal, []
    for month in range(1, term + 1):
        interest = paper_interest(balance, rate)
        due = balance + interest
        if month == term:
            payments.append(due)
        elif method is RepaymentMethod.EQUAL_INSTALMENT:
            payments.append(min(part, due))
        else:
            payments.append(min(part, balance) + interest)
        balance = due - payments[-1]
    if method in ALL_AT_MATURITY:
        whole = floor(Fraction(principal * rate * term, 120_000) + Fraction(1, 2))
        payments = [0] * (term - 1) + [principal + whole]
    return payments


def listed_cost(principal, rate, term, method, fees):
    """Work out what a loan costs from the list of its payments, its annualised rate in integers alone."""
    monthly_fen, upfront_fen = fees.monthly_of(principal), fees.upfront_of(principal)
    payments = [payment + monthly_fen for payment in listed_payments(principal, rate, term, method)]
    interest_fen = sum(payments) - monthly_fen * term - principal
    fees_fen = upfront_fen + monthly_fen * term
    balance_months = flows_of(principal, rate, term, method).balance_months(
        upfront_fen, monthly_fen * term
    )
    shown = annualised_rate(
        principal - upfront_fen,
        lambda: payments,
        cost_fen=interest_fen + fees_fen,
        balance_months=balance_months,
        line=None,
    )
    return CostSummary(
        payments[0], payments[-1], interest_fen, fees_fen, interest_fen + fees_fen, *shown
    )


@settings(max_examples=500)
@given(
    real_principals | principals.filter(lambda fen: fen >= 100_000) | st.integers(100_000, 200_000),
    rates,
    terms,
    methods,
    fee_sets,
)
@example(50_000_000, 605, 360, RepaymentMethod.EQUAL_INSTALMENT, Fees(100, 0, 5))
@example(50_000_000, 604, 360, RepaymentMethod.EQUAL_PRINCIPAL, Fees(100, 0, 5))
@example(MAX_PRINCIPAL_FEN, 2_400, 360, RepaymentMethod.EQUAL_PRINCIPAL, Fees(500, 5_000, 100))
@example(100_001, 1, 360, RepaymentMethod.EQUAL_INSTALMENT, NO_FEES)
@example(480_000_000, 0, 240, RepaymentMethod.EQUAL_PRINCIPAL, Fees(upfront_fen=1))
def test_what_a_loan_costs_is_what_its_listed_payments_say(principal, rate, term, method, fees):
    expected = listed_cost(principal, rate, term, method, fees)
    assert costs(principal, term, [Price(rate, method, fees)]) == [expected]
    assert cost(schedule(principal, rate, term, method, fees)) == expected


@given(st.integers(1, 2_000), rates, terms, methods)
def test_a_tiny_loan_costs_what_its_listed_payments_say(principal, rate, term, method):
    expected = listed_cost(principal, rate, term, method, NO_FEES)
    assert costs(principal, term, [Price(rate, method)]) == [expected]
    plan = schedule(principal, rate, term, method)
    assert payments_of(plan) == listed_payments(principal, rate, term, method)


@given(real_principals, terms, st.lists(st.tuples(rates, methods, fee_sets), max_size=6))
def test_prices_asked_together_cost_what_they_cost_alone(principal, term, prices):
    together = costs(principal, term, [Price(*price) for price in [*prices, *prices]])
    assert together == 2 * [costs(principal, term, [Price(*price)])[0] for price in prices]


@given(real_principals, st.integers(0, 2_390), st.integers(1, 60), methods, fee_sets)
def test_a_higher_rate_or_fee_never_costs_less(principal, rate, term, method, fees):
    prices = [Price(rate, method, fees), Price(rate + 10, method, fees), Price(rate, method)]
    base, dearer, without_fees = costs(principal, term, prices)
    assert dearer.total_cost_fen >= base.total_cost_fen
    assert dearer.annualised_rate_bps >= base.annualised_rate_bps
    assert without_fees.total_cost_fen <= base.total_cost_fen


@pytest.mark.parametrize(
    ("principal", "rate", "term", "fees", "field"),
    [
        (0, 435, 12, NO_FEES, "principalFen"),
        (-1, 435, 12, NO_FEES, "principalFen"),
        (MAX_PRINCIPAL_FEN + 1, 435, 12, NO_FEES, "principalFen"),
        (1_000_000.0, 435, 12, NO_FEES, "principalFen"),
        (True, 435, 12, NO_FEES, "principalFen"),
        (1_000_000, 2_401, 12, NO_FEES, "rateBps"),
        (1_000_000, 4.35, 12, NO_FEES, "rateBps"),
        (1_000_000, 435, 0, NO_FEES, "termMonths"),
        (1_000_000, 435, 361, NO_FEES, "termMonths"),
        (1_000_000, 435, 12, Fees(upfront_bps=1_001), "upfrontFeeBps"),
        (1_000_000, 435, 12, Fees(upfront_bps=-1), "upfrontFeeBps"),
        (1_000_000, 435, 12, Fees(monthly_bps=101), "monthlyFeeBps"),
        (1_000_000, 435, 12, Fees(upfront_fen=100_001), "upfrontFeeFen"),
        (10**13, 435, 12, Fees(upfront_fen=1_000_000_001), "upfrontFeeFen"),
    ],
)
def test_figures_out_of_range_are_refused(principal, rate, term, fees, field):
    with pytest.raises(LoanTermOutOfRange) as refused:
        schedule(principal, rate, term, RepaymentMethod.EQUAL_INSTALMENT, fees)
    assert refused.value.field == field
    assert field not in refused.value.en_message


def test_no_fee_is_above_that_of_the_largest_loan():
    with pytest.raises(LoanTermOutOfRange) as refused:
        check_fees(Fees(upfront_fen=-1))
    assert refused.value.zh_message == "一次性费用应为 0元 至 1,000万元"
    assert refused.value.en_message == "The upfront fee must be 0.00 to 10,000,000.00 yuan"
