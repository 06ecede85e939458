"""Working days (工作日) of mainland China, on the clock of Asia/Shanghai.

The State Council publishes each year's arrangement of holidays and make-up workdays (调休) late in
the year before. Published years come from ``chinesecalendar``; a year that nobody has published yet
is taken as weekends plus the statutory holidays, and every answer that rests on it says
``provisional``, so that it can be worked out again once the operator loads the new ``Arrangement``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

import chinese_calendar
import holidays

from suxin.kernel.refusals import Refusal, RefusalKind

# China keeps no summer time since 1992, and a fixed offset needs no time zone files on the machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

MAX_WORKING_DAYS = 1_000
"""The longest deadline that can be asked for; about four years."""

MAX_SPAN_DAYS = 36_600
"""The longest span that is counted; about a hundred years."""

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_LAST_SECOND = time(23, 59, 59)

# A year's arrangement may reach back into the old year: those of 2007, 2008, 2012, 2019, 2023 and
# 2024 did, the earliest on 29 December (2007 and 2018). Until it is published these days are not
# certain either.
_REACH_BACK = (12, 29)


class ArrangementInvalid(Refusal):
    """An arrangement of holidays contradicts itself or the week."""

    code = "ARRANGEMENT_INVALID"
    kind = RefusalKind.INVALID
    zh = "节假日安排不正确：{day} {reason_zh}"
    en = "The arrangement of holidays is not valid: {day} {reason_en}"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A newly published arrangement: the years it settles, days off and make-up workdays.

    It goes before everything else: within ``years``, and for each single day it names in the old
    year.
    """

    years: frozenset[int]
    holidays: frozenset[date]
    make_up_workdays: frozenset[date]

    def __post_init__(self) -> None:
        for day in sorted(self.holidays & self.make_up_workdays):
            raise ArrangementInvalid(
                field="makeUpWorkdays",
                day=day.isoformat(),
                reason_zh="既是放假日又是补班日",
                reason_en="is both a holiday and a make-up workday",
            )
        for day in sorted(self.make_up_workdays):
            if day.weekday() < _SATURDAY:
                raise ArrangementInvalid(
                    field="makeUpWorkdays",
                    day=day.isoformat(),
                    reason_zh="不是周六或周日，无需补班",
                    reason_en="is not a Saturday or Sunday, so it cannot be a make-up workday",
                )

    def settles(self, day: date) -> bool:
        """Tell whether this arrangement decides about the day."""
        return day.year in self.years or day in self.holidays or day in self.make_up_workdays

    def is_working(self, day: date) -> bool:
        """Tell whether the day is worked under this arrangement."""
        if day in self.make_up_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True)
class DayKind:
    """Whether a day is worked; true in a condition exactly if it is."""

    working: bool
    provisional: bool

    def __bool__(self) -> bool:
        """Answer the question itself, so that ``if is_working_day(day)`` means what it says."""
        return self.working


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a period: an act at ``at`` is in time, one after it is late.

    ``at`` is 23:59:59 of ``last_day`` in Shanghai, in UTC.
    """

    at: datetime
    last_day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How many working days lie between two moments; negative if the second is the earlier."""

    days: int
    provisional: bool


def local_day(moment: datetime) -> date:
    """Return the day it is in Shanghai at that moment.

    :raises ValueError: if the moment has no time zone
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(SHANGHAI).date()


def last_published_year() -> int:
    """Return the last year whose arrangement the installed calendar knows."""
    return _published_years()[1]


def is_working_day(day: date, *, arrangement: Arrangement | None = None) -> DayKind:
    """Tell whether people work on that day, and whether that is settled."""
    if arrangement is not None and arrangement.settles(day):
        return DayKind(working=arrangement.is_working(day), provisional=False)
    first, last = _published_years()
    if first <= day.year <= last:
        # The old year is settled in full once the arrangement of the next one is loaded.
        reached = day.year == last and (day.month, day.day) >= _REACH_BACK
        settled = arrangement is not None and last + 1 in arrangement.years
        return DayKind(working=_is_published_workday(day), provisional=reached and not settled)
    statutory = day in _statutory_holidays(day.year)
    return DayKind(working=day.weekday() < _SATURDAY and not statutory, provisional=True)


def add_working_days(
    start: datetime, days: int, *, arrangement: Arrangement | None = None
) -> Deadline:
    """Return the end of the period of so many working days that begins at ``start``.

    The day of ``start`` in Shanghai is not counted, whether it is worked or not, and the period
    runs to the end of its last day (Civil Code of the PRC, articles 201 and 203).

    :raises ValueError: if ``days`` is not within 1 to ``MAX_WORKING_DAYS``, or ``start`` has no
        time zone
    """
    if not 1 <= days <= MAX_WORKING_DAYS:
        raise ValueError(f"a deadline is from 1 to {MAX_WORKING_DAYS} working days away")
    day, provisional, left = local_day(start), False, days
    while left:
        day += _ONE_DAY
        kind = is_working_day(day, arrangement=arrangement)
        left -= kind.working
        provisional = provisional or kind.provisional
    end = datetime.combine(day, _LAST_SECOND, tzinfo=SHANGHAI)
    return Deadline(at=end.astimezone(UTC), last_day=day, provisional=provisional)


def working_days_between(
    start: datetime, end: datetime, *, arrangement: Arrangement | None = None
) -> Elapsed:
    """Count the working days after the day of ``start`` up to and including the day of ``end``.

    The counterpart of ``add_working_days``: from a start to the deadline of n working days it
    counts n.

    :raises ValueError: if a moment has no time zone or the span exceeds ``MAX_SPAN_DAYS``
    """
    first, last = local_day(start), local_day(end)
    sign = 1 if first <= last else -1
    kinds = [
        is_working_day(day, arrangement=arrangement)
        for day in _days_after(min(first, last), max(first, last))
    ]
    return Elapsed(
        days=sign * sum(kind.working for kind in kinds),
        provisional=any(kind.provisional for kind in kinds),
    )


def _days_after(first: date, last: date) -> Iterator[date]:
    span = (last - first).days
    if span > MAX_SPAN_DAYS:
        raise ValueError(f"working days are counted over at most {MAX_SPAN_DAYS} days")
    return (first + timedelta(days=ahead) for ahead in range(1, span + 1))


def _is_published_workday(day: date) -> bool:
    # The tables are read directly: the library's own question scans them all for each day.
    if day in chinese_calendar.workdays:
        return True
    return day.weekday() < _SATURDAY and day not in chinese_calendar.holidays


@cache
def _published_years() -> tuple[int, int]:
    years = {day.year for day in chinese_calendar.holidays}
    return min(years), max(years)


@cache
def _statutory_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))
