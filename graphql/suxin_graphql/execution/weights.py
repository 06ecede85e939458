"""Weights: what is counted for what is read, in points; ``suxin_graphql.prices`` has the formula that they belong to."""

from typing import Final

ROOT: Final = 1
MUTATION: Final = 10
TOLD: Final = 10
COUNTED: Final = 10
INTROSPECTED: Final = 100

_ITEMS_A_POINT: Final = 10


def of_items(most: int) -> int:
    """Return the weight of a list of so many items that lies ready in memory."""
    return -(-most // _ITEMS_A_POINT)
