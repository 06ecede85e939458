"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta


class HeldClock:
    """The time as the test says it is."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def pass_time(self, **how_long: float) -> None:
        self.moment += timedelta(**how_long)
