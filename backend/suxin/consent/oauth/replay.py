"""The memory of used proofs, which the core declares and the web keeps.

What was used is kept in a fast store that may lose everything at once (a flush, a restart without its file). The store
therefore has an *epoch*, drawn anew whenever it is found empty. Every nonce of ours names the epoch it was made in, so
that after a loss each proof made before it must be made again with a new nonce, and none can be replayed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store says of one use: whether it was the first, and the epoch it knows all uses since."""

    first: bool
    epoch: str


class ReplayStore(Protocol):
    """Remembers what was used; shared by every web process."""

    async def use(self, name: str, *, life: timedelta) -> Remembered:
        """Remember a use for ``life``, and say whether it was the first one.

        :raises ReplayUncertain: if the store does not answer
        """
        ...

    async def epoch(self) -> str:
        """Return the store's epoch without remembering anything.

        :raises ReplayUncertain: if the store does not answer
        """
        ...
