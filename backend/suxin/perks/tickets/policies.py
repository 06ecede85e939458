"""How long tickets are good, how late a gate may tell, and how much it tells at once (proposed defaults)."""

from datetime import timedelta
from typing import Final

MAX_DAYS: Final = 7
"""How many days one ticket may be good for."""

MAX_AHEAD: Final = timedelta(days=30)
"""How long before its first day a ticket may be issued."""

LATE_SYNC: Final = timedelta(hours=72)
"""How long after a ticket's last moment a gate may still tell of it: a weekend without signal."""

CAPTURE: Final = timedelta(hours=12)
"""How long a gate goes on recording after it last reached the platform with a live session: one working day."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far ahead of the platform's a gate's clock may be; what is said to be later was now."""

MAX_SPENDS: Final = 500
"""How many spends one message of a gate tells of."""

MAX_TICKET_CHARACTERS: Final = 1_024
"""The longest text of a ticket that is read: twice a usual one."""

MAX_SPENT_LISTED: Final = 10_000
"""How many tickets the list of what is spent has; where there are more it says that it is not whole."""
