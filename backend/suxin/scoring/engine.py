"""The one implementation of scoring: a model compiled to a statement that scores one subject or the whole city.

``scored`` is a SELECT of a row for each subject: the points of each indicator of which something counts (a line), of each dimension
within its bounds, the score and the place of the tier. Records are read once and sorted once, by subject and indicator; what follows
are sums over rows that already lie side by side. The whole city is scored in one arm for each part of the records, which share
nothing, so that the cores work beside each other to the end. Which records count, and how lines become a score, is written here and
nowhere else; a question of what would be (``totals_of``) is the same text over lines that were made up.

Those whom a context above enters alone are scored out of a relation of theirs (``scored_among``), which has what a panel gave besides.

Only whole numbers of the model stand in the text; every word of it is a parameter.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

from suxin.kernel.tables import part_names
from suxin.scoring.documents import Dimension, Indicator, ScoreDocument
from suxin.subjects.models import CreditRecord

# What holds of a record on the day of the run; that it is not of later follows from the indicators' days. A negative one whose
# publication has ended is used no more (信用修复管理办法 art. 3). What is asked of each of some million records asks first what
# costs least, here and below.
_COUNTS: Final = """r.status = 'active'
        and (r.valid_until is null or r.valid_until > cast(:as_of as date))
        and (r.published_until is null or r.polarity <> 'negative'
             or r.published_until > cast(:as_of as date))"""

_INDICATORS: Final = """jsonb_to_recordset(cast(:indicators as jsonb)) as i (
        item text, number int, polarity text, points int, newest date, full_after date, oldest date,
        fade_days int, amount_from bigint, amount_below bigint, key text, value text, declared boolean)"""

_POINTS: Final = """case when r.occurred_on > i.full_after then i.points
          else i.points * (r.occurred_on - i.oldest) / i.fade_days end"""

# Nearly every item has one polarity: as a second key of the join (which "is true" keeps it from being) it would cost a hash for
# each record.
_FROM_RECORDS: Final = """
        select r.subject_id, i.number::smallint as number, {points} as points
        from {table} r
        join {indicators} on i.item = r.item_code
        where {counts}{scope}
        and {asked}"""

_MADE_UP: Final = """
        select i.place as subject_id, i.number::smallint as number, i.points
        from jsonb_to_recordset(cast(:lines as jsonb)) as i (place int, number int, points int)"""

# Each level is evaluated once, because what lies below it is grouped, or one case of many.
_SCORES: Final = """
select c.subject_id, c.natural_person, c.numbers, c.points, c.dimensions, {score}::int as score,
  greatest(c.held, {tiers} - width_bucket({score}, array[{starts}]::int[])) as tier_place
from ({cases}) c"""

# Ordered where they are found, so that points are worked out before the sort: it then carries three columns, and not the eight
# that they are worked out of. ("offset 0" would do the same, but no worker takes a part in that.) Both groupings follow from the order.
_CASE: Final = """
  select who.subject_id, who.natural_person, coalesce(t.numbers, '{{}}') as numbers, coalesce(t.points, '{{}}') as points,
    array[{dimensions}]::int[] as dimensions, t.cap, t.held
  from ({who}) who
  left join (
    select l.subject_id, array_agg(l.number) as numbers, array_agg(l.points) as points, {sums}, {cap}::int as cap, {held}::int as held
    from (
      select r.subject_id, r.number,
        least(greatest(sum(r.points), -(array[{ceilings}])[r.number + 1]),
          (array[{ceilings}])[r.number + 1])::int as points
      from ({source}
        order by 1, 2) r
      group by r.subject_id, r.number
    ) l
    group by l.subject_id
  ) t on t.subject_id = who.subject_id"""

_SUBJECTS: Final = """select s.id as subject_id, s.kind in ('person', 'household') as natural_person
    from subjects s where s.kind = any (cast(:kinds as text[])) and s.sandbox_id is null"""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement with its parameters."""

    sql: str
    parameters: Mapping[str, Any]


def scored(document: ScoreDocument, *, as_of: date, subject_id: UUID | None = None) -> Compiled:
    """Return the statement that scores one subject, or everybody of the model's kinds, as of a day."""
    parameters: dict[str, Any] = {
        "indicators": json.dumps(list(_rows(document, as_of)), default=str),
        "kinds": [kind.value for kind in document.kinds],
        "as_of": as_of,
    }
    if subject_id is None:
        cases = [_of_records(document, part, who=who) for part, who in _parts()]
    else:
        parameters["subject_id"] = subject_id
        who, scope = f"{_SUBJECTS} and s.id = :subject_id", " and r.subject_id = :subject_id"
        cases = [_of_records(document, CreditRecord.__tablename__, who=who, scope=scope)]
    return Compiled(_text(document, cases), parameters)


def scored_among(document: ScoreDocument, *, as_of: date, among: str) -> Compiled:
    """Return the statement that scores whom a relation names, as of a day, with what a panel gave each.

    ``among`` is the relation's name, declared in this tree, with the columns ``subject_id`` (once each) and ``panel_points`` (null
    where no panel gave any). The model's kinds and the city's alone are scored, as everywhere.
    """
    parameters: dict[str, Any] = {
        "indicators": json.dumps(list(_rows(document, as_of)), default=str),
        "kinds": [kind.value for kind in document.kinds],
        "as_of": as_of,
    }
    chosen = f"select e.subject_id from {among} e"  # noqa: S608 - a name of this tree
    who = f"{_SUBJECTS} and s.id in ({chosen})"
    source = _records_of(
        document, CreditRecord.__tablename__, scope=f" and r.subject_id in ({chosen})"
    )
    number = document.panel_number
    if number is not None:
        source += f"""
        union all select e.subject_id, {number}::smallint, e.panel_points from {among} e
        where e.panel_points is not null"""  # noqa: S608 - a name and a number of this tree
    case = _case(document, who=who, source=source)
    return Compiled(_text(document, [case]), parameters)


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
    made_up = _case(document, who=who, source=_MADE_UP)
    return Compiled(
        _text(document, [made_up]), {"lines": json.dumps(lines), "last": len(cases) - 1}
    )


