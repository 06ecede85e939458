"""Working days: National Day 2026 to the day, make-up days, midnight in Shanghai, and 2027."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suxin.kernel import working_days
from suxin.kernel.working_days import (
    MAX_WORKING_DAYS,
    SHANGHAI,
    Arrangement,
    ArrangementInvalid,
    DayKind,
    Deadline,
    Elapsed,
    add_working_days,
    is_working_day,
    last_published_year,
    local_day,
    working_days_between,
)

PUBLISHED_YEARS = working_days._published_years

# Made up for these tests: New Year's Day 2027 is a Friday; the Monday before is given for a Sunday.
LOADED_2027 = Arrangement(
    years=frozenset({2027}),
    holidays=frozenset({date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)}),
    make_up_workdays=frozenset({date(2026, 12, 27), date(2027, 1, 10)}),
)


@pytest.fixture(autouse=True, scope="module")
def calendar_until_2026():
    """Keep 2027 unpublished, whatever later release of the calendar is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working_days, "_published_years", lambda: (2004, 2026))
        yield


def shanghai(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def end_of(day: date, *, provisional: bool = False) -> Deadline:
    at = datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)
    return Deadline(at=at, last_day=day, provisional=provisional)


@pytest.mark.parametrize(
    ("days", "last_day"),
    [
        (1, date(2026, 10, 8)),
        (2, date(2026, 10, 9)),
        (3, date(2026, 10, 10)),  # a Saturday worked for National Day
        (4, date(2026, 10, 12)),
        (5, date(2026, 10, 13)),
    ],
)
def test_deadlines_over_national_day_2026(days, last_day):
    assert add_working_days(shanghai(2026, 9, 30), days) == end_of(last_day)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 20), True),  # a Sunday worked for National Day
        (date(2026, 9, 25), False),  # Mid-Autumn, a Friday
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 12, 28), True),
    ],
)
def test_published_days_are_settled(day, working):
    kind = is_working_day(day)
    assert kind == DayKind(working=working, provisional=False)
    assert bool(kind) is working


def test_a_start_on_a_day_off_counts_from_the_next_working_day():
    assert add_working_days(shanghai(2026, 10, 3), 1) == end_of(date(2026, 10, 8))
    assert add_working_days(shanghai(2026, 11, 14), 1) == end_of(date(2026, 11, 16))


def test_the_day_turns_at_midnight_in_shanghai_not_in_utc():
    before = datetime(2026, 11, 17, 15, 59, 59, tzinfo=UTC)
    after = before + timedelta(seconds=1)
    assert local_day(before) == date(2026, 11, 17)
    assert local_day(after) == date(2026, 11, 18)
    assert add_working_days(before, 1) == end_of(date(2026, 11, 18))
    assert add_working_days(after, 1) == end_of(date(2026, 11, 19))


