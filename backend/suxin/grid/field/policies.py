"""How much a device may send, how long things wait, and what a phone may keep. Proposed defaults."""

from datetime import timedelta
from typing import Final

MAX_ITEMS: Final = 100
"""Items that one message brings."""

MAX_ASKED: Final = 100
"""Captures of which a phone asks at once where they stand."""

MAX_PIECE_BYTES: Final = 256 * 1024
"""One piece of a photo: seconds over a slow connection, and little lost where it breaks."""

MAX_OPEN_UPLOADS: Final = 300
"""Photos of a worker that are on their way at once: a hundred claims with three each."""

MAX_DEVICES: Final = 5
"""Devices that a worker has enrolled at once."""

MAX_HELD: Final = 500
"""Items of a worker that wait for a predecessor at once."""

MAX_DEVICE_NAME: Final = 40
MAX_ROSTER: Final = 10_000
"""Households of a roster: as many as a register has at most."""

BUCKETS: Final = 64
"""Into how many parts a roster is divided, of which only those are sent again that changed."""

HELD: Final = timedelta(days=7)
"""How long an item waits for its predecessor, and a capture for its photos."""

UPLOAD_KEPT: Final = timedelta(days=8)
"""How long a photo is kept that belongs to no claim: longer than any capture waits for it."""

CAPTURE: Final = timedelta(days=7)
"""How long a device goes on after the session of its worker has ended."""

ROSTER_KEPT: Final = timedelta(days=30)
"""How long a device keeps its roster without having reached the platform."""

CLOCK_SKEW: Final = timedelta(minutes=5)
MAX_PIN_TRIES: Final = 5
"""Wrong PINs in a row, after which a device opens only with a log-in."""
