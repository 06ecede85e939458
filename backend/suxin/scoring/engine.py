"""The one implementation of scoring: a model compiled to a statement that scores one subject or the whole city.

``scored`` is a SELECT of a row for each subject: the points of each indicator (a line), of each dimension within its bounds, the
score and the place of the tier. Records are read once and collapse to one row a subject at once, a column for each indicator, so
that a whole city takes little more than any sum over its records. Which records count, and how lines become a score, is written
here and nowhere else; a question of what would be (``totals_of``) is the same text over lines that were made up.

Only whole numbers of the model stand in the text; every word of it is a parameter.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from suxin.scoring.documents import Dimension, Indicator, ScoreDocument

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

_FROM_RECORDS: Final = """credit_records r
  join {indicators} on i.item = r.item_code and i.polarity = r.polarity
  cross join lateral (select cast(:as_of as date) - r.occurred_on as days) age
  where {counts}{scope}
    and age.days >= i.from_days and age.days < i.within
    and (i.declared or not r.self_declared)
    and (i.amount_from is null or r.amount_fen >= i.amount_from)
    and (i.amount_below is null or r.amount_fen < i.amount_below)
    and (i.key is null or r.content ->> i.key = any (i."values"))"""

_MADE_UP: Final = (
    "jsonb_to_recordset(cast(:lines as jsonb)) as i (place int, number int, points int)"
)

# ``offset 0`` keeps the planner from writing each column out wherever it is used.
_SCORES: Final = """
select x.subject_id, x.natural_person, x.points, x.dimensions, x.score,
  greatest(x.held, case {tiers} end) as tier_place
from (
  select d.*, greatest({least}, least({most}, d.cap, {base} + {total}))::int as score
  from (
    select l.subject_id, l.natural_person, array[{lines}]::int[] as points, l.cap, l.held,
      array[{dimensions}]::int[] as dimensions
    from (
      select who.subject_id, who.natural_person, {clamped},
        {cap}::int as cap, {held}::int as held
      from ({who}) who
      left join (select {of} as subject_id, {sums} from {source} group by {of}) t
        on t.subject_id = who.subject_id
      offset 0
    ) l offset 0
  ) d offset 0
) x"""

_SUBJECTS: Final = """select s.id as subject_id, s.kind in ('person', 'household') as natural_person
    from subjects s where s.kind = any (cast(:kinds as text[])) and s.sandbox_id is null"""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement with its parameters."""

    sql: str
    parameters: Mapping[str, Any]


def scored(document: ScoreDocument, *, as_of: date, subject_id: UUID | None = None) -> Compiled:
    """Return the statement that scores one subject, or everybody of the model's kinds, as of a day."""
    one = subject_id is not None
    source = _FROM_RECORDS.format(
        indicators=_INDICATORS,
        counts=_COUNTS,
        scope=" and r.subject_id = :subject_id" if one else "",
    )
    who = _SUBJECTS + (" and s.id = :subject_id" if one else "")
    parameters: dict[str, Any] = {
        "indicators": json.dumps(list(_rows(document))),
        "kinds": [kind.value for kind in document.kinds],
        "as_of": as_of,
    }
    if one:
        parameters["subject_id"] = subject_id
    sql = _text(document, who=who, of="r.subject_id", source=source, points=_POINTS)
    return Compiled(sql, parameters)


def totals_of(document: ScoreDocument, cases: list[Mapping[int, int]]) -> Compiled:
    """Return the statement that scores made-up lines: each case maps indicators' numbers to points within their ceilings.

    Its rows are told by the case's place in the list, as ``subject_id``.
    """
    lines = [
        {"place": place, "number": number, "points": points}
        for place, case in enumerate(cases)
        for number, points in case.items()
    ]
    who = "select place as subject_id, false as natural_person from generate_series(0, :last) place"
    sql = _text(document, who=who, of="i.place", source=_MADE_UP, points="i.points")
    return Compiled(sql, {"lines": json.dumps(lines), "last": len(cases) - 1})


def _text(document: ScoreDocument, *, who: str, of: str, source: str, points: str) -> str:
    """Return the statement over the points of ``source``, summed for each of those ``who`` names."""
    indicators = document.indicators
    numbers = range(len(indicators))
    dimensions = list(_within(document.dimensions))
    return _SCORES.format(
        who=who,
        of=of,
        source=source,
        sums=", ".join(f"sum({points}) filter (where i.number = {n}) as s{n}" for n in numbers),
        clamped=", ".join(_clamped(n, one) for n, one in enumerate(indicators)),
        lines=", ".join(f"l.l{n}" for n in numbers),
        dimensions=", ".join(dimensions),
        total=" + ".join(f"d.dimensions[{place}]" for place in range(1, len(dimensions) + 1)),
        cap=_limit("least", indicators, lambda one: one.score_at_most),
        held=_limit(
            "greatest",
            indicators,
            lambda one: document.tier_place(one.tier_at_best) if one.tier_at_best else None,
        ),
        base=document.base,
        least=document.least,
        most=document.most,
        tiers=" ".join(
            f"when x.score >= {tier.from_score} then {place}"
            for place, tier in enumerate(document.tiers)
        ),
    )


def _clamped(number: int, one: Indicator) -> str:
    """Return the column of a line: the sum within the indicator's ceiling, and null where nothing counted."""
    within = f"least(greatest(t.s{number}, {-one.at_most}), {one.at_most})"
    return f"case when t.s{number} is not null then {within} end as l{number}"


def _within(dimensions: tuple[Dimension, ...]) -> Iterator[str]:
    """Return the sum of each dimension's lines, within its bounds."""
    number = 0
    for one in dimensions:
        last = number + len(one.indicators)
        total = " + ".join(f"coalesce(l.l{n}, 0)" for n in range(number, last))
        yield f"least(greatest({total}, {one.least}), {one.most})"
        number = last


def _limit(
    strictest: str, indicators: tuple[Indicator, ...], of: Callable[[Indicator], int | None]
) -> str:
    """Return the strictest of the limits that hang on what counts; null where there is none."""
    limits = [
        f"case when t.s{number} is not null then {limit} end"
        for number, one in enumerate(indicators)
        if (limit := of(one)) is not None
    ]
    return f"{strictest}({', '.join(limits)})" if limits else "null"


def _rows(document: ScoreDocument) -> Iterator[dict[str, Any]]:
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
