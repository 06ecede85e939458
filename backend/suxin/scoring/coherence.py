"""Whether a score model makes sense in itself: named refusals for what does not.

What a model may not say is in part law: only what speaks against somebody costs points, for five years at most
(征信业管理条例 art. 16), and nobody is counted twice for one fact.
"""

from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Final

from suxin.scoring.documents import Dimension, Indicator, ScoreDocument
from suxin.scoring.refusals import (
    BoundsIncoherent,
    CodeRepeated,
    IndicatorsOverlap,
    LimitIncoherent,
    ModelTooLarge,
    NegativeTooOld,
    PanelIncoherent,
    PointsAgainstPolarity,
    PointsIncoherent,
    RangeEmpty,
    TiersIncoherent,
)
from suxin.subjects.models import Polarity

MAX_DIMENSIONS: Final = 20
MAX_INDICATORS: Final = 300
MAX_TIERS: Final = 20
MAX_ITEMS: Final = 50
MAX_TEXT: Final = 300
MAX_POINTS: Final = 1_000_000
MAX_DAYS: Final = 366 * 100
NEGATIVE_DAYS: Final = 5 * 365
"""How long what speaks against somebody may count at most: never beyond five years, whose leap days are not counted
(征信业管理条例 art. 16)."""

_UNBOUNDED: Final = 1 << 62


def check_document(document: ScoreDocument) -> None:
    """Refuse a model that is not coherent.

    :raises ModelTooLarge: if it holds more than a model may
    :raises CodeRepeated: if two of its parts share a code
    :raises BoundsIncoherent: if least, base and most do not follow each other
    :raises TiersIncoherent: if the tiers do not descend to one that begins at the least score
    :raises RangeEmpty: if a range holds nothing
    :raises PointsIncoherent: if an indicator is worth nothing, or its ceiling less than one record
    :raises PointsAgainstPolarity: if it costs points to have what does not speak against one, or pays to have what does
    :raises NegativeTooOld: if what speaks against somebody counts for longer than five years
    :raises LimitIncoherent: if a hard cap or veto holds nothing, or hangs on what costs no points
    :raises PanelIncoherent: if two indicators are a panel's, or one that is counts records, fades or takes points
    :raises IndicatorsOverlap: if one record could count in two indicators
    """
    _check_size(document)
    for named in (document.dimensions, document.indicators, document.tiers):
        _check_codes(one.code for one in named)
    if not document.least <= document.base <= document.most:
        raise BoundsIncoherent(field="base")
    _check_tiers(document)
    for dimension in document.dimensions:
        _check_dimension(dimension)
    for indicator in document.indicators:
        _check_ranges(indicator)
        _check_points(indicator)
        _check_limits(document, indicator)
    _check_panel(document)
    for first, second in combinations(document.indicators, 2):
        if _overlap(first, second):
            raise IndicatorsOverlap(field="dimensions", first=first.code, second=second.code)


def _check_size(document: ScoreDocument) -> None:
    indicators = document.indicators
    counted = (
        ("维度数", "dimensions", len(document.dimensions), MAX_DIMENSIONS),
        ("指标数", "indicators", len(indicators), MAX_INDICATORS),
        ("等级数", "tiers", len(document.tiers), MAX_TIERS),
        ("目录项数", "items an indicator", max((len(i.items) for i in indicators), default=0), MAX_ITEMS),
        ("文字长度", "characters in a text", max(map(len, _texts(document))), MAX_TEXT),
        ("分值", "points", max(map(abs, _figures(document))), MAX_POINTS),
        ("天数", "days", max((abs(i.within_days) for i in indicators), default=0), MAX_DAYS),
    )  # fmt: skip
    for zh, en, count, limit in counted:
        if count > limit:
            raise ModelTooLarge(thing_zh=zh, thing_en=en, limit=limit)
    if not indicators or not document.kinds:
        raise RangeEmpty(field="dimensions", part=document.code)


def _texts(document: ScoreDocument) -> Iterable[str]:
    yield from (document.code, document.name, document.note, *document.sources)
    for dimension in document.dimensions:
        yield from (dimension.code, dimension.name)
    for tier in document.tiers:
        yield from (tier.code, tier.name)
    for one in document.indicators:
        yield from (one.code, one.name, one.source, one.advice or "", one.tier_at_best or "")
        yield from one.items
        yield from (one.where.key, *one.where.values) if one.where else ()


