"""Working days (工作日) of mainland China, on the clock of Asia/Shanghai.

The State Council publishes each year's arrangement of holidays and make-up workdays (调休) late in
the year before. Published years come from ``chinesecalendar``; a year that nobody has published yet
is taken as weekends plus the statutory holidays, and every answer that rests on it says
``provisional``, so that it can be worked out again once the operator loads the new ``Arrangement``.
Every question takes the ``Calendar`` that it is answered by; ``kernel.calendars`` keeps the loaded years.
"""

from collections.abc import Iterator, Mapping
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


class ArrangementDayOutside(Refusal):
    """An arrangement names a day that is neither of its year nor of the last days of the year before."""

    code = "ARRANGEMENT_DAY_OUTSIDE"
    kind = RefusalKind.INVALID
    zh = "{day} 不在 {year} 年的安排范围内（可提前至上年 12 月 29 日）"
    en = "{day} is outside the arrangement of {year}, which may reach back to 29 December"


class StatutoryHolidayMissing(Refusal):
    """An arrangement leaves out a holiday that the law gives (全国年节及纪念日放假办法 art. 2)."""

    code = "STATUTORY_HOLIDAY_MISSING"
    kind = RefusalKind.INVALID
    zh = "{year} 年的安排缺少法定节日：{holidays}"
    en = "The arrangement of {year} leaves out statutory holidays: {holidays}"


STATUTORY_HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The holidays of everyone (全国年节及纪念日放假办法 art. 2), as the arrangements name them."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One year's arrangement as it was published: its days off with their holiday's name, and make-up workdays.

    ``source`` names the document. It goes before everything else: within its year, and for each single day it names
    at the end of the year before.
    """

    year: int
    source: str
    holidays: Mapping[date, str]
    make_up_workdays: frozenset[date]

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, the week, the year or the law.

        :raises ArrangementInvalid: if a day is both, or a make-up workday is no Saturday or Sunday
        :raises ArrangementDayOutside: if a day is of another year
        :raises StatutoryHolidayMissing: if a statutory holiday is not named
        """
        for day in sorted({*self.holidays, *self.make_up_workdays}):
            first, last = days_touched(self.year)
            if not first <= day <= last:
                raise ArrangementDayOutside(day=day.isoformat(), year=self.year)
        for day in sorted(self.make_up_workdays & self.holidays.keys()):
            raise ArrangementInvalid(
                day=day.isoformat(),
                reason_zh="既是放假日又是补班日",
                reason_en="is both a holiday and a make-up workday",
            )
        for day in sorted(self.make_up_workdays):
            if day.weekday() < _SATURDAY:
                raise ArrangementInvalid(
                    day=day.isoformat(),
                    reason_zh="不是周六或周日，无需补班",
                    reason_en="is not a Saturday or Sunday, so it cannot be a make-up workday",
                )
        named = "、".join(self.holidays.values())
        missing = [name for name in STATUTORY_HOLIDAYS if name not in named]
        if missing:
            raise StatutoryHolidayMissing(year=self.year, holidays="、".join(missing))

    def names(self, day: date) -> bool:
        """Tell whether the day is named, as a day off or as a make-up workday."""
        return day in self.holidays or day in self.make_up_workdays

    def is_working(self, day: date) -> bool:
        """Tell whether the day is worked under this arrangement."""
        if day in self.make_up_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known about working days: the built-in years, and before them the arrangements that were loaded.

    A value, read where the deadline is computed (``kernel.calendars``): no process keeps one from yesterday.
    """

    arrangements: tuple[Arrangement, ...] = ()

    def arrangement_of(self, year: int) -> Arrangement | None:
        """Return the loaded arrangement of a year."""
        return next((known for known in self.arrangements if known.year == year), None)

    def knows(self, year: int) -> bool:
        """Tell whether the year's arrangement is published: built in or loaded."""
        return built_in_year(year) or self.arrangement_of(year) is not None

    def kind_of(self, day: date) -> "DayKind":
        """Tell whether people work on that day, and whether that is settled."""
        following, own = self.arrangement_of(day.year + 1), self.arrangement_of(day.year)
        if following is not None and following.names(day):
            return DayKind(working=following.is_working(day), provisional=False)
        # The last days of a year are settled once the arrangement of the next one is known.
        reached = (day.month, day.day) >= _REACH_BACK and not self.knows(day.year + 1)
        if own is not None:
            return DayKind(working=own.is_working(day), provisional=reached)
        if self.knows(day.year):
            return DayKind(working=_is_published_workday(day), provisional=reached)
        statutory = day in _statutory_holidays(day.year)
        return DayKind(working=day.weekday() < _SATURDAY and not statutory, provisional=True)


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


BUILT_IN = Calendar()
"""The published years that come with the installation, and nothing loaded."""


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


def built_in_year(year: int) -> bool:
    """Tell whether the installed calendar knows the year's arrangement."""
    first, last = _published_years()
    return first <= year <= last


def days_touched(year: int) -> tuple[date, date]:
    """Return the first and the last day that an arrangement of the year decides about."""
    return date(year - 1, *_REACH_BACK), date(year, 12, 31)


def add_working_days(start: datetime, days: int, *, calendar: Calendar) -> Deadline:
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
        kind = calendar.kind_of(day)
        left -= kind.working
        provisional = provisional or kind.provisional
    end = datetime.combine(day, _LAST_SECOND, tzinfo=SHANGHAI)
    return Deadline(at=end.astimezone(UTC), last_day=day, provisional=provisional)


def running_deadline(
    due: datetime, anew: datetime, *, calendar: Calendar, now: datetime
) -> datetime:
    """Return where a running deadline goes when the calendar changes: to where it would be under the new one.

    Never earlier than the end of the next working day, unless it was: what is published makes no bank late at once.
    """
    if anew >= due:
        return anew
    return max(anew, min(due, add_working_days(now, 1, calendar=calendar).at))


def working_days_between(start: datetime, end: datetime, *, calendar: Calendar) -> Elapsed:
    """Count the working days after the day of ``start`` up to and including the day of ``end``.

    The counterpart of ``add_working_days``: from a start to the deadline of n working days it
    counts n.

    :raises ValueError: if a moment has no time zone or the span exceeds ``MAX_SPAN_DAYS``
    """
    first, last = local_day(start), local_day(end)
    sign = 1 if first <= last else -1
    kinds = [calendar.kind_of(day) for day in _days_after(min(first, last), max(first, last))]
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
