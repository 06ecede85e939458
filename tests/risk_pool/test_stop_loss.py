"""When a pool stops taking loans: levels, the gap before it opens again, a lift by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.risk_pool.agreements import StopLossLevels
from suxin.risk_pool.stop_loss import CompensationRate, Lift, StopLossState, next_state

NORMAL, WARN, SUSPENDED, TERMINATED = StopLossState
LEVELS = StopLossLevels()


def rate(bps: int) -> CompensationRate:
    return CompensationRate(bps, 10_000)


@pytest.mark.parametrize(
    ("state", "bps", "expected"),
    [
        (NORMAL, 0, NORMAL),
        (NORMAL, 299, NORMAL),
        (NORMAL, 300, WARN),
        (NORMAL, 499, WARN),
        (NORMAL, 500, SUSPENDED),
        (WARN, 999, SUSPENDED),
        (NORMAL, 1_000, TERMINATED),
        (SUSPENDED, 1_000, TERMINATED),
        # A state is left below its level by the gap, not at it.
        (WARN, 299, WARN),
        (WARN, 250, WARN),
        (WARN, 249, NORMAL),
        (SUSPENDED, 499, SUSPENDED),
        (SUSPENDED, 450, SUSPENDED),
        (SUSPENDED, 449, WARN),
        (SUSPENDED, 260, WARN),
        (SUSPENDED, 0, NORMAL),
        # The end of a co-operation is not undone by a better rate.
        (TERMINATED, 0, TERMINATED),
    ],
)
def test_a_state_follows_from_the_rate(
    state: StopLossState, bps: int, expected: StopLossState
) -> None:
    assert next_state(state, rate(bps), LEVELS) is expected


@pytest.mark.parametrize(
    ("state", "bps", "expected"),
    [
        # Lifted at 6 %: it stays open until the rate rises above that.
        (WARN, 600, WARN),
        (WARN, 560, WARN),
        (WARN, 601, SUSPENDED),
        (WARN, 1_000, TERMINATED),
        (SUSPENDED, 600, WARN),
        (WARN, 100, NORMAL),
    ],
)
def test_a_lift_holds_until_the_rate_rises_above_it(
    state: StopLossState, bps: int, expected: StopLossState
) -> None:
    assert next_state(state, rate(bps), LEVELS, Lift(rate(600))) is expected


@pytest.mark.parametrize("state", StopLossState)
def test_without_a_balance_there_is_no_rate_and_the_state_stays(state: StopLossState) -> None:
    empty = CompensationRate(5, 0)
    assert next_state(state, empty, LEVELS) is state
    assert empty.bps is None


def test_the_rate_is_judged_exactly_and_shown_rounded_down() -> None:
    short = CompensationRate(49_999_999, 1_000_000_000)
    assert (short.bps, short.reaches(500)) == (499, False)
    assert next_state(NORMAL, short, LEVELS) is WARN
    assert next_state(NORMAL, CompensationRate(50_000_000, 1_000_000_000), LEVELS) is SUSPENDED


def test_only_a_normal_or_warned_pool_takes_loans() -> None:
    assert [state.takes_loans for state in StopLossState] == [True, True, False, False]


@given(st.sampled_from(StopLossState), st.integers(0, 2_000), st.integers(0, 2_000))
def test_a_higher_rate_never_leads_to_a_milder_state(
    state: StopLossState, one: int, other: int
) -> None:
    order = list(StopLossState)
    low, high = sorted((one, other))
    milder, harder = (next_state(state, rate(bps), LEVELS) for bps in (low, high))
    assert order.index(milder) <= order.index(harder)
    # Asked again at the same rate it stays where it is.
    assert next_state(harder, rate(high), LEVELS) is harder
