"""The one implementation of scoring: a model compiled to a statement that scores one subject or the whole city.

``scored`` is a SELECT of a row for each subject: the points of each indicator of which something counts (a line), of each dimension
within its bounds, the score and the place of the tier. A record's facet says which indicators it falls on (``suxin.subjects.facets``);
where a model asks of an item what its records are not told apart by, they are read once more, by their item. Records are sorted once,
by subject and indicator; what follows are sums over rows that already lie side by side. The whole city is scored in one arm for each
part of the records, which share nothing, so that the cores work beside each other to the end. Which records count, and how lines
become a score, is written here and nowhere else; a question of what would be (``totals_of``) is the same text over lines that were
made up.

Those whom a context above enters alone are scored out of a relation of theirs (``scored_among``), which has what a panel gave besides.

Only whole numbers of the model stand in the text; every word of it is a parameter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from suxin.kernel.tables import part_names
from suxin.scoring.documents import Dimension, Indicator, ScoreDocument
from suxin.subjects.facets import TOLD_BY, facet_of
from suxin.subjects.models import CreditRecord, Polarity

# What holds of a record on the day of the run. A negative one whose publication has ended is used no more (信用修复管理办法 art. 3).
# What is asked of each of some million records asks first what costs least, here and below.
_COUNTS: Final = """r.status = 'active'
        and r.occurred_on <= cast(:as_of as date)
        and (r.valid_until is null or r.valid_until > cast(:as_of as date))
        and (r.published_until is null or r.polarity <> 'negative'
             or r.published_until > cast(:as_of as date))"""

# Columns of one width, and never null, stand first: what is of a fixed place in a row is taken out of it at once.
_INDICATORS: Final = """jsonb_to_recordset(cast(:indicators as jsonb)) as i (
        number smallint, points int, oldest date, full_after date, fade_days int, declared boolean, polarity text,
        facet text, item text, amount_from bigint, amount_below bigint, newest date, key text, value text)"""

_POINTS: Final = """case when r.occurred_on > i.full_after then i.points
          else i.points * (r.occurred_on - i.oldest) / i.fade_days end"""

# Nearly every item has one polarity: as a second key of the join it would cost a hash for each record.
_FROM_RECORDS: Final = """
        select r.subject_id, i.number, {points} as points
        from {table} r
        join {indicators} on {found_by}
        where {counts}{scope}
        and {asked}"""
_BY_FACET: Final = "i.facet = r.facet"
_BY_ITEM: Final = "i.item = r.item_code"

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


class _Asked(Struct, frozen=True, kw_only=True):
    """What an indicator asks of the records of one facet, or else of one item, with its ages as days of the calendar."""

    number: int
    points: int
    oldest: date
    full_after: date
    fade_days: int
    declared: bool
    polarity: Polarity
    facet: str | None = None
    item: str | None = None
    amount_from: int | None
    amount_below: int | None
    newest: date | None
    key: str | None = None
    value: str | None = None


def scored(document: ScoreDocument, *, as_of: date, subject_id: UUID | None = None) -> Compiled:
    """Return the statement that scores one subject, or everybody of the model's kinds, as of a day."""
    asked = tuple(_asked(document, as_of))
    parameters = _parameters(document, asked, as_of)
    if subject_id is None:
        cases = [
            _case(document, who=who, source=_records_of(asked, part)) for part, who in _parts()
        ]
    else:
        parameters["subject_id"] = subject_id
        who, scope = f"{_SUBJECTS} and s.id = :subject_id", " and r.subject_id = :subject_id"
        source = _records_of(asked, CreditRecord.__tablename__, scope=scope)
        cases = [_case(document, who=who, source=source)]
    return Compiled(_text(document, cases), parameters)


def scored_among(document: ScoreDocument, *, as_of: date, among: str) -> Compiled:
    """Return the statement that scores whom a relation names, as of a day, with what a panel gave each.

    ``among`` is the relation's name, declared in this tree, with the columns ``subject_id`` (once each) and ``panel_points`` (null
    where no panel gave any). The model's kinds and the city's alone are scored, as everywhere.
    """
    asked = tuple(_asked(document, as_of))
    chosen = f"select e.subject_id from {among} e"  # noqa: S608 - a name of this tree
    who = f"{_SUBJECTS} and s.id in ({chosen})"
    source = _records_of(
        asked, CreditRecord.__tablename__, scope=f" and r.subject_id in ({chosen})"
    )
    number = document.panel_number
    if number is not None:
        source += f"""
        union all select e.subject_id, {number}::smallint, e.panel_points from {among} e
        where e.panel_points is not null"""  # noqa: S608 - a name and a number of this tree
    case = _case(document, who=who, source=source)
    return Compiled(_text(document, [case]), _parameters(document, asked, as_of))


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
    return Compiled(_text(document, [made_up]), {"lines": _written(lines), "last": len(cases) - 1})


