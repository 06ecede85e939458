"""What a score model must not say, each by the name of its refusal; and that the random ones are coherent."""

import msgspec
import pytest
from hypothesis import given, settings
from random_models import documents

from suxin.scoring.coherence import MAX_INDICATORS, check_document
from suxin.scoring.documents import (
    MAX_DOCUMENT_BYTES,
    Indicator,
    ScoreDocument,
    Where,
    read_document,
    stored_document,
    to_store,
)
from suxin.scoring.refusals import (
    BoundsIncoherent,
    CodeRepeated,
    IndicatorsOverlap,
    LimitIncoherent,
    ModelMalformed,
    ModelTooLarge,
    NegativeTooOld,
    PointsAgainstPolarity,
    PointsIncoherent,
    RangeEmpty,
    TiersIncoherent,
)
from suxin.subjects.models import Polarity

PLAIN = {
    "code": "plain",
    "name": "最小模型",
    "note": "测试",
    "sources": ["测试"],
    "kinds": ["firm"],
    "base": 1000,
    "least": 0,
    "most": 1500,
    "dimensions": [
        {
            "code": "D",
            "name": "守信",
            "least": -400,
            "most": 200,
            "indicators": [
                {
                    "code": "GOOD",
                    "name": "表彰",
                    "items": ["HONOUR"],
                    "polarity": "positive",
                    "points": 20,
                    "at_most": 60,
                    "within_days": 730,
                    "source": "测试",
                },
                {
                    "code": "BAD",
                    "name": "处罚",
                    "items": ["PENALTY"],
                    "polarity": "negative",
                    "points": -50,
                    "at_most": 200,
                    "within_days": 365,
                    "score_at_most": 850,
                    "tier_at_best": "C",
                    "source": "测试",
                },
            ],
        }
    ],
    "tiers": [
        {"code": "A", "name": "优", "from_score": 1100},
        {"code": "B", "name": "良", "from_score": 900},
        {"code": "C", "name": "一般", "from_score": 0},
    ],
}


def plain() -> ScoreDocument:
    return read_document(msgspec.json.encode(PLAIN))


def with_first(**changes: object) -> ScoreDocument:
    return with_indicators(msgspec.structs.replace(plain().indicators[0], **changes))


def with_second(**changes: object) -> ScoreDocument:
    first, second = plain().indicators
    return with_indicators(first, msgspec.structs.replace(second, **changes))


def with_indicators(*indicators: Indicator) -> ScoreDocument:
    (dimension,) = plain().dimensions
    return plain_but(dimensions=(msgspec.structs.replace(dimension, indicators=tuple(indicators)),))


def plain_but(**changes: object) -> ScoreDocument:
    return msgspec.structs.replace(plain(), **changes)


