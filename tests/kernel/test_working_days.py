"""Working days: National Day 2026 to the day, make-up days, midnight in Shanghai, and 2027."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suxin.kernel import working_days
from suxin.kernel.working_days import (
    BUILT_IN,
    MAX_WORKING_DAYS,
    SHANGHAI,
    Arrangement,
    ArrangementDayOutside,
    ArrangementInvalid,
    Calendar,
    DayKind,
    Deadline,
    Elapsed,
    StatutoryHolidayMissing,
    add_working_days,
    last_published_year,
    local_day,
    working_days_between,
)

PUBLISHED_YEARS = working_days._published_years

# Made up for these tests: New Year's Day 2027 is a Friday; the Monday after is given for a Sunday.
LATER = {
    date(2027, 2, 6): "春节",
    date(2027, 4, 5): "清明节",
    date(2027, 5, 1): "劳动节",
    date(2027, 6, 9): "端午节",
    date(2027, 10, 1): "国庆节、中秋节",
}
NEW_YEAR = dict.fromkeys((date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)), "元旦")
ARRANGED_2027 = Arrangement(
    year=2027,
    source="国办发明电〔2026〕0号（测试）",
    holidays=NEW_YEAR | LATER,
    make_up_workdays=frozenset({date(2027, 1, 10)}),
)
LOADED_2027 = Calendar((ARRANGED_2027,))


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
    assert add_working_days(shanghai(2026, 9, 30), days, calendar=BUILT_IN) == end_of(last_day)


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
    kind = BUILT_IN.kind_of(day)
    assert kind == DayKind(working=working, provisional=False)
    assert bool(kind) is working


def test_a_start_on_a_day_off_counts_from_the_next_working_day():
    assert add_working_days(shanghai(2026, 10, 3), 1, calendar=BUILT_IN) == end_of(
        date(2026, 10, 8)
    )
    assert add_working_days(shanghai(2026, 11, 14), 1, calendar=BUILT_IN) == end_of(
        date(2026, 11, 16)
    )


def test_the_day_turns_at_midnight_in_shanghai_not_in_utc():
    before = datetime(2026, 11, 17, 15, 59, 59, tzinfo=UTC)
    after = before + timedelta(seconds=1)
    assert local_day(before) == date(2026, 11, 17)
    assert local_day(after) == date(2026, 11, 18)
    assert add_working_days(before, 1, calendar=BUILT_IN) == end_of(date(2026, 11, 18))
    assert add_working_days(after, 1, calendar=BUILT_IN) == end_of(date(2026, 11, 19))


def test_a_moment_in_another_zone_is_the_same_moment():
    tokyo = datetime(2026, 11, 18, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    assert add_working_days(tokyo, 1, calendar=BUILT_IN) == end_of(date(2026, 11, 18))


def test_the_deadline_is_the_last_second_of_its_day():
    at = add_working_days(shanghai(2026, 11, 17), 3, calendar=BUILT_IN).at
    assert at.astimezone(SHANGHAI).isoformat() == "2026-11-20T23:59:59+08:00"
    assert at.tzinfo is UTC


def test_the_first_days_of_2027_are_provisional_until_its_arrangement_is_loaded():
    start = shanghai(2026, 12, 25)
    assert last_published_year() == 2026
    assert BUILT_IN.kind_of(date(2027, 1, 1)) == DayKind(working=False, provisional=True)
    assert BUILT_IN.kind_of(date(2027, 1, 4)) == DayKind(working=True, provisional=True)
    assert add_working_days(start, 1, calendar=BUILT_IN) == end_of(date(2026, 12, 28))
    assert add_working_days(start, 5, calendar=BUILT_IN) == end_of(
        date(2027, 1, 4), provisional=True
    )
    assert add_working_days(start, 5, calendar=LOADED_2027) == end_of(date(2027, 1, 6))


def test_the_last_days_of_the_last_published_year_are_provisional_too():
    assert BUILT_IN.kind_of(date(2026, 12, 28)).provisional is False
    assert BUILT_IN.kind_of(date(2026, 12, 29)) == DayKind(working=True, provisional=True)
    assert BUILT_IN.kind_of(date(2025, 12, 29)) == DayKind(working=True, provisional=False)
    settled = LOADED_2027.kind_of(date(2026, 12, 29))
    assert settled == DayKind(working=True, provisional=False)


def test_a_loaded_arrangement_reaches_back_and_moves_days():
    kinds = {
        day: LOADED_2027.kind_of(day)
        for day in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 10))
    }
    assert {day: kind.working for day, kind in kinds.items()} == {
        date(2026, 12, 30): True,
        date(2026, 12, 31): False,
        date(2027, 1, 4): False,
        date(2027, 1, 10): True,
    }
    assert not any(kind.provisional for kind in kinds.values())


def test_an_arrangement_leaves_other_unpublished_years_provisional():
    kind = LOADED_2027.kind_of(date(2028, 10, 2))
    assert kind == DayKind(working=False, provisional=True)


def test_the_published_years_follow_the_installed_calendar(monkeypatch):
    monkeypatch.setattr(working_days, "_published_years", PUBLISHED_YEARS)
    assert last_published_year() == max(day.year for day in chinese_calendar.holidays)


def test_every_published_day_reads_as_in_the_calendar():
    first, last = date(2004, 1, 1), date(last_published_year(), 12, 31)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        assert BUILT_IN.kind_of(day).working is chinese_calendar.is_workday(day), day


def arranged(holidays=None, make_up=()) -> Arrangement:
    return Arrangement(2027, "测试", NEW_YEAR | LATER | (holidays or {}), frozenset(make_up))


@pytest.mark.parametrize(
    ("holidays", "make_up", "message"),
    [
        ({date(2027, 1, 2): "元旦"}, {date(2027, 1, 2)}, "2027-01-02 既是放假日又是补班日"),
        ({}, {date(2027, 1, 5)}, "2027-01-05 不是周六或周日，无需补班"),
    ],
)
def test_an_arrangement_that_contradicts_itself_is_refused(holidays, make_up, message):
    with pytest.raises(ArrangementInvalid) as refused:
        arranged(holidays, make_up)
    assert refused.value.zh_message == f"节假日安排不正确：{message}"


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2028, 1, 1), date(2025, 1, 1)])
def test_an_arrangement_names_days_of_its_year_and_the_last_of_the_one_before(day):
    with pytest.raises(ArrangementDayOutside, match="may reach back to 29 December"):
        arranged({day: "元旦"})


def test_an_arrangement_names_every_statutory_holiday():
    named = {day: name for day, name in LATER.items() if name not in ("清明节", "端午节")}
    with pytest.raises(StatutoryHolidayMissing) as refused:
        Arrangement(2027, "测试", NEW_YEAR | named, frozenset())
    assert refused.value.zh_message == "2027 年的安排缺少法定节日：清明节、端午节"


def test_the_last_days_of_a_loaded_year_wait_for_the_next_arrangement():
    day = date(2027, 12, 30)
    assert LOADED_2027.kind_of(day) == DayKind(working=True, provisional=True)
    names = dict(enumerate(("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"), 1))
    following = Arrangement(
        2028,
        "测试",
        {date(2028, 1, number): name for number, name in names.items()} | {day: "元旦"},
        frozenset(),
    )
    both = Calendar((ARRANGED_2027, following))
    assert both.kind_of(day) == DayKind(working=False, provisional=False)
    assert both.kind_of(date(2027, 12, 31)) == DayKind(working=True, provisional=False)


def test_a_loaded_arrangement_corrects_a_built_in_year():
    day = date(2026, 11, 23)
    names = "元旦、春节、清明节、劳动节、端午节、中秋节、国庆节"
    corrected = Calendar((Arrangement(2026, "测试", {day: names}, frozenset()),))
    assert BUILT_IN.kind_of(day).working
    assert not corrected.kind_of(day).working


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
    assert working_days_between(start, end, calendar=BUILT_IN) == Elapsed(
        days=days, provisional=False
    )


def test_a_count_that_enters_2027_is_provisional():
    found = working_days_between(shanghai(2026, 12, 25), shanghai(2027, 1, 5), calendar=BUILT_IN)
    assert found == Elapsed(days=6, provisional=True)


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 60),
)
def test_counting_is_the_counterpart_of_adding(start, days):
    deadline = add_working_days(start, days, calendar=BUILT_IN)
    assert working_days_between(start, deadline.at, calendar=BUILT_IN) == Elapsed(
        days, deadline.provisional
    )
    assert BUILT_IN.kind_of(deadline.last_day).working
    assert deadline.at > start


@pytest.mark.parametrize("days", [0, -1, MAX_WORKING_DAYS + 1])
def test_a_deadline_of_no_or_too_many_days_is_a_defect(days):
    with pytest.raises(ValueError, match="from 1 to 1000 working days"):
        add_working_days(shanghai(2026, 9, 30), days, calendar=BUILT_IN)


def test_a_moment_without_a_zone_is_a_defect():
    with pytest.raises(ValueError, match="time zone"):
        add_working_days(datetime(2026, 9, 30), 1, calendar=BUILT_IN)


def test_a_count_over_centuries_is_a_defect():
    with pytest.raises(ValueError, match="at most 36600 days"):
        working_days_between(shanghai(1900, 1, 1), shanghai(2026, 1, 1), calendar=BUILT_IN)
