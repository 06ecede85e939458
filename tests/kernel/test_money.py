"""Money: what is read, what is written, and that no fen is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.money import (
    MAX_AMOUNT_FEN,
    AmountMalformed,
    AmountNotWholeFen,
    AmountOutOfRange,
    AmountTooPrecise,
    check_amount_fen,
    format_wan,
    format_yuan,
    parse_yuan,
    share_floor,
    split_by_bps,
)

AMOUNTS = st.integers(0, MAX_AMOUNT_FEN)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.56", 123_456),
        ("1,234.56", 123_456),
        ("0", 0),
        ("0.5", 50),
        ("0.05", 5),
        (" 500000 ", 50_000_000),
        ("¥12", 1_200),
        ("１２３４．５６", 123_456),
        ("￥１，２３４", 123_400),
        ("+7.1", 710),
        ("007", 700),
        ("100000000000", MAX_AMOUNT_FEN),
    ],
)
def test_yuan_are_read_as_fen(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ".5", "5.", "1e5", "NaN", "inf", "12,34.5", "1,2345", "5万", "0x10", "1 000",
        "١٢", "1.2.3", "--1", "1_000", "9" * 33, 12.5, 12, True, None, b"1",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(AmountMalformed) as refused:
        parse_yuan(text, field="amount")
    assert refused.value.field == "amount"
    assert refused.value.zh_message == "金额格式不正确：请填写数字，如 1234.56"


def test_a_fraction_of_a_fen_is_refused_with_its_decimals():
    with pytest.raises(AmountTooPrecise) as refused:
        parse_yuan("1.005")
    assert refused.value.zh_message == "金额最多 2 位小数（精确到分），这里有 3 位"
    assert refused.value.en_message == (
        "An amount has at most 2 decimals (one fen); this one has 3"
    )


@pytest.mark.parametrize("text", ["-0.01", "-5", "100000000000.01", "9" * 32])
def test_negative_and_huge_amounts_are_refused_with_the_limits(text):
    with pytest.raises(AmountOutOfRange) as refused:
        parse_yuan(text, field="limit")
    assert refused.value.field == "limit"
    assert refused.value.zh_message == "金额应在 0.00元至 100,000,000,000.00元之间"


@pytest.mark.parametrize("value", [True, False, 5.0, "5", None, float("nan")])
def test_fen_that_are_no_integer_are_refused(value):
    with pytest.raises(AmountNotWholeFen) as refused:
        check_amount_fen(value, field="amountFen")
    assert refused.value.field == "amountFen"
    assert refused.value.zh_message == "金额应为整数（单位：分）"


@pytest.mark.parametrize("value", [0, -1, 501, 1 << 20_000], ids=["zero", "below", "above", "huge"])
def test_fen_outside_the_limits_are_refused(value):
    with pytest.raises(AmountOutOfRange) as refused:
        check_amount_fen(value, field="amountFen", maximum=500)
    assert refused.value.en_message == "The amount must be from 0.01 to 5.00 yuan"
    assert refused.value.code == "AMOUNT_OUT_OF_RANGE"


@pytest.mark.parametrize("value", [1, 499, 500])
def test_fen_within_the_limits_pass(value):
    assert check_amount_fen(value, field="amountFen", maximum=500) == value


@pytest.mark.parametrize(
    ("fen", "yuan", "wan"),
    [
        (0, "0.00", "0元"),
        (5, "0.05", "0.05元"),
        (123_456, "1,234.56", "1,234.56元"),
        (500_000, "5,000.00", "5,000元"),
        (999_999, "9,999.99", "9,999.99元"),
        (1_000_000, "10,000.00", "1万元"),
        (50_000_000, "500,000.00", "50万元"),
        (12_340_000, "123,400.00", "12.34万元"),
        (12_300_000, "123,000.00", "12.3万元"),
        (10_050_000, "100,500.00", "10.05万元"),
        (12_345_600, "123,456.00", "123,456元"),
        (12_345_678, "123,456.78", "123,456.78元"),
        (1_200_000_000, "12,000,000.00", "1,200万元"),
        (-123_456, "-1,234.56", "-1,234.56元"),
        (-12_340_000, "-123,400.00", "-12.34万元"),
    ],
)
def test_amounts_are_written_as_people_write_them(fen, yuan, wan):
    assert format_yuan(fen) == yuan
    assert format_wan(fen) == wan


@given(AMOUNTS)
def test_a_written_amount_reads_back(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "bps", "share"),
    [(100, 3_333, 33), (1, 9_999, 0), (1, 10_000, 1), (1_000_001, 5_000, 500_000), (7, 0, 0)],
)
def test_a_share_is_rounded_down(fen, bps, share):
    assert share_floor(fen, bps) == share


@pytest.mark.parametrize(("fen", "bps"), [(-1, 100), (100, -1), (100, 10_001)])
def test_a_share_of_nonsense_is_a_defect(fen, bps):
    with pytest.raises(ValueError, match="share"):
        share_floor(fen, bps)


def test_the_fen_left_over_go_to_the_one_named():
    shares = {"pool": 3_333, "bank": 3_333, "guarantor": 3_334}
    assert split_by_bps(100, shares, "bank") == {"pool": 33, "bank": 34, "guarantor": 33}


@given(AMOUNTS, st.lists(st.integers(0, 10_000), max_size=6), st.data())
def test_the_parts_always_add_up(fen, cuts, data):
    edges = [0, *sorted(cuts), 10_000]
    shares = {str(place): upper - lower for place, (lower, upper) in enumerate(pairwise(edges))}
    heir = data.draw(st.sampled_from(sorted(shares)))
    parts = split_by_bps(fen, shares, heir)
    assert sum(parts.values()) == fen
    assert list(parts) == list(shares)
    for name, part in parts.items():
        floor = share_floor(fen, shares[name])
        assert part == floor or (name == heir and floor <= part < floor + len(shares))


@pytest.mark.parametrize(
    ("shares", "heir"), [({"a": 5_000, "b": 4_999}, "a"), ({}, "a"), ({"a": 10_000}, "b")]
)
def test_a_split_that_does_not_cover_the_whole_is_a_defect(shares, heir):
    with pytest.raises(ValueError, match=r"of a split|one of those"):
        split_by_bps(100, shares, heir)
