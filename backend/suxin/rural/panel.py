"""What a panel's votes come to: pure, in whole numbers.

Each member marks three aspects from one to five, by himself. Of an entry's votes one highest and one lowest are left out, so that neither
a friend nor an enemy decides; the rest make the panel's points in proportion. Nothing is told of fewer than five.
Source: the practice of whole-village rating (5 to 9 people, back to back); the aspects and the trimming are proposed defaults
(demo configuration); docs/rural.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from suxin.rural.refusals import MarkOutOfRange

LEAST_MEMBERS: Final = 5
MOST_MEMBERS: Final = 9
LEAST_VOTES: Final = 5
LEAST_MARK: Final = 1
MOST_MARK: Final = 5
TRIMMED: Final = 2
"""How many votes are left out: one highest and one lowest."""

ASPECTS: Final = {"character": "品行", "family": "家庭", "ability": "偿还能力"}
WHOLE: Final = len(ASPECTS) * (MOST_MARK - LEAST_MARK)
"""What a vote is above its least at the most."""

_WORDS: Final = ((45, "很好"), (35, "较好"), (25, "一般"), (0, "有待改善"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """One member's marks of one entry, one to five each."""

    character: int
    family: int
    ability: int

    def __post_init__(self) -> None:
        """Refuse a mark that is none.

        :raises MarkOutOfRange: if one is below one or above five
        """
        for name in ASPECTS:
            if not LEAST_MARK <= getattr(self, name) <= MOST_MARK:
                raise MarkOutOfRange(field=name, least=LEAST_MARK, most=MOST_MARK)

    @property
    def above_least(self) -> int:
        """How far the vote is above the least one."""
        return self.character + self.family + self.ability - len(ASPECTS) * LEAST_MARK


def panel_points(votes: Sequence[Marks], *, most: int) -> int | None:
    """Return the panel's points of at most ``most``, rounded to the nearest, halves up; nothing of fewer than five votes."""
    if len(votes) < LEAST_VOTES:
        return None
    kept = sorted(vote.above_least for vote in votes)[1:-1]
    whole = len(kept) * WHOLE
    return (2 * most * sum(kept) + whole) // (2 * whole)


def reasons(tenths: dict[str, int]) -> list[str]:
    """Return what a panel thought in words, given each aspect's mean in tenths of a mark."""
    return [
        f"{name}：{next(word for start, word in _WORDS if tenths[code] >= start)}"
        for code, name in ASPECTS.items()
        if code in tenths
    ]
