"""Scoring once more, slowly and plainly: what the engine must equal on every model and every record."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from suxin.scoring.documents import Indicator, ScoreDocument
from suxin.subjects.models import CreditRecord, Polarity, RecordStatus


@dataclass(frozen=True)
class Reckoned:
    lines: dict[int, int]
    dimensions: list[int]
    score: int
    tier: str


def reckon(document: ScoreDocument, records: list[CreditRecord], as_of: date) -> Reckoned:
    """Score one subject's records."""
    lines: dict[int, int] = {}
    for number, indicator in enumerate(document.indicators):
        counted = [record for record in records if counts(indicator, record, as_of)]
        if counted:
            total = sum(worth(indicator, (as_of - record.occurred_on).days) for record in counted)
            lines[number] = max(-indicator.at_most, min(indicator.at_most, total))
    return total_of(document, lines)


def total_of(document: ScoreDocument, lines: dict[int, int]) -> Reckoned:
    by_code = {one.code: number for number, one in enumerate(document.indicators)}
    dimensions = []
    for dimension in document.dimensions:
        total = sum(lines.get(by_code[one.code], 0) for one in dimension.indicators)
        dimensions.append(max(dimension.least, min(dimension.most, total)))
    score = document.base + sum(dimensions)
    limits = defaultdict(list)
    for number in lines:
        one = document.indicators[number]
        if one.score_at_most is not None:
            limits["score"].append(one.score_at_most)
        if one.tier_at_best is not None:
            limits["tier"].append(document.tier_place(one.tier_at_best))
    score = min([score, *limits["score"], document.most])
    score = max(score, document.least)
    reached = next(n for n, tier in enumerate(document.tiers) if score >= tier.from_score)
    return Reckoned(lines, dimensions, score, document.tiers[max([reached, *limits["tier"]])].code)


def counts(one: Indicator, record: CreditRecord, as_of: date) -> bool:
    return in_force(record, as_of) and all(
        [
            record.item_code in one.items,
            record.polarity is one.polarity,
            one.from_days <= (as_of - record.occurred_on).days < one.within_days,
            one.declared or not record.self_declared,
            one.where is None or record.content.get(one.where.key) in one.where.values,
            one.amount_from_fen is None or at_least(record.amount_fen, one.amount_from_fen),
            one.amount_below_fen is None or below(record.amount_fen, one.amount_below_fen),
        ]
    )


def in_force(record: CreditRecord, as_of: date) -> bool:
    ends = [record.valid_until]
    if record.polarity is Polarity.NEGATIVE:
        ends.append(record.published_until)
    return (
        record.status is RecordStatus.ACTIVE
        and record.occurred_on <= as_of
        and all(end is None or end > as_of for end in ends)
    )


def at_least(amount_fen: int | None, low_fen: int) -> bool:
    return amount_fen is not None and amount_fen >= low_fen


def below(amount_fen: int | None, high_fen: int) -> bool:
    return amount_fen is not None and amount_fen < high_fen


def worth(one: Indicator, age_days: int) -> int:
    """Points of one record: in full until it fades, then evenly less, towards zero by whole points."""
    fades_from = one.within_days if one.fade_from_days is None else one.fade_from_days
    if age_days < fades_from:
        return one.points
    whole = abs(one.points) * (one.within_days - age_days) // (one.within_days - fades_from)
    return whole if one.points > 0 else -whole
