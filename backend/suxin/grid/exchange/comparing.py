"""What the village has and what the app says it was told, compared; pure."""

from collections.abc import Mapping
from typing import NamedTuple

from suxin.lending.terms import LabelledEnum


class Differs(LabelledEnum):
    """How an entry differs."""

    NOT_THERE = "not_there", "网格通没有", "the app has it not"
    NOT_HERE = "not_here", "本平台没有", "the platform has it not"
    OTHERWISE = "otherwise", "分值不一致", "the points differ"


class Difference(NamedTuple):
    """One entry that differs, with its points on either side."""

    number: str
    how: Differs
    here: int | None
    there: int | None


def differences(here: Mapping[str, int], there: Mapping[str, int]) -> list[Difference]:
    """Return where both sides differ, by the platform's numbers in their order."""
    found = []
    for number in sorted(here.keys() | there.keys()):
        ours, theirs = here.get(number), there.get(number)
        if ours != theirs:
            how = Differs.OTHERWISE
            if theirs is None:
                how = Differs.NOT_THERE
            elif ours is None:
                how = Differs.NOT_HERE
            found.append(Difference(number, how, ours, theirs))
    return found