def _figures(document: ScoreDocument) -> Iterable[int]:
    yield from (document.base, document.least, document.most)
    for dimension in document.dimensions:
        yield from (dimension.least, dimension.most)
    for one in document.indicators:
        yield from (one.points, one.at_most, one.score_at_most or 0)
    yield from (tier.from_score for tier in document.tiers)


def _check_codes(codes: Iterable[str]) -> None:
    seen = set[str]()
    for code in codes:
        if code in seen:
            raise CodeRepeated(repeated=code)
        seen.add(code)


def _check_tiers(document: ScoreDocument) -> None:
    starts = [tier.from_score for tier in document.tiers]
    descending = all(better > worse for better, worse in pairwise(starts))
    if not starts or not descending or starts[-1] != document.least or starts[0] > document.most:
        raise TiersIncoherent(field="tiers")


def _check_dimension(dimension: Dimension) -> None:
    if not dimension.least <= 0 <= dimension.most or not dimension.indicators:
        raise RangeEmpty(field="dimensions", part=dimension.code)


def _check_ranges(one: Indicator) -> None:
    fades_from = one.from_days if one.fade_from_days is None else one.fade_from_days
    ages_hold = 0 <= one.from_days <= fades_from < one.within_days
    low, high = _amounts(one)
    if (
        not ages_hold
        or low >= high
        or not (one.items or one.panel)
        or (one.where and not one.where.values)
    ):
        raise RangeEmpty(field="dimensions", part=one.code)


def _check_points(one: Indicator) -> None:
    if one.points == 0 or one.at_most < abs(one.points):
        raise PointsIncoherent(field="dimensions", indicator=one.code)
    if (one.points < 0) != (one.polarity is Polarity.NEGATIVE):
        raise PointsAgainstPolarity(field="dimensions", indicator=one.code)
    if one.points < 0 and one.within_days > NEGATIVE_DAYS:
        raise NegativeTooOld(field="dimensions", indicator=one.code, days=NEGATIVE_DAYS)


def _check_limits(document: ScoreDocument, one: Indicator) -> None:
    limited = one.score_at_most is not None or one.tier_at_best is not None
    score = document.least if one.score_at_most is None else one.score_at_most
    named = one.tier_at_best is None or document.tier_place(one.tier_at_best) is not None
    if limited and (one.points > 0 or not document.least <= score <= document.most or not named):
        raise LimitIncoherent(field="dimensions", indicator=one.code)


def _check_panel(document: ScoreDocument) -> None:
    given = [one for one in document.indicators if one.panel]
    for one in given:
        whole = (
            one.fade_from_days is None and one.where is None and _amounts(one) == _amounts_of_any()
        )
        if len(given) > 1 or one.items or one.points <= 0 or one.points != one.at_most or not whole:
            raise PanelIncoherent(field="dimensions", indicator=one.code)


def _overlap(first: Indicator, second: Indicator) -> bool:
    """Tell whether some record could meet both, each of whose conditions is about a thing of its own."""
    return (
        not set(first.items).isdisjoint(second.items)
        and first.polarity is second.polarity
        and _meet(_ages(first), _ages(second))
        and _meet(_amounts(first), _amounts(second))
        and not _told_apart(first, second)
    )


def _ages(one: Indicator) -> tuple[int, int]:
    return one.from_days, one.within_days


def _amounts(one: Indicator) -> tuple[int, int]:
    low = -1 if one.amount_from_fen is None else one.amount_from_fen
    return low, _UNBOUNDED if one.amount_below_fen is None else one.amount_below_fen


def _amounts_of_any() -> tuple[int, int]:
    return -1, _UNBOUNDED


def _meet(first: tuple[int, int], second: tuple[int, int]) -> bool:
    return max(first[0], second[0]) < min(first[1], second[1])


def _told_apart(first: Indicator, second: Indicator) -> bool:
    a, b = first.where, second.where
    return a is not None and b is not None and a.key == b.key and set(a.values).isdisjoint(b.values)
