"""When what failed is tried again: later and later, never all at once, and never after 72 hours."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from suxin.events.schedule import (
    BREAK_AFTER,
    FIRST_PAUSE,
    FIRST_PROBE_PAUSE,
    LONGEST_PAUSE,
    LONGEST_PROBE_PAUSE,
    TRIED_FOR,
    longest_pause,
    next_attempt_at,
    next_probe_at,
)

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
shares = st.floats(min_value=0.0, max_value=1.0)


@given(shares.flatmap(lambda share: st.just(lambda low, high: low + share * (high - low))))
def test_every_schedule_ends_exactly_at_72_hours(uniform):
    until, moment, attempts = NOW + TRIED_FOR, NOW, 0
    while moment is not None and attempts < 2_000:
        attempts += 1
        following = next_attempt_at(
            attempts=attempts, now=moment, give_up_at=until, uniform=uniform
        )
        assert following is None or moment <= following <= until
        last, moment = moment, following
    # Who draws no pause at all, ever, is the one that does not come to an end here; nobody does.
    assert moment is None or uniform(0.0, 1.0) < 0.05
    assert moment is not None or last == until


@given(st.integers(1, 60), shares, st.floats(0, 4e5), st.integers(0, 72 * 3600 - 1))
def test_the_next_attempt_is_within_its_bounds(attempts, share, wanted_s, passed_s):
    now, until = NOW + timedelta(seconds=passed_s), NOW + TRIED_FOR
    following = next_attempt_at(
        attempts=attempts,
        now=now,
        give_up_at=until,
        uniform=lambda low, high: low + share * (high - low),
        wanted_pause_s=wanted_s,
    )
    assert following is not None
    assert now <= following <= until
    assert following == until or following - now >= timedelta(seconds=wanted_s) - timedelta(
        microseconds=1
    )
    assert following - now <= max(longest_pause(attempts), timedelta(seconds=wanted_s)) + timedelta(
        microseconds=1
    )


def test_pauses_double_up_to_three_hours():
    assert [longest_pause(number) for number in (1, 2, 3)] == [
        FIRST_PAUSE,
        FIRST_PAUSE * 2,
        FIRST_PAUSE * 4,
    ]
    assert longest_pause(12) < LONGEST_PAUSE
    assert longest_pause(13) == longest_pause(10_000) == LONGEST_PAUSE


def test_nothing_is_tried_when_its_time_is_over():
    assert next_attempt_at(attempts=1, now=NOW, give_up_at=NOW, uniform=lambda *_: 0.0) is None


def test_probes_come_at_first_each_minute_and_at_last_each_quarter_of_an_hour():
    first = next_probe_at(failures=BREAK_AFTER, now=NOW)
    assert first - NOW == FIRST_PROBE_PAUSE
    assert next_probe_at(failures=BREAK_AFTER + 1, now=NOW) - NOW == 2 * FIRST_PROBE_PAUSE
    assert next_probe_at(failures=10_000, now=NOW) - NOW == LONGEST_PROBE_PAUSE


def test_the_pause_is_drawn_anew_from_nothing_to_the_longest():
    """What failed together does not come back together."""
    drawn_from = []

    def uniform(least: float, most: float) -> float:
        drawn_from.append((least, most))
        return 1.5

    following = next_attempt_at(attempts=3, now=NOW, give_up_at=NOW + TRIED_FOR, uniform=uniform)
    assert following == NOW + timedelta(seconds=1.5)
    assert drawn_from == [(0.0, longest_pause(3).total_seconds())]
