"""How large a budget is: apart from the buckets, because settings name it and need no client of Valkey."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many points a bucket holds, and how many come back each second."""

    size: int
    restored_per_second: int


USUAL: Final = Budget(size=5_000, restored_per_second=250)
"""Proposed default (demo configuration)."""
