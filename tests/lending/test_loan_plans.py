"""Plans and what covers them, as functions of the facts: exact to the fen, and the same in whatever order they were reported."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.lending.loans.models import LoanDrawdown, LoanRepayment
from suxin.lending.loans.plans import (
    Change,
    OutsidePlan,
    Sums,
    Terms,
    cover,
    oldest_unpaid,
    owed_fen,
    plan_of,
)
from suxin.lending.loans.reckoning import account_of
from suxin.lending.loans.standing import CLASSES_FROM_DAYS, class_of, stand
from suxin.lending.loans.states import LoanState, RepaymentKind, RiskClass
from suxin.lending.repayment import schedule
from suxin.lending.terms import RepaymentMethod

FIRST = date(2026, 11, 20)
METHODS = st.sampled_from(list(RepaymentMethod))
TERMS = st.builds(Terms, st.integers(0, 2_400), st.integers(1, 36), METHODS)
DAYS = st.integers(0, 400).map(lambda days: FIRST + timedelta(days=days))
CHANGES = st.lists(
    st.builds(Change, DAYS, st.integers(-3_000_000, 9_000_000).filter(bool)), max_size=6
)


def planned(terms: Terms, changes: list[Change]) -> Any:
    """The plan, or that there is none."""
    try:
        return plan_of(terms, changes)
    except OutsidePlan:
        return OutsidePlan


@given(terms=TERMS, amount_fen=st.integers(1, 10**10))
def test_what_is_drawn_at_once_is_planned_as_it_was_offered(terms: Terms, amount_fen: int) -> None:
    plan = plan_of(terms, [Change(FIRST, amount_fen)])
    offered = schedule(amount_fen, terms.rate_bps, terms.term_months, terms.method)
    if terms.method is RepaymentMethod.REVOLVING:
        assert [one.principal_fen for one in plan] == [amount_fen]
        return
    parts = [one for one in offered.instalments if terms.method is not RepaymentMethod.BULLET]
    parts = parts or [offered.instalments[-1]]
    assert [(one.principal_fen, one.interest_fen, one.fee_fen) for one in plan] == [
        (part.principal_fen, part.interest_fen, part.fee_fen) for part in parts
    ]


@given(terms=TERMS, data=st.data(), changes=CHANGES)
def test_a_plan_sums_to_what_is_drawn_whatever_the_order_of_reports(
    terms: Terms, data: st.DataObject, changes: list[Change]
) -> None:
    shuffled = data.draw(st.permutations(changes))
    plan = planned(terms, changes)
    assert planned(terms, shuffled) == plan
    if plan is OutsidePlan:
        return
    assert sum(one.principal_fen for one in plan) == sum(one.amount_fen for one in changes)
    assert all(min(one.principal_fen, one.interest_fen) >= 0 for one in plan)
    assert [one.due_on for one in plan] == sorted(one.due_on for one in plan)


@given(
    terms=TERMS,
    amount_fen=st.integers(1, 10**9),
    principal_fen=st.integers(0, 10**9),
    interest_fen=st.integers(0, 10**7),
    unsplit_fen=st.integers(0, 10**9),
)
def test_what_is_repaid_covers_the_oldest_and_nothing_is_lost(
    terms: Terms, amount_fen: int, principal_fen: int, interest_fen: int, unsplit_fen: int
) -> None:
    plan = plan_of(terms, [Change(FIRST, amount_fen)])
    sums = Sums(principal_fen, interest_fen, 0, unsplit_fen)
    stood = cover(plan, sums)
    assert stood.principal_fen + stood.interest_fen + stood.fee_fen + stood.beyond_fen == sum(sums)
    assert 0 <= stood.principal_fen <= amount_fen
    for kind, dues in enumerate(zip(*((one[2:5]) for one in plan), strict=True)):
        parts = [one[kind] for one in stood.covers]
        if not unsplit_fen:
            # By kind, an instalment is begun only when those before it are covered.
            begun = [part < due for part, due in zip(parts, dues, strict=True)]
            later = parts[begun.index(True) + 1 :] if True in begun else []
            assert not any(later)
    if stood.beyond_fen and unsplit_fen > stood.beyond_fen:
        assert owed_fen(plan, stood.covers) == 0


def test_money_that_is_not_split_goes_to_interest_before_principal_instalment_by_instalment() -> (
    None
):
    terms = Terms(1_200, 2, RepaymentMethod.EQUAL_PRINCIPAL)
    plan = plan_of(terms, [Change(FIRST, 200_000)])
    assert [one[1:4] for one in plan] == [
        (date(2026, 12, 20), 100_000, 2_000),
        (date(2027, 1, 20), 100_000, 1_000),
    ]
    stood = cover(plan, Sums(unsplit_fen=102_600))
    assert stood.covers == ((100_000, 2_000, 0), (0, 600, 0))
    stood = cover(plan, Sums(unsplit_fen=1_500))
    assert stood.covers == ((0, 1_500, 0), (0, 0, 0))


def test_a_prepayment_saves_interest_from_the_next_due_day_on() -> None:
    terms = Terms(1_200, 3, RepaymentMethod.INTEREST_MONTHLY)
    plan = plan_of(terms, [Change(FIRST, 300_000), Change(date(2026, 12, 25), -100_000)])
    assert [(one.principal_fen, one.interest_fen) for one in plan] == [
        (0, 3_000),
        (0, 2_000),
        (200_000, 2_000),
    ]


def test_a_bullet_bears_interest_by_the_months_each_part_was_out() -> None:
    terms = Terms(1_200, 3, RepaymentMethod.BULLET)
    plan = plan_of(terms, [Change(FIRST, 300_000), Change(date(2026, 12, 25), -100_000)])
    assert plan[0][1:4] == (date(2027, 2, 20), 200_000, 3 * 3_000 - 2 * 1_000)


def test_what_is_drawn_at_will_bears_interest_by_the_day() -> None:
    terms = Terms(360, 1, RepaymentMethod.REVOLVING)
    changes = [Change(FIRST, 1_000_000), Change(date(2026, 11, 30), -1_000_000)]
    assert plan_of(terms, changes)[0][2:4] == (0, 10 * 100)


@pytest.mark.parametrize(
    "change",
    [
        Change(date(2027, 1, 20), 1),
        Change(date(2026, 12, 1), -200_001),
        Change(date(2027, 1, 20), -1),
    ],
)
def test_a_change_outside_the_plan_is_none(change: Change) -> None:
    terms = Terms(1_200, 2, RepaymentMethod.EQUAL_PRINCIPAL)
    with pytest.raises(OutsidePlan):
        plan_of(terms, [Change(FIRST, 200_000), change])


def test_a_loan_is_late_from_the_day_after_its_due_day() -> None:
    terms = Terms(1_200, 2, RepaymentMethod.EQUAL_PRINCIPAL)
    plan = plan_of(terms, [Change(FIRST, 200_000)])
    stood = cover(plan, Sums())
    due = plan[0].due_on
    for today, expected in (
        (due, (LoanState.DISBURSED, None, 0, RiskClass.NORMAL)),
        (due + timedelta(days=1), (LoanState.OVERDUE, due, 1, RiskClass.SPECIAL_MENTION)),
        (due + timedelta(days=91), (LoanState.OVERDUE, due, 91, RiskClass.SUBSTANDARD)),
    ):
        since = oldest_unpaid(plan, stood.covers, today=today)
        assert stand(first_due_on=due, unpaid_since=since, today=today) == expected
    paid = cover(plan, Sums(unsplit_fen=102_000))
    later = due + timedelta(days=1)
    assert oldest_unpaid(plan, paid.covers, today=later) is None
    stands = stand(first_due_on=due, unpaid_since=None, today=later)
    assert stands == (LoanState.PERFORMING, None, 0, RiskClass.NORMAL)


def test_classes_follow_from_the_days_alone() -> None:
    assert [class_of(days) for days in (0, 1, 90, 91, 270, 271, 360, 361)] == [
        RiskClass.NORMAL,
        RiskClass.SPECIAL_MENTION,
        RiskClass.SPECIAL_MENTION,
        RiskClass.SUBSTANDARD,
        RiskClass.SUBSTANDARD,
        RiskClass.DOUBTFUL,
        RiskClass.DOUBTFUL,
        RiskClass.LOSS,
    ]
    assert [least for least, _ in CLASSES_FROM_DAYS] == sorted(
        (least for least, _ in CLASSES_FROM_DAYS), reverse=True
    )


REPAYMENTS = st.lists(
    st.builds(
        lambda day, parts, prepays: LoanRepayment(
            kind=RepaymentKind.PREPAYMENT if prepays and parts[0] else RepaymentKind.DUE,
            paid_on=day,
            amount_fen=sum(parts) or 1,
            principal_fen=parts[0] if sum(parts) else None,
            interest_fen=parts[1] if sum(parts) else None,
            fee_fen=0 if sum(parts) else None,
        ),
        DAYS,
        st.tuples(st.integers(0, 2_000_000), st.integers(0, 50_000)),
        st.booleans(),
    ),
    max_size=6,
)


@given(
    terms=TERMS,
    drawn=st.lists(
        st.builds(
            lambda day, amount_fen: LoanDrawdown(drawn_on=day, amount_fen=amount_fen),
            DAYS,
            st.integers(1, 9_000_000),
        ),
        min_size=1,
        max_size=3,
    ),
    repaid=REPAYMENTS,
    data=st.data(),
)
def test_an_account_follows_from_its_facts_in_any_order(
    terms: Terms, drawn: list[LoanDrawdown], repaid: list[LoanRepayment], data: st.DataObject
) -> None:
    def account(one: list[LoanDrawdown], other: list[LoanRepayment]) -> Any:
        try:
            return account_of(terms, one, other)
        except OutsidePlan:
            return OutsidePlan

    found = account(drawn, repaid)
    again = account(data.draw(st.permutations(drawn)), data.draw(st.permutations(repaid)))
    assert again == found
    if found is OutsidePlan:
        return
    outstanding_fen = found.drawn_fen - found.principal_paid_fen
    uncovered_fen = sum(
        one.principal_fen - part.principal_fen
        for one, part in zip(found.plan, found.position.covers, strict=True)
    )
    assert outstanding_fen == uncovered_fen >= 0
    assert found.drawn_fen == sum(one.amount_fen for one in drawn)
