"""When a delivery is tried again, and when an endpoint that fails is: growing pauses with full jitter, within 72 hours.

Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015) keeps what failed together from coming back together.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

KEPT_FOR: Final = timedelta(days=30)
"""How long events are told of at least."""

TRIED_FOR: Final = timedelta(hours=72)
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=3)
BREAK_AFTER: Final = 10
"""Failed attempts in a row, of whatever events, after which an endpoint is only probed."""

FIRST_PROBE_PAUSE: Final = timedelta(minutes=1)
LONGEST_PROBE_PAUSE: Final = timedelta(minutes=15)
_DOUBLINGS: Final = 20

Uniform = Callable[[float, float], float]


def longest_pause(attempts: int) -> timedelta:
    """Return the longest pause after so many failed attempts, the first of which is number one."""
    return _doubled(FIRST_PAUSE, attempts - 1, LONGEST_PAUSE)


def next_attempt_at(
    *,
    attempts: int,
    now: datetime,
    give_up_at: datetime,
    uniform: Uniform,
    wanted_pause_s: float = 0.0,
) -> datetime | None:
    """Return when to try again after ``attempts`` have failed; None when it is time to give up.

    ``wanted_pause_s`` is what the receiver asked for (Retry-After). What would come later than ``give_up_at`` is tried then,
    once more and for the last time.
    """
    if now >= give_up_at:
        return None
    pause_s = max(uniform(0.0, longest_pause(attempts).total_seconds()), wanted_pause_s)
    left_s = (give_up_at - now).total_seconds()
    return give_up_at if pause_s >= left_s else now + timedelta(seconds=pause_s)


def next_probe_at(*, failures: int, now: datetime) -> datetime:
    """Return when to probe an endpoint whose last ``failures`` attempts have failed."""
    return now + _doubled(FIRST_PROBE_PAUSE, failures - BREAK_AFTER, LONGEST_PROBE_PAUSE)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    doublings: int = min(max(times, 0), _DOUBLINGS)
    return min(first * (1 << doublings), longest)