def test_a_moment_in_another_zone_is_the_same_moment():
    tokyo = datetime(2026, 11, 18, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    assert add_working_days(tokyo, 1) == end_of(date(2026, 11, 18))


def test_the_deadline_is_the_last_second_of_its_day():
    at = add_working_days(shanghai(2026, 11, 17), 3).at
    assert at.astimezone(SHANGHAI).isoformat() == "2026-11-20T23:59:59+08:00"
    assert at.tzinfo is UTC


def test_the_first_days_of_2027_are_provisional_until_its_arrangement_is_loaded():
    start = shanghai(2026, 12, 25)
    assert last_published_year() == 2026
    assert is_working_day(date(2027, 1, 1)) == DayKind(working=False, provisional=True)
    assert is_working_day(date(2027, 1, 4)) == DayKind(working=True, provisional=True)
    assert add_working_days(start, 1) == end_of(date(2026, 12, 28))
    assert add_working_days(start, 5) == end_of(date(2027, 1, 4), provisional=True)
    assert add_working_days(start, 5, arrangement=LOADED_2027) == end_of(date(2027, 1, 5))


def test_the_last_days_of_the_last_published_year_are_provisional_too():
    assert is_working_day(date(2026, 12, 28)).provisional is False
    assert is_working_day(date(2026, 12, 29)) == DayKind(working=True, provisional=True)
    assert is_working_day(date(2025, 12, 29)) == DayKind(working=True, provisional=False)
    settled = is_working_day(date(2026, 12, 29), arrangement=LOADED_2027)
    assert settled == DayKind(working=True, provisional=False)


def test_a_loaded_arrangement_reaches_back_and_moves_days():
    kinds = {
        day: is_working_day(day, arrangement=LOADED_2027)
        for day in (date(2026, 12, 27), date(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 10))
    }
    assert {day: kind.working for day, kind in kinds.items()} == {
        date(2026, 12, 27): True,
        date(2026, 12, 31): False,
        date(2027, 1, 4): False,
        date(2027, 1, 10): True,
    }
    assert not any(kind.provisional for kind in kinds.values())


def test_an_arrangement_leaves_other_unpublished_years_provisional():
    kind = is_working_day(date(2028, 10, 2), arrangement=LOADED_2027)
    assert kind == DayKind(working=False, provisional=True)


def test_the_published_years_follow_the_installed_calendar(monkeypatch):
    monkeypatch.setattr(working_days, "_published_years", PUBLISHED_YEARS)
    assert last_published_year() == max(day.year for day in chinese_calendar.holidays)


def test_every_published_day_reads_as_in_the_calendar():
    first, last = date(2004, 1, 1), date(last_published_year(), 12, 31)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        assert is_working_day(day).working is chinese_calendar.is_workday(day), day


@pytest.mark.parametrize(
    ("holidays", "make_up", "message"),
    [
        ({date(2027, 1, 2)}, {date(2027, 1, 2)}, "2027-01-02 既是放假日又是补班日"),
        (set(), {date(2027, 1, 4)}, "2027-01-04 不是周六或周日，无需补班"),
    ],
)
def test_an_arrangement_that_contradicts_itself_is_refused(holidays, make_up, message):
    with pytest.raises(ArrangementInvalid) as refused:
        Arrangement(frozenset({2027}), frozenset(holidays), frozenset(make_up))
    assert refused.value.zh_message == f"节假日安排不正确：{message}"
    assert refused.value.field == "makeUpWorkdays"


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (shanghai(2026, 9, 30), shanghai(2026, 9, 30, 23), 0),
        (shanghai(2026, 9, 30), shanghai(2026, 10, 7), 0),
        (shanghai(2026, 9, 30), shanghai(2026, 10, 12), 4),
        (shanghai(2026, 10, 12), shanghai(2026, 9, 30), -4),
    ],
)
def test_working_days_between_two_moments(start, end, days):
    assert working_days_between(start, end) == Elapsed(days=days, provisional=False)


def test_a_count_that_enters_2027_is_provisional():
    found = working_days_between(shanghai(2026, 12, 25), shanghai(2027, 1, 5))
    assert found == Elapsed(days=6, provisional=True)


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 60),
)
def test_counting_is_the_counterpart_of_adding(start, days):
    deadline = add_working_days(start, days)
    assert working_days_between(start, deadline.at) == Elapsed(days, deadline.provisional)
    assert is_working_day(deadline.last_day).working
    assert deadline.at > start


@pytest.mark.parametrize("days", [0, -1, MAX_WORKING_DAYS + 1])
def test_a_deadline_of_no_or_too_many_days_is_a_defect(days):
    with pytest.raises(ValueError, match="from 1 to 1000 working days"):
        add_working_days(shanghai(2026, 9, 30), days)


def test_a_moment_without_a_zone_is_a_defect():
    with pytest.raises(ValueError, match="time zone"):
        add_working_days(datetime(2026, 9, 30), 1)


def test_a_count_over_centuries_is_a_defect():
    with pytest.raises(ValueError, match="at most 36600 days"):
        working_days_between(shanghai(1900, 1, 1), shanghai(2026, 1, 1))
