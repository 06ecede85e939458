"""What this process's streams have done: how many are open, what was sent, and why they ended."""

from collections import Counter
from typing import Final

from suxin_graphql.streams.endings import Ending

SOCKET: Final = "websocket"
EVENTS: Final = "sse"
LEFT: Final = "LEFT"
"""The reason of a stream whose caller ended it."""

FAULT: Final = "FAULT"
"""The reason of a stream that a defect or an outage ended."""

OPEN: Final[Counter[str]] = Counter({SOCKET: 0, EVENTS: 0})
"""Subscriptions that are open now, by what they go over."""

SENT: Final[Counter[str]] = Counter({SOCKET: 0, EVENTS: 0})
"""Events told since the process began."""

ENDED: Final[Counter[str]] = Counter({LEFT: 0, FAULT: 0, **{ending.name: 0 for ending in Ending}})
"""Subscriptions ended since the process began, by reason."""
