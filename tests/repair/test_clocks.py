"""The times of 信用修复管理办法 (NDRC order 36 of 2025), in working days of the published calendar."""

from datetime import UTC, date, datetime

import pytest

from suxin.kernel.working_days import BUILT_IN
from suxin.repair.clocks import Clock, due, end_of

# A Wednesday; National Day and its days off (1 to 7 October 2026) lie ahead.
PUSHED = datetime(2026, 9, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "last_day"),
    [
        # The platform relays within one working day (proposed).
        (Clock.RELAY, date(2026, 9, 24)),
        # The department says within three working days of the push whether it takes the application up.
        (Clock.ACCEPT, date(2026, 9, 29)),
        # “信用中国” answers within ten working days of receiving the application, as a rule.
        (Clock.ANSWER, date(2026, 10, 14)),
        # Whoever has a copy follows within one working day of the decision.
        (Clock.APPLY, date(2026, 9, 24)),
    ],
)
def test_a_clock_ends_with_the_last_of_its_working_days(clock, last_day):
    found = due(clock, PUSHED, calendar=BUILT_IN)
    assert (found.last_day, found.provisional) == (last_day, False)
    assert found.at == end_of(last_day)


def test_a_day_ends_in_shanghai():
    assert end_of(date(2026, 9, 24)) == datetime(2026, 9, 24, 15, 59, 59, tzinfo=UTC)
