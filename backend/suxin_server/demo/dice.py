"""Chance that repeats itself: the same seed and topic always give the same choices and ids."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

SEED: Final = "suxin-demo-1"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_RAND_A_BITS: Final = 12
_RAND_B_BITS: Final = 62

Item = TypeVar("Item")


class Dice(random.Random):
    """The choices of one topic; another topic's choices never shift them."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"{SEED}/{topic}")

    def id_at(self, moment: datetime) -> UUID:
        """Return a UUIDv7 of that moment, so that demo rows sort among real ones by their time."""
        ms = (moment - _EPOCH) // _MILLISECOND
        rand_a, rand_b = self.getrandbits(_RAND_A_BITS), self.getrandbits(_RAND_B_BITS)
        return UUID(int=(ms << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)

    def happens(self, percent: int) -> bool:
        """Return true in that many cases of a hundred."""
        return self.randrange(100) < percent

    def pick(self, weighted: Sequence[tuple[Item, int]]) -> Item:
        """Return one of the items, each as often as its weight says."""
        items = [item for item, _ in weighted]
        return self.choices(items, [weight for _, weight in weighted])[0]

    def between(self, earliest: datetime, latest: datetime) -> datetime:
        """Return a whole second between two moments, or the first where there is nothing between them."""
        seconds = int((latest - earliest).total_seconds())
        return earliest + timedelta(seconds=self.randrange(seconds)) if seconds > 0 else earliest
