"""The engine against the slow reference, on random models and records; and what must hold of any score."""

from datetime import timedelta
from itertools import combinations
from uuid import UUID, uuid4

from city_rows import COLUMNS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_models import AS_OF, documents, records
from score_reference import reckon, total_of
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.scoring.engine import scored, totals_of
from suxin.scoring.explaining import Reckoning, contributions
from suxin.scoring.models import lines_of
from suxin.scoring.runs import SCORED_ROWS, declare
from suxin.subjects.models import CreditRecord, Polarity, RecordStatus, Subject, SubjectKind

NOT_COUNTED = [status for status in RecordStatus if status is not RecordStatus.ACTIVE]
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def cities(draw):
    """Two subjects with records, and a twin of the first who has besides what counts for nobody."""
    ids = [uuid4() for _ in range(3)]
    kept = {one: draw(st.lists(records(one), max_size=10)) for one in ids[:2]}
    kept[ids[2]] = [twin(record, ids[2]) for record in kept[ids[0]]]
    for extra in draw(st.lists(records(ids[2]), max_size=4)):
        extra.polarity = Polarity.NEGATIVE
        end = draw(st.sampled_from([*NOT_COUNTED, "expired", "unpublished"]))
        if isinstance(end, RecordStatus):
            extra.status = end
        else:
            extra.occurred_on = AS_OF - timedelta(days=100)
            extra.valid_until = None
            column = "valid_until" if end == "expired" else "published_until"
            setattr(extra, column, AS_OF - timedelta(days=draw(st.integers(0, 90))))
        kept[ids[2]].append(extra)
    return kept


def twin(record: CreditRecord, subject_id: UUID) -> CreditRecord:
    values = {name: getattr(record, name) for name in COLUMNS}
    return CreditRecord(**values | {"subject_id": subject_id, "id": uuid4()})


async def put(session, city, now) -> None:
    for place, subject_id in enumerate(city):
        session.add(
            Subject(
                id=subject_id,
                kind=SubjectKind.FIRM,
                name=f"企业 {place}",
                name_pinyin="qiye",
                uscc=f"X{place}",
                county_code="321302",
                created_at=now,
            )
        )
    for record in (record for kept in city.values() for record in kept):
        record.loaded_at = now
        session.add(record)
    await session.flush()


@EXAMPLES
@given(document=documents(), city=cities())
async def test_the_engine_equals_the_reference_and_contributions_sum_to_the_score(
    batch, now, document, city
):
    async with batch.transaction(Actor.system("test"), now=now) as session:
        expected = {one: reckon(document, kept, AS_OF) for one, kept in city.items()}
        await put(session, city, now)
        given = await declare(session, document, as_of=AS_OF)
        rows = (await session.execute(text(SCORED_ROWS), given)).all()
        found = {row.subject_id: row for row in rows}
        # One subject alone is scored by the same statement, to the same score.
        first = next(iter(city))
        alone = scored(document, as_of=AS_OF, subject_id=first)
        (single,) = (await session.execute(text(alone.sql), alone.parameters)).all()
        await session.rollback()
    assert sorted(map(str, found)) == sorted(map(str, city))
    for subject_id, reckoned in expected.items():
        row = found[subject_id]
        lines = lines_of(row.numbers, row.points)
        assert lines == reckoned.lines
        assert list(row.dimensions) == reckoned.dimensions
        tier = document.tiers[row.tier_place].code
        assert (row.score, tier) == (reckoned.score, reckoned.tier)
        made = contributions(
            Reckoning(
                document=document,
                score=row.score,
                as_of=AS_OF,
                lines=lines,
                dimensions=list(row.dimensions),
            )
        )
        assert sum(one.points for one in made) == row.score
        assert [one.points for one in made if one.kind.value == "INDICATOR"] == [
            points for _, points in sorted(reckoned.lines.items()) if points
        ]
    assert (single.subject_id, single.score, single.tier_place) == (
        first,
        found[first].score,
        found[first].tier_place,
    )
    # Whatever is disputed, exempted, repaired, withdrawn or over has cost the twin nothing.
    ids = list(city)
    assert found[ids[2]].score == found[ids[0]].score
    assert found[ids[2]].tier_place == found[ids[0]].tier_place
    # Of any two, the one with the lower number has no better tier, unless a veto holds the other.
    for one, other in combinations(ids, 2):
        lower, higher = sorted((found[one], found[other]), key=lambda row: row.score)
        held = any(
            document.indicators[number].tier_at_best for number in expected[higher.subject_id].lines
        )
        assert higher.tier_place <= lower.tier_place or held


@EXAMPLES
@given(document=documents(), data=st.data())
async def test_made_up_lines_come_to_what_the_reference_says(batch, now, document, data):
    numbers = st.integers(0, len(document.indicators) - 1)
    drawn = data.draw(
        st.lists(st.dictionaries(numbers, st.integers(0, 1000)), min_size=1, max_size=4)
    )
    cases = [
        {number: _within(document.indicators[number], points) for number, points in case.items()}
        for case in drawn
    ]
    compiled = totals_of(document, cases)
    async with batch.transaction(Actor.system("test"), now=now) as session:
        rows = (await session.execute(text(compiled.sql), compiled.parameters)).all()
    found = {row.subject_id: row for row in rows}
    for place, case in enumerate(cases):
        reckoned = total_of(document, case)
        assert found[place].score == reckoned.score
        assert document.tiers[found[place].tier_place].code == reckoned.tier


def _within(one, points: int) -> int:
    return min(points, one.at_most) * (1 if one.points > 0 else -1)
