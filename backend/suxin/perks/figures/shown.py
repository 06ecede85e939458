"""What of the figures is shown: no cell of fewer than five, and never one part alone. Pure.

Source: PIPL art. 6; docs/perks.md
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

SMALLEST_SHOWN: Final = 5
"""Cells of fewer people, or of fewer defaults, are not shown."""


class PerkCounted(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of one cell."""

    month: date
    key: str
    redemptions: int
    uses: int
    people: int
    value_fen: int
    defaults: int


class PerkFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as it is shown; nothing where too few stand behind it."""

    month: date
    key: str
    redemptions: int | None
    uses: int | None
    value_fen: int | None
    defaults: int | None


def as_shown(cells: Sequence[PerkCounted], *, parts: bool) -> list[PerkFigures]:
    """Return cells without what stands for too few; ``parts`` are all those of one whole, of which the missing one could be worked out."""
    few = _hidden([one.people for one in cells], [one.redemptions for one in cells], parts=parts)
    late = _hidden([one.defaults for one in cells], [one.defaults for one in cells], parts=parts)
    return [
        PerkFigures(
            month=one.month,
            key=one.key,
            redemptions=None if place in few else one.redemptions,
            uses=None if place in few else one.uses,
            value_fen=None if place in few else one.value_fen,
            defaults=None if place in late else one.defaults,
        )
        for place, one in enumerate(cells)
    ]


def _hidden(people: Sequence[int], sizes: Sequence[int], *, parts: bool) -> set[int]:
    """Return the places whose cells are not shown: those of few, and where that is one alone the smallest other that is not empty."""
    few = {place for place, count in enumerate(people) if 0 < count < SMALLEST_SHOWN}
    if parts and len(few) == 1:
        others = [
            (size, place) for place, size in enumerate(sizes) if place not in few and size > 0
        ]
        few |= {min(others)[1]} if others else set()
    return few
