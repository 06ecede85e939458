"""From credit households to credit counties: each ratio at its edge, what is not known, what is missing, and the days."""

from datetime import date

import pytest

from suxin.rural.rollup import Measure, Share, due_on, missing, to_do
from suxin.rural.states import TitleLevel

VILLAGE = {
    Measure.CREDIT_HOUSEHOLDS: Share(part=70, whole=100),
    Measure.WITHOUT_ARREARS: Share(part=85, whole=100),
    Measure.BAD_LOANS: Share(part=499, whole=10_000),
    Measure.NEW_BAD_LOANS: Share(part=99, whole=10_000),
}
TOWN = {
    Measure.CREDIT_VILLAGES: Share(part=1, whole=2),
    Measure.WITHOUT_ARREARS: Share(part=9, whole=10),
    Measure.BAD_LOANS: Share(part=0, whole=1),
    Measure.NEW_BAD_LOANS: Share(part=0, whole=1),
}


@pytest.mark.parametrize(
    ("level", "shares"),
    [
        (TitleLevel.VILLAGE, VILLAGE),
        (TitleLevel.TOWN, TOWN),
        (TitleLevel.COUNTY, {Measure.CREDIT_VILLAGES: Share(part=3, whole=5)}),
    ],
)
def test_whoever_is_at_the_edge_of_each_rule_has_the_level(level, shares):
    assert missing(to_do(level, shares)) == ()


@pytest.mark.parametrize(
    ("level", "shares", "measure", "share"),
    [
        (TitleLevel.VILLAGE, VILLAGE, Measure.CREDIT_HOUSEHOLDS, Share(part=699, whole=1000)),
        (TitleLevel.VILLAGE, VILLAGE, Measure.WITHOUT_ARREARS, Share(part=849, whole=1000)),
        (TitleLevel.VILLAGE, VILLAGE, Measure.BAD_LOANS, Share(part=5, whole=100)),
        (TitleLevel.VILLAGE, VILLAGE, Measure.NEW_BAD_LOANS, Share(part=1, whole=100)),
        (TitleLevel.TOWN, TOWN, Measure.CREDIT_VILLAGES, Share(part=499, whole=1000)),
        (TitleLevel.TOWN, TOWN, Measure.WITHOUT_ARREARS, Share(part=89, whole=100)),
        (TitleLevel.COUNTY, {}, Measure.CREDIT_VILLAGES, Share(part=599, whole=1000)),
        # Of nothing there is no share, and what is not known is not met.
        (TitleLevel.VILLAGE, VILLAGE, Measure.WITHOUT_ARREARS, Share(part=0, whole=0)),
        (TitleLevel.VILLAGE, VILLAGE, Measure.NEW_BAD_LOANS, None),
    ],
)
def test_one_rule_that_is_not_met_is_what_is_missing(level, shares, measure, share):
    (gap,) = missing(to_do(level, shares | {measure: share}))
    assert gap.measure is measure
    assert gap.met is (None if share is None or not share.known else False)


def test_a_to_do_says_how_many_more_would_do():
    shares = VILLAGE | {Measure.CREDIT_HOUSEHOLDS: Share(part=60, whole=101)}
    (gap,) = missing(to_do(TitleLevel.VILLAGE, shares))
    assert gap.still_needed == 11  # 71 of 101 is the first that reaches 70%
    assert gap.zh == "信用户占农户总数的比例不低于 70%"
    assert gap.still_needed_zh == "还差 11 户"
    assert to_do(TitleLevel.VILLAGE, VILLAGE)[2].still_needed is None
    (gap,) = missing(
        to_do(TitleLevel.TOWN, TOWN | {Measure.CREDIT_VILLAGES: Share(part=1, whole=4)})
    )
    assert gap.still_needed_zh == "还差 1 个村"


def test_each_level_has_its_day():
    assert due_on(None, 2026) == date(2026, 12, 31)
    assert due_on(TitleLevel.VILLAGE, 2026) == date(2027, 1, 31)
    assert due_on(TitleLevel.TOWN, 2026) == due_on(TitleLevel.COUNTY, 2026) == date(2027, 2, 28)
