"""A panel's votes: trimmed, in proportion, to the nearest, and told of from five on."""

from itertools import permutations

import pytest

from suxin.rural.panel import Marks, panel_points, reasons
from suxin.rural.refusals import MarkOutOfRange


def vote(*marks: int) -> Marks:
    return Marks(character=marks[0], family=marks[1], ability=marks[2])


WORST, FAIR, BEST = vote(1, 1, 1), vote(3, 3, 3), vote(5, 5, 5)


@pytest.mark.parametrize(
    ("votes", "points"),
    [
        ([BEST] * 5, 15),
        ([WORST] * 5, 0),
        ([FAIR] * 5, 8),  # 7.5: halves up
        ([BEST] * 4 + [WORST], 15),  # an enemy decides nothing
        ([WORST] * 4 + [BEST], 0),  # nor does a friend
        ([BEST] * 3 + [WORST] * 4, 6),
        ([vote(5, 4, 4), FAIR, FAIR, vote(2, 3, 3), BEST], 9),
        ([BEST] * 9, 15),
    ],
)
def test_one_highest_and_one_lowest_are_left_out_and_the_rest_is_in_proportion(votes, points):
    assert panel_points(votes, most=15) == points
    assert {panel_points(one, most=15) for one in list(permutations(votes))[:50]} == {points}


@pytest.mark.parametrize("count", range(5))
def test_fewer_than_five_come_to_nothing(count):
    assert panel_points([BEST] * count, most=15) is None


@pytest.mark.parametrize("marks", [(0, 3, 3), (3, 6, 3), (3, 3, -1)])
def test_a_mark_is_one_to_five(marks):
    with pytest.raises(MarkOutOfRange):
        vote(*marks)


def test_what_a_panel_thought_is_told_in_words():
    assert reasons({"character": 45, "family": 34, "ability": 10}) == [
        "品行：很好",
        "家庭：一般",
        "偿还能力：有待改善",
    ]