def _parts() -> Iterator[tuple[str, str]]:
    """Return each part of the records with the statement of whose they are."""
    names = part_names(CreditRecord)
    for number, part in enumerate(names):
        whole = f"cast('{CreditRecord.__tablename__}' as regclass)"
        theirs = f"satisfies_hash_partition({whole}, {len(names)}, {number}, s.id)"
        yield part, f"{_SUBJECTS} and {theirs}"


def _of_records(document: ScoreDocument, table: str, *, who: str, scope: str = "") -> str:
    return _case(document, who=who, source=_records_of(document, table, scope=scope))


def _records_of(document: ScoreDocument, table: str, *, scope: str) -> str:
    return _FROM_RECORDS.format(
        points=_POINTS,
        table=table,
        indicators=_INDICATORS,
        counts=_COUNTS,
        scope=scope,
        asked="\n        and ".join(_asked(document.indicators)),
    )


def _asked(indicators: tuple[Indicator, ...]) -> Iterator[str]:
    """Return what is asked of each record, and of it beside each indicator it may fall on; nothing that none of them asks.

    What depends on the indicator is one case, which keeps its order: the planner would ask last for what refuses most, a key's value.
    """
    of_indicator = []
    if any(one.where for one in indicators):
        of_indicator.append("(i.key is null or r.content ->> i.key = i.value)")
    if any(one.amount_from_fen is not None for one in indicators):
        of_indicator.append("(i.amount_from is null or r.amount_fen >= i.amount_from)")
    if any(one.amount_below_fen is not None for one in indicators):
        of_indicator.append("(i.amount_below is null or r.amount_fen < i.amount_below)")
    if any(one.declared for one in indicators):
        of_indicator.append("(i.declared or not r.self_declared)")
    else:
        yield "not r.self_declared"
    if any(one.from_days for one in indicators):
        of_indicator.append("r.occurred_on <= i.newest")
    else:
        yield "r.occurred_on <= cast(:as_of as date)"
    of_indicator.append("i.polarity = r.polarity")
    yield f"case when r.occurred_on <= i.oldest then false else {' and '.join(of_indicator)} end"


def _case(document: ScoreDocument, *, who: str, source: str) -> str:
    """Return the lines and dimensions of those ``who`` names, out of the points of ``source``."""
    indicators = document.indicators
    return _CASE.format(
        who=who,
        source=source,
        ceilings=", ".join(str(one.at_most) for one in indicators),
        sums=", ".join(_sums(document.dimensions)),
        dimensions=", ".join(
            f"least(greatest(coalesce(t.d{place}, 0), {one.least}), {one.most})"
            for place, one in enumerate(document.dimensions)
        ),
        cap=_limit("min", indicators, lambda one: one.score_at_most),
        held=_limit(
            "max",
            indicators,
            lambda one: document.tier_place(one.tier_at_best) if one.tier_at_best else None,
        ),
    )


def _text(document: ScoreDocument, cases: Sequence[str]) -> str:
    """Return the statement that makes scores and tiers of the cases' lines and dimensions."""
    dimensions = range(1, len(document.dimensions) + 1)
    total = " + ".join(f"c.dimensions[{place}]" for place in dimensions)
    starts = (tier.from_score for tier in reversed(document.tiers))
    return _SCORES.format(
        cases=" union all ".join(cases),
        score=f"greatest({document.least}, least({document.most}, c.cap, {document.base} + {total}))",
        tiers=len(document.tiers),
        starts=", ".join(map(str, starts)),
    )


def _sums(dimensions: tuple[Dimension, ...]) -> Iterator[str]:
    """Return the sum of each dimension's lines."""
    number = 0
    for place, one in enumerate(dimensions):
        last = number + len(one.indicators) - 1
        yield f"sum(l.points) filter (where l.number between {number} and {last}) as d{place}"
        number = last + 1


def _limit(
    strictest: str, indicators: tuple[Indicator, ...], of: Callable[[Indicator], int | None]
) -> str:
    """Return the strictest of the limits that hang on what counts; null where there is none."""
    limits = [
        f"when {number} then {limit}"
        for number, one in enumerate(indicators)
        if (limit := of(one)) is not None
    ]
    return f"{strictest}(case l.number {' '.join(limits)} end)" if limits else "null"


def _rows(document: ScoreDocument, as_of: date) -> Iterator[dict[str, Any]]:
    """Return what each indicator counts, with its ages as days of the calendar."""
    for number, one in enumerate(document.indicators):
        fade_from = one.within_days if one.fade_from_days is None else one.fade_from_days
        # A record has one item and one value of a key, so that it finds an indicator once.
        values = tuple(dict.fromkeys(one.where.values)) if one.where else (None,)
        for item, value in product(dict.fromkeys(one.items), values):
            yield {
                "item": item,
                "number": number,
                "polarity": one.polarity.value,
                "points": one.points,
                "newest": as_of - timedelta(days=one.from_days),
                "full_after": as_of - timedelta(days=fade_from),
                "oldest": as_of - timedelta(days=one.within_days),
                "fade_days": one.within_days - fade_from,
                "amount_from": one.amount_from_fen,
                "amount_below": one.amount_below_fen,
                "key": one.where.key if one.where else None,
                "value": value,
                "declared": one.declared,
            }
