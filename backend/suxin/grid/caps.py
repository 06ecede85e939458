"""In which days a cap counts, and whether one more claim is within it: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from suxin.grid.refusals import CapReached
from suxin.grid.rules import Cap, Rule
from suxin.grid.states import CapScope, Period

_MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A claim by the same rule of the same household that counts, as far as caps look at it."""

    member_id: UUID | None
    happened_on: date
    times: int
    points: int


def days_of(period: Period, day: date) -> tuple[date, date]:
    """Return the first day of the period in which a day lies, and the first after it."""
    if period is Period.DAY:
        return day, day + timedelta(days=1)
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    months = _MONTHS[period]
    first = (day.month - 1) // months * months
    year, month = divmod(day.year * 12 + first + months, 12)
    return date(day.year, first + 1, 1), date(year, month + 1, 1)


def require_within(rule: Rule, asked: Counted, others: Iterable[Counted]) -> None:
    """Refuse a claim with which a cap would be passed, by what counts besides.

    :raises CapReached: saying which
    """
    known = list(others)
    for cap in rule.caps:
        _require_cap(rule, cap, asked, known)


def _require_cap(rule: Rule, cap: Cap, asked: Counted, others: Iterable[Counted]) -> None:
    first, after = days_of(cap.period, asked.happened_on)
    counted = [
        one
        for one in others
        if first <= one.happened_on < after
        and (cap.scope is CapScope.HOUSEHOLD or one.member_id == asked.member_id)
    ]
    times = sum(one.times for one in counted)
    points = sum(abs(one.points) for one in counted)
    over_times = cap.times is not None and times + asked.times > cap.times
    over_points = cap.points is not None and points + abs(asked.points) > cap.points
    if over_times or over_points:
        raise CapReached(
            field="ruleCode",
            rule=rule.name,
            cap_zh=cap.zh,
            cap_en=f"{cap.scope.en} {cap.period.en}",
            had=times if over_times else points,
        )
