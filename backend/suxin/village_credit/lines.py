"""What a grade is worth by a round's rules: pure, in whole fen.

Source: domain practice of whole-village credit, 10,000 to 300,000 yuan a household (proposed default); docs/whole-village.md.
"""

from collections.abc import Mapping
from typing import Final

from suxin.village_credit.refusals import LineOutOfBounds

TIERS: Final = ("AAA", "AA", "A", "B", "C")
"""The grades of households, best first."""

LEAST_FEN: Final = 1_000_000
MOST_FEN: Final = 30_000_000
STEP_FEN: Final = 100_000
"""Lines are in whole thousands of yuan."""

_WAN_FEN: Final = 1_000_000


def checked_rules(given: Mapping[str, int]) -> dict[str, int]:
    """Return a round's lines by grade, best first; a grade that is left out, or has 0, has no line.

    :raises LineOutOfBounds: if none has a line, one is out of bounds, or a lower grade has more than a better one
    """
    rules = {tier: given[tier] for tier in TIERS if given.get(tier)}
    lines = list(rules.values())
    if (
        not rules
        or not set(given) <= set(TIERS)
        or any(not LEAST_FEN <= one <= MOST_FEN or one % STEP_FEN for one in lines)
        or lines != sorted(lines, reverse=True)
        or tuple(rules) != TIERS[: len(rules)]
    ):
        raise LineOutOfBounds(
            field="rules", least_wan=LEAST_FEN // _WAN_FEN, most_wan=MOST_FEN // _WAN_FEN
        )
    return rules


def line_for(tier: str, rules: Mapping[str, int], *, most_fen: int) -> int | None:
    """Return the line of a grade, at most what the product lends; none where the rules have none, or it would be below the least."""
    line = min(rules.get(tier, 0), most_fen // STEP_FEN * STEP_FEN)
    return line if line >= LEAST_FEN else None


def shown(count: int) -> int | None:
    """Return a count in whole fives, and nothing of fewer than five."""
    return count // 5 * 5 or None