def _parts() -> Iterator[tuple[str, str]]:
    """Return each part of the records with the statement of whose they are."""
    names = part_names(CreditRecord)
    for number, part in enumerate(names):
        whole = f"cast('{CreditRecord.__tablename__}' as regclass)"
        theirs = f"satisfies_hash_partition({whole}, {len(names)}, {number}, s.id)"
        yield part, f"{_SUBJECTS} and {theirs}"


def _parameters(document: ScoreDocument, asked: Sequence[_Asked], as_of: date) -> dict[str, Any]:
    return {
        "indicators": _written(asked),
        "kinds": [kind.value for kind in document.kinds],
        "as_of": as_of,
    }


def _written(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()


def _records_of(asked: Sequence[_Asked], table: str, *, scope: str = "") -> str:
    """Return the points that the records of a table are worth, of each indicator that one falls on."""
    ways = [(_BY_FACET, [one for one in asked if one.facet is not None])]
    if by_item := [one for one in asked if one.item is not None]:
        ways.append((_BY_ITEM, by_item))
    return " union all ".join(
        _FROM_RECORDS.format(
            points=_POINTS,
            table=table,
            indicators=_INDICATORS,
            found_by=found_by,
            counts=_COUNTS,
            scope=scope,
            asked="\n        and ".join(_conditions(so_asked)),
        )
        for found_by, so_asked in ways
    )


def _conditions(asked: Sequence[_Asked]) -> Iterator[str]:
    """Return what is asked of each record, and of it beside each indicator it may fall on; nothing that none of them asks.

    What depends on the indicator is one case, which keeps its order: the planner would ask last for what refuses most, a key's value.
    """
    of_indicator = []
    if any(one.key is not None for one in asked):
        of_indicator.append("(i.key is null or r.content ->> i.key = i.value)")
    if any(one.amount_from is not None for one in asked):
        of_indicator.append("(i.amount_from is null or r.amount_fen >= i.amount_from)")
    if any(one.amount_below is not None for one in asked):
        of_indicator.append("(i.amount_below is null or r.amount_fen < i.amount_below)")
    if any(one.declared for one in asked):
        of_indicator.append("(i.declared or not r.self_declared)")
    else:
        yield "not r.self_declared"
    if any(one.newest is not None for one in asked):
        of_indicator.append("(i.newest is null or r.occurred_on <= i.newest)")
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


def _asked(document: ScoreDocument, as_of: date) -> Iterator[_Asked]:
    """Return what each indicator counts. A record has one facet, one item and one value of a key, so that it finds an indicator once."""
    for number, one in enumerate(document.indicators):
        fade_from = one.within_days if one.fade_from_days is None else one.fade_from_days
        key = one.where.key if one.where else None
        words = tuple(dict.fromkeys(one.where.values)) if one.where else (None,)
        for item, word in product(dict.fromkeys(one.items), words):
            yield _Asked(
                **_of_item(item, key, word),
                number=number,
                points=one.points,
                oldest=as_of - timedelta(days=one.within_days),
                full_after=as_of - timedelta(days=fade_from),
                fade_days=one.within_days - fade_from,
                declared=one.declared,
                polarity=one.polarity,
                amount_from=one.amount_from_fen,
                amount_below=one.amount_below_fen,
                newest=as_of - timedelta(days=one.from_days) if one.from_days else None,
            )


def _of_item(item: str, key: str | None, word: str | None) -> dict[str, str | None]:
    """Return which records are meant: of one facet, or of one item whatever their facet, and then by the word under a key."""
    told_by = TOLD_BY.get(item)
    if key == told_by:
        return {"facet": facet_of(item, word)}
    if told_by is None:
        return {"facet": item, "key": key, "value": word}
    return {"item": item, "key": key, "value": word}
