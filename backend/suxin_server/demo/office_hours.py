"""When things happened: moments of office hours on the working days before ``now``, and the clocks that ran since."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from suxin.kernel.working_days import BUILT_IN, SHANGHAI, local_day
from suxin.lending.deadlines import Clocks, clocks_from
from suxin_server.demo.dice import Dice

OPENING: Final = time(9, 0)
CLOSING: Final = time(17, 30)
REACH_DAYS: Final = 60
_TRIES: Final = 8


class OfficeHours:
    """The last working days, newest first; day 0 is today where today is worked and the office has opened."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        today = local_day(now)
        days = [today - timedelta(days=back) for back in range(REACH_DAYS)]
        opened = [day for day in days if BUILT_IN.kind_of(day) and self._opening(day) < now]
        self._days = opened
        self._worked = frozenset(opened)
        self._clocks: dict[date, Clocks] = {}

    @staticmethod
    def _opening(day: date) -> datetime:
        return datetime.combine(day, OPENING, tzinfo=SHANGHAI).astimezone(UTC)

    def moment(self, dice: Dice, days_ago: int) -> datetime:
        """Return a moment of the working day that many working days ago, before ``now``."""
        day = self._days[days_ago]
        closing = datetime.combine(day, CLOSING, tzinfo=SHANGHAI).astimezone(UTC)
        return dice.between(self._opening(day), min(closing, self.now))

    def between(self, dice: Dice, earliest: datetime, latest: datetime) -> datetime:
        """Return a moment between two, not after ``now`` and in office hours where one is found."""
        latest = min(latest, self.now)
        moment = dice.between(earliest, latest)
        for _ in range(_TRIES):
            if self._is_open(moment):
                break
            moment = dice.between(earliest, latest)
        return moment

    def clocks(self, start: datetime) -> Clocks:
        """Return the deadlines of a referral dispatched at ``start``; they depend on its day alone."""
        day = local_day(start)
        known = self._clocks.get(day)
        if known is None:
            known = self._clocks[day] = clocks_from(start, calendar=BUILT_IN)
        return known

    def days_where(self, holds: Callable[[Clocks], bool]) -> list[int]:
        """Return which of the last working days, as dispatch days, have clocks of which something holds."""
        return [
            ago
            for ago, day in enumerate(self._days)
            if holds(self.clocks(datetime.combine(day, OPENING, tzinfo=SHANGHAI)))
        ]

    def days_since(self, period: timedelta) -> int:
        """Return which of the last working days is the first to lie a period and more back."""
        limit = local_day(self.now - period)
        return next(ago for ago, day in enumerate(self._days) if day <= limit)

    def _is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(SHANGHAI)
        return local.date() in self._worked and OPENING <= local.time() < CLOSING
