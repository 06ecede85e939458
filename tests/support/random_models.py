"""Random models and records for the properties: coherent ones, about a few items so that they meet."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from suxin.scoring.coherence import check_document
from suxin.scoring.documents import Dimension, Indicator, ScoreDocument, Tier, Where
from suxin.scoring.refusals import IndicatorsOverlap
from suxin.subjects.models import (
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Polarity,
    RecordStatus,
    SubjectKind,
)

AS_OF = date(2026, 11, 20)
# One that is not told apart, one by its level, one by its class; each is asked by either key, or by none.
ITEMS = ("A", "HONOUR", "PENALTY")
KEYS = ("level", "class")
CONTENTS = (
    {},
    {"level": "市"},
    {"class": "省"},
    {"level": "县", "class": "市"},
    {"level": "省", "class": "县"},
    {"level": None, "class": None},
)
POINTS = st.integers(1, 120)
DAYS = st.integers(0, 400)


@st.composite
def indicators(draw: Any, *, code: str, tiers: list[str]) -> Indicator:
    polarity = draw(st.sampled_from(Polarity))
    against = polarity is Polarity.NEGATIVE
    points = draw(POINTS)
    first, second, third = sorted(draw(st.tuples(DAYS, DAYS, DAYS)))
    amounts = sorted(draw(st.tuples(st.integers(0, 50), st.integers(51, 100))))
    low, high = draw(
        st.sampled_from([(None, None), (amounts[0], None), (None, amounts[1]), tuple(amounts)])
    )
    limits = against and draw(st.booleans())
    return Indicator(
        code=code,
        name=f"指标 {code}",
        items=tuple(draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=2, unique=True))),
        polarity=polarity,
        points=-points if against else points,
        at_most=points + draw(st.integers(0, 200)),
        within_days=third + 1,
        source="测试",
        from_days=first,
        fade_from_days=draw(st.sampled_from([None, second])),
        amount_from_fen=low,
        amount_below_fen=high,
        where=draw(st.sampled_from([None, *(Where(key=key, values=("市", "省")) for key in KEYS)])),
        declared=draw(st.booleans()),
        score_at_most=draw(st.integers(0, 1500)) if limits else None,
        tier_at_best=draw(st.sampled_from(tiers)) if limits else None,
        advice=draw(st.sampled_from([None, "多做一件好事"])),
    )  # fmt: skip


@st.composite
def documents(draw: Any) -> ScoreDocument:
    """Return a coherent model: of indicators that would count a record twice the later one is left out."""
    starts = sorted(draw(st.lists(st.integers(1, 1500), max_size=5, unique=True)), reverse=True)
    tiers = tuple(
        Tier(code=f"T{n}", name=f"{n} 级", from_score=s) for n, s in enumerate([*starts, 0])
    )
    dimensions: list[Dimension] = []
    for place in range(draw(st.integers(1, 3))):
        kept: list[Indicator] = []
        for number in range(draw(st.integers(1, 4))):
            one = draw(indicators(code=f"I{place}-{number}", tiers=[tier.code for tier in tiers]))
            if _fits(dimensions, [*kept, one], tiers):
                kept.append(one)
        if kept:
            dimensions.append(
                _dimension(place, kept, draw(st.integers(0, 300)), draw(st.integers(0, 300)))
            )
    document = _document(tuple(dimensions), tiers, base=draw(st.integers(0, 1500)))
    check_document(document)
    return document


def _dimension(place: int, kept: list[Indicator], down: int, up: int) -> Dimension:
    return Dimension(
        code=f"D{place}", name=f"维度 {place}", least=-down, most=up, indicators=tuple(kept)
    )


def _document(
    dimensions: tuple[Dimension, ...], tiers: tuple[Tier, ...], *, base: int = 1000
) -> ScoreDocument:
    return ScoreDocument(
        code="random",
        name="随机模型",
        note="测试",
        sources=("测试",),
        kinds=(SubjectKind.FIRM,),
        base=base,
        least=0,
        most=1500,
        dimensions=dimensions,
        tiers=tiers,
    )


def _fits(dimensions: list[Dimension], kept: list[Indicator], tiers: tuple[Tier, ...]) -> bool:
    try:
        check_document(_document((*dimensions, _dimension(9, kept, 0, 0)), tiers))
    except IndicatorsOverlap:
        return False
    return True


@st.composite
def records(draw: Any, subject_id: UUID) -> CreditRecord:
    occurred = AS_OF - timedelta(days=draw(st.integers(-5, 420)))
    ends = st.one_of(st.none(), st.integers(1, 500))
    valid, published = draw(ends), draw(ends)
    return CreditRecord(
        subject_id=subject_id,
        id=uuid4(),
        item_code=draw(st.sampled_from(ITEMS)),
        category=DataCategory.HONOURS,
        channel=LawfulChannel.PUBLICLY_DISCLOSED,
        natural_person=False,
        source="test",
        source_ref=uuid4().hex,
        occurred_on=occurred,
        valid_until=None if valid is None else occurred + timedelta(days=valid),
        published_until=None if published is None else occurred + timedelta(days=published),
        polarity=draw(st.sampled_from(Polarity)),
        status=draw(st.sampled_from([RecordStatus.ACTIVE] * 4 + list(RecordStatus))),
        amount_fen=draw(st.one_of(st.none(), st.integers(0, 110))),
        content=draw(st.sampled_from(CONTENTS)),
        self_declared=draw(st.booleans()),
    )
