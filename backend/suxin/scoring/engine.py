"""The one implementation of scoring: a model compiled to a statement that scores one subject or the whole city.

``scored`` is a SELECT of a row for each subject: the points of each indicator (a line), of each dimension within its bounds, the
score and the place of the tier. Which records count, and how lines become a score, is written here and nowhere else; a question
of what would be (``totals_of``) is the same text over lines that were made up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from suxin.scoring.documents import ScoreDocument

NO_LIMIT: Final = 1 << 30
"""Stands for a hard cap that an indicator has not; no score is as high."""

# What holds of a record on the day of the run. A negative one whose publication has ended is used no more
# (信用修复管理办法 art. 3).
_COUNTS: Final = """r.status = 'active' and r.occurred_on <= cast(:as_of as date)
      and (r.valid_until is null or r.valid_until > cast(:as_of as date))
      and (r.polarity <> 'negative' or r.published_until is null
           or r.published_until > cast(:as_of as date))"""

_INDICATORS: Final = """jsonb_to_recordset(cast(:indicators as jsonb)) as i (
      item text, number int, polarity text, points int, from_days int, fade_from int, within int,
      amount_from bigint, amount_below bigint, key text, "values" text[], declared boolean)"""

_POINTS: Final = """case when age.days < i.fade_from then i.points
      else i.points * (i.within - age.days) / (i.within - i.fade_from) end"""

_LINES: Final = """
  select r.subject_id, i.number,
    least(greatest(sum({points}), -(cast(:at_most as int[]))[i.number + 1]),
          (cast(:at_most as int[]))[i.number + 1])::int as points
  from credit_records r
  join {indicators} on i.item = r.item_code and i.polarity = r.polarity
  cross join lateral (select cast(:as_of as date) - r.occurred_on as days) age
  where {counts}{scope}
    and age.days >= i.from_days and age.days < i.within
    and (i.declared or not r.self_declared)
    and (i.amount_from is null or r.amount_fen >= i.amount_from)
    and (i.amount_below is null or r.amount_fen < i.amount_below)
    and (i.key is null or r.content ->> i.key = any (i."values"))
  group by r.subject_id, i.number"""

_TOTALS: Final = """
  select subject_id, array_agg(number) as numbers, array_agg(points) as points,
    {sums},
    min((cast(:score_at_most as int[]))[number + 1]) as score_at_most,
    max((cast(:tier_at_best as int[]))[number + 1]) as tier_at_best
  from ({lines}) lines group by subject_id"""

_SCORES: Final = """
  select x.subject_id, x.natural_person, x.numbers, x.points, x.dimensions, x.score,
    greatest(x.tier_at_best, (
      select min(place) - 1 from unnest(cast(:tiers as int[])) with ordinality t (starts, place)
      where x.score >= t.starts))::int as tier_place
  from (
    select who.subject_id, who.natural_person, t.numbers, t.points, d.dimensions,
      coalesce(t.tier_at_best, 0) as tier_at_best,
      greatest(:least, least(:most, coalesce(t.score_at_most, :most), :base + d.total))::int as score
    from ({who}) who
    left join ({totals}) t on t.subject_id = who.subject_id
    cross join lateral (select array[{clamped}]::int[] as dimensions, ({total})::int as total) d
  ) x"""

_SUBJECTS: Final = """select s.id as subject_id, s.kind in ('person', 'household') as natural_person
    from subjects s where s.kind = any (cast(:kinds as text[]))"""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement with its parameters."""

    sql: str
    parameters: Mapping[str, Any]


def scored(document: ScoreDocument, *, as_of: date, subject_id: UUID | None = None) -> Compiled:
    """Return the statement that scores one subject, or everybody of the model's kinds, as of a day."""
    one = subject_id is not None
    lines = _LINES.format(
        points=_POINTS,
        indicators=_INDICATORS,
        counts=_COUNTS,
        scope=" and r.subject_id = :subject_id" if one else "",
    )
    who = _SUBJECTS + (" and s.id = :subject_id" if one else "")
    parameters = {
        **_rules(document),
        "indicators": json.dumps(list(_rows(document))),
        "at_most": [one.at_most for one in document.indicators],
        "kinds": [kind.value for kind in document.kinds],
        "as_of": as_of,
    }
    if one:
        parameters["subject_id"] = subject_id
    return Compiled(_scores(document, who=who, lines=lines), parameters)


def totals_of(document: ScoreDocument, cases: list[Mapping[int, int]]) -> Compiled:
    """Return the statement that scores made-up lines: each case maps indicators' numbers to points within their ceilings.

    Its rows are told by the case's place in the list, as ``subject_id``.
    """
    lines = [
        {"place": place, "number": number, "points": points}
        for place, case in enumerate(cases)
        for number, points in case.items()
    ]
    made_up = (
        "select place as subject_id, number, points from jsonb_to_recordset(cast(:lines as jsonb))"
        " as made_up (place int, number int, points int)"
    )
    who = "select place as subject_id, false as natural_person from generate_series(0, :last) place"
    parameters = {**_rules(document), "lines": json.dumps(lines), "last": len(cases) - 1}
    return Compiled(_scores(document, who=who, lines=made_up), parameters)


def _scores(document: ScoreDocument, *, who: str, lines: str) -> str:
    places = range(len(document.dimensions))
    clamped = [f"least(greatest(coalesce(t.d{n}, 0), :least_{n}), :most_{n})" for n in places]
    sums = ", ".join(
        f"sum(points) filter (where (cast(:dimension_of as int[]))[number + 1] = {n}) as d{n}"
        for n in places
    )
    totals = _TOTALS.format(sums=sums, lines=lines)
    return _SCORES.format(
        who=who, totals=totals, clamped=", ".join(clamped), total=" + ".join(clamped)
    )


def _rules(document: ScoreDocument) -> dict[str, Any]:
    """Return what turns lines into a score: bounds, limits and tiers, each by its place."""
    bounds = {
        f"{name}_{place}": value
        for place, one in enumerate(document.dimensions)
        for name, value in (("least", one.least), ("most", one.most))
    }
    indicators = document.indicators
    held = [document.tier_place(one.tier_at_best or "") or 0 for one in indicators]
    return {
        **bounds,
        "dimension_of": [
            place for place, one in enumerate(document.dimensions) for _ in one.indicators
        ],
        "score_at_most": [
            NO_LIMIT if one.score_at_most is None else one.score_at_most for one in indicators
        ],
        "tier_at_best": held,
        "tiers": [tier.from_score for tier in document.tiers],
        "base": document.base,
        "least": document.least,
        "most": document.most,
    }


def _rows(document: ScoreDocument) -> Any:  # noqa: ANN401 - rows for JSON
    for number, one in enumerate(document.indicators):
        fades = one.within_days if one.fade_from_days is None else one.fade_from_days
        for item in one.items:
            yield {
                "item": item,
                "number": number,
                "polarity": one.polarity.value,
                "points": one.points,
                "from_days": one.from_days,
                "fade_from": fades,
                "within": one.within_days,
                "amount_from": one.amount_from_fen,
                "amount_below": one.amount_below_fen,
                "key": one.where.key if one.where else None,
                "values": list(one.where.values) if one.where else None,
                "declared": one.declared,
            }
