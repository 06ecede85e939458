"""A record's facet: what the database makes of its item and content, and by which models find it."""

import json
from uuid import uuid4

import pytest
from city_rows import GIVEN
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import Dimension, Indicator, ScoreDocument, Tier, Where, read_document
from suxin.scoring.engine import scored
from suxin.scoring.packaged import EVERYBODY, packaged_model
from suxin.subjects.facets import TOLD_BY, facet_of
from suxin.subjects.models import Polarity, SubjectKind
from suxin.subjects.shapes import SHAPES

# Added from the firm's tax grade, which the small city has.
ADD = f"""
    insert into credit_records ({GIVEN}) select {GIVEN} from (
        select (jsonb_populate_record(r, jsonb_build_object(
            'id', $1::uuid, 'source_ref', $1::text, 'item_code', $2::text, 'content', $3::jsonb))).*
        from credit_records r where r.subject_id = $4 and r.item_code = 'TAX-GRADE' limit 1
    ) made
"""  # noqa: S608 - names
FACET = "select facet from credit_records where id = $1"


def test_what_tells_an_items_records_apart_is_the_word_that_its_shape_lets_choose():
    """An honour's level besides, which is any text: departments name more than six."""
    chosen = {item: key for item, shape in SHAPES.items() for key in shape.choices}
    assert chosen | {"HONOUR": "level"} == TOLD_BY
    # No item has two, so that none of them is lost.
    assert sum(len(shape.choices) for shape in SHAPES.values()) == len(chosen)


async def test_the_database_makes_the_facet_of_every_item_and_word(small_city, admin):
    async def facet(item: str, content: dict[str, object]) -> str:
        record_id = uuid4()
        await admin.execute(ADD, record_id, item, json.dumps(content), small_city.firm_id)
        return await admin.fetchval(FACET, record_id)

    for item in (*SHAPES, "OF-A-LATER-RELEASE"):
        key = TOLD_BY.get(item)
        choices = SHAPES[item].choices if item in SHAPES else {}
        for word in choices.get(key, ("国家级", "特级")):
            content = {"title": "甲", "year": 2026, "word": word, **({key: word} if key else {})}
            assert await facet(item, content) == facet_of(item, word if key else None)
        assert await facet(item, {"title": "甲"}) == item


async def test_a_facet_follows_what_is_put_right(small_city, admin):
    """As when a source sends its record once more, with another word."""
    record_id = uuid4()
    await admin.execute(ADD, record_id, "PENALTY", '{"class": "严重"}', small_city.firm_id)
    assert await admin.fetchval(FACET, record_id) == "PENALTY:严重"
    await admin.execute(
        """update credit_records set content = '{"class": "轻微"}' where id = $1""", record_id
    )
    assert await admin.fetchval(FACET, record_id) == "PENALTY:轻微"


@pytest.mark.parametrize("code", EVERYBODY)
def test_the_models_of_everybody_find_a_record_by_its_facet_alone(code, now):
    """So that a run reads the records once, and none of what is in them."""
    statement = scored(read_document(packaged_model(code)), as_of=now.date()).sql
    assert "i.facet = r.facet" in statement
    assert "item_code" not in statement
    assert "content" not in statement


WAYS = {
    "by class": (("PENALTY",), Where(key="class", values=("严重",)), 100),
    "two classes": (("PENALTY",), Where(key="class", values=("严重", "轻微")), 200),
    "any class": (("PENALTY",), None, 300),
    "another key of an item that is told apart": (
        ("PENALTY",),
        Where(key="authority", values=("市城管局",)),
        200,
    ),
    "a key of an item that is not": (
        ("JUD-EXECUTED",),
        Where(key="court", values=("宿城区法院",)),
        100,
    ),
    "an item that is told apart and one that is not": (("PENALTY", "JUD-EXECUTED"), None, 500),
}
ON_RECORD = (
    ("PENALTY", {"class": "严重", "authority": "市城管局"}),
    ("PENALTY", {"class": "轻微", "authority": "市城管局"}),
    ("PENALTY", {"class": "一般", "authority": "市应急局"}),
    ("JUD-EXECUTED", {"court": "宿城区法院"}),
    ("JUD-EXECUTED", {"court": "宿豫区法院"}),
)


def model_of(items: tuple[str, ...], where: Where | None) -> ScoreDocument:
    """Everybody begins at nothing, and each record that counts is worth 100 points."""
    counted = Indicator(
        code="I",
        name="测试",
        items=items,
        polarity=Polarity.NEUTRAL,
        points=100,
        at_most=1000,
        within_days=3650,
        source="测试",
        where=where,
    )
    return ScoreDocument(
        code="test",
        name="测试",
        note="测试",
        sources=("测试",),
        kinds=(SubjectKind.FIRM,),
        base=0,
        least=0,
        most=1000,
        dimensions=(Dimension(code="D", name="测试", least=0, most=1000, indicators=(counted,)),),
        tiers=(Tier(code="T", name="测试", from_score=0),),
    )


@pytest.mark.parametrize("way", WAYS)
async def test_a_model_may_ask_of_an_item_whatever_tells_its_records_apart(small_city, admin, way):
    """Each record counts once, and none is missed, whether it is found by its facet or by its item."""
    items, where, expected = WAYS[way]
    for item, content in ON_RECORD:
        await admin.execute(ADD, uuid4(), item, json.dumps(content), small_city.firm_id)
    today = local_day(small_city.now)

    compiled = scored(model_of(items, where), as_of=today, subject_id=small_city.firm_id)
    async with small_city.batch.snapshot(Actor.system("test"), now=small_city.now) as session:
        (row,) = (await session.execute(text(compiled.sql), compiled.parameters)).all()
    assert row.score == expected
