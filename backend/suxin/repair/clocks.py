"""What is waited for, and until when, in working days of the city's calendar.

=========  =======================================================  ==========================
clock      waits for                                                from
=========  =======================================================  ==========================
RELAY      the platform: to send the application, 1 day             it was filed (*proposed*)
ACCEPT     the department: to say whether it takes it up, 3 days    the window has it
ANSWER     the window: to answer, 10 days                           the window has it
EXTENDED   the department: the day that it has set itself           as the window says
APPLY      the platform: to carry the result to every copy, 1 day   it was decided
=========  =======================================================  ==========================

The department's own time after it has taken an application up is in the measures, but not known here: until the window says
a day, its ten days hold.

Source: 信用修复管理办法 (NDRC order 36 of 2025), times for acceptance and answer
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

from suxin.kernel.working_days import SHANGHAI, Calendar, Deadline, add_working_days


class Clock(StrEnum):
    """What is waited for."""

    RELAY = "RELAY"
    ACCEPT = "ACCEPT"
    ANSWER = "ANSWER"
    EXTENDED = "EXTENDED"
    APPLY = "APPLY"


WORKING_DAYS: Final[Mapping[Clock, int]] = {
    Clock.RELAY: 1,
    Clock.ACCEPT: 3,
    Clock.ANSWER: 10,
    Clock.APPLY: 1,
}

CLOCKS_ZH: Final[Mapping[Clock, str]] = {
    Clock.RELAY: "平台转送",
    Clock.ACCEPT: "认定单位受理",
    Clock.ANSWER: "窗口反馈结果",
    Clock.EXTENDED: "认定单位延期办结",
    Clock.APPLY: "平台落实结果",
}

_LAST_SECOND: Final = time(23, 59, 59)


def due(clock: Clock, start: datetime, *, calendar: Calendar) -> Deadline:
    """Return the end of a clock that began then."""
    return add_working_days(start, WORKING_DAYS[clock], calendar=calendar)


def end_of(day: date) -> datetime:
    """Return the last moment of a day in Shanghai."""
    return datetime.combine(day, _LAST_SECOND, tzinfo=SHANGHAI).astimezone(UTC)
