"""Calendar months as moments in Shanghai: half-open, the first moment included and the last not."""

from datetime import date, datetime, time

from suxin.kernel.working_days import SHANGHAI


def month_of(day: date) -> tuple[datetime, datetime]:
    """Return when a day's month begins, and when the next one does."""
    first = day.replace(day=1)
    return _midnight(first), _midnight(next_month(first))


def next_month(first: date) -> date:
    """Return the first day of the month after a month's first day."""
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)
