"""What a grade is worth by a round's rules, and which rules there may be."""

import pytest

from suxin.village_credit.lines import MOST_FEN, checked_rules, line_for, shown
from suxin.village_credit.refusals import LineOutOfBounds

RULES = {"AAA": 30_000_000, "AA": 15_000_000, "A": 1_000_000}


def test_rules_are_kept_best_first_and_grades_without_a_line_are_left_out():
    assert list(checked_rules({"A": 1_000_000, "AAA": 30_000_000, "AA": 15_000_000, "B": 0})) == [
        "AAA",
        "AA",
        "A",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"AAA": 0},
        {"AAA": 900_000},
        {"AAA": MOST_FEN + 100_000},
        {"AAA": 1_050_000},
        {"AAA": 1_000_000, "AA": 2_000_000},
        {"AA": 1_000_000},
        {"AAA": 2_000_000, "A": 1_000_000},
        {"S": 1_000_000},
    ],
    ids=str,
)
def test_a_line_out_of_bounds_or_out_of_order_is_refused(given):
    with pytest.raises(LineOutOfBounds):
        checked_rules(given)


@pytest.mark.parametrize(
    ("tier", "most_fen", "line"),
    [
        ("AAA", 50_000_000, 30_000_000),
        ("AAA", 20_050_000, 20_000_000),
        ("A", 900_000, None),
        ("B", 50_000_000, None),
    ],
)
def test_a_line_is_the_grades_and_at_most_what_the_product_lends(tier, most_fen, line):
    assert line_for(tier, RULES, most_fen=most_fen) == line


def test_a_count_is_in_whole_fives_and_nothing_below():
    assert [shown(count) for count in (0, 4, 5, 9, 10)] == [None, None, 5, 5, 10]
