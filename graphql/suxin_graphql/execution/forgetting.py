"""Forgetting: documents and forms that give way are full of cycles, which only a full collection finds.

A process that works has one every two million new objects, so that a thousand documents would lie about before it. A full
collection takes some tens of milliseconds; so it comes once for many that gave way, each of which took as long to make.
"""

import gc
from typing import Final

COLLECTED_AFTER: Final = 128
"""How many documents and forms give way before what is left of them is collected."""


class Forgetting:
    """Counts what gives way."""

    def __init__(self, after: int = COLLECTED_AFTER) -> None:
        self._after = after
        self._count = 0

    def note(self) -> None:
        """Count one more, and collect if there are enough."""
        self._count += 1
        if self._count >= self._after:
            self._count = 0
            gc.collect()


FORGETTING: Final = Forgetting()
"""Of this process."""