def test_a_coherent_model_is_taken_and_stored_as_it_is():
    check_document(plain())
    assert stored_document(to_store(plain())) == plain()
    assert plain().items == {"HONOUR", "PENALTY"}
    assert [plain().tier_place(code) for code in ("A", "C", "X")] == [0, 2, None]


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(document=documents())
def test_a_random_model_survives_being_stored(document):
    assert stored_document(to_store(document)) == document


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (plain_but(least=1100), BoundsIncoherent),
        (plain_but(most=900), BoundsIncoherent),
        (plain_but(tiers=()), TiersIncoherent),
        (plain_but(tiers=plain().tiers[::-1]), TiersIncoherent),
        (plain_but(tiers=plain().tiers[:2]), TiersIncoherent),
        (plain_but(most=1050), TiersIncoherent),
        (plain_but(kinds=()), RangeEmpty),
        (plain_but(dimensions=plain().dimensions * 2), CodeRepeated),
        (plain_but(tiers=(plain().tiers[0], *plain().tiers)), CodeRepeated),
        (with_indicators(), RangeEmpty),
        (with_first(items=()), RangeEmpty),
        (with_first(from_days=730), RangeEmpty),
        (with_first(from_days=-1), RangeEmpty),
        (with_first(fade_from_days=730), RangeEmpty),
        (with_first(from_days=20, fade_from_days=10), RangeEmpty),
        (with_first(amount_from_fen=5, amount_below_fen=5), RangeEmpty),
        (with_first(where=Where(key="level", values=())), RangeEmpty),
        (with_first(points=0), PointsIncoherent),
        (with_first(points=61), PointsIncoherent),
        (with_first(points=-20), PointsAgainstPolarity),
        (with_first(points=-20, polarity=Polarity.NEUTRAL), PointsAgainstPolarity),
        (with_second(points=50), PointsAgainstPolarity),
        (with_second(within_days=1826), NegativeTooOld),
        (with_second(tier_at_best="D"), LimitIncoherent),
        (with_second(score_at_most=1501), LimitIncoherent),
        (with_first(score_at_most=900), LimitIncoherent),
        (with_first(tier_at_best="C"), LimitIncoherent),
        (with_first(name="长" * 301), ModelTooLarge),
        (with_first(at_most=1_000_001), ModelTooLarge),
        (with_first(within_days=366 * 100 + 1), ModelTooLarge),
        (with_first(items=tuple(f"I{n}" for n in range(51))), ModelTooLarge),
        (with_indicators(*plain().indicators * MAX_INDICATORS), ModelTooLarge),
    ],
)
def test_what_is_not_coherent_is_refused_by_name(document, refusal):
    with pytest.raises(refusal):
        check_document(document)


def test_what_speaks_against_somebody_counts_for_no_day_beyond_five_years():
    """征信业管理条例 art. 16: five years, which are 1825 days and their leap days."""
    check_document(with_second(within_days=1825))
    with pytest.raises(NegativeTooOld):
        check_document(with_second(within_days=1826))


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ({}, {}, True),
        ({}, {"items": ("OTHER",)}, False),
        ({}, {"polarity": Polarity.NEUTRAL}, False),
        ({"from_days": 365}, {"within_days": 365}, False),
        ({"from_days": 364}, {"within_days": 365}, True),
        ({"amount_from_fen": 5}, {"amount_below_fen": 5}, False),
        ({"amount_from_fen": 4}, {"amount_below_fen": 5}, True),
        ({}, {"amount_below_fen": 5}, True),
        ({"where": Where(key="k", values=("a",))}, {"where": Where(key="k", values=("b",))}, False),
        (
            {"where": Where(key="k", values=("a",))},
            {"where": Where(key="k", values=("a", "b"))},
            True,
        ),
        ({"where": Where(key="k", values=("a",))}, {"where": Where(key="j", values=("b",))}, True),
        ({"where": Where(key="k", values=("a",))}, {}, True),
        ({"declared": True}, {"declared": False}, True),
    ],
)
def test_no_record_may_count_twice(first, second, overlap):
    one = plain().indicators[0]
    document = with_indicators(
        msgspec.structs.replace(one, **first),
        msgspec.structs.replace(one, code="TWIN", **second),
    )
    if not overlap:
        check_document(document)
        return
    with pytest.raises(IndicatorsOverlap) as refused:
        check_document(document)
    assert refused.value.facts == {"first": "GOOD", "second": "TWIN"}


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        (b"{", "格式不正确"),
        (b"\xff", "格式不正确"),
        (b"{}", "此项必填"),
        (msgspec.json.encode(PLAIN | {"formula": "1+1"}), "没有这一项"),
        (msgspec.json.encode(PLAIN | {"base": "1000"}), "应为整数"),
        (msgspec.json.encode(PLAIN | {"kinds": ["robot"]}), "不在可选范围内"),
    ],
)
def test_what_is_no_model_is_refused(text, zh):
    with pytest.raises(ModelMalformed) as refused:
        read_document(text)
    assert zh in refused.value.zh_message


def test_a_document_has_a_length():
    with pytest.raises(ModelTooLarge):
        read_document(b" " * (MAX_DOCUMENT_BYTES + 1))
