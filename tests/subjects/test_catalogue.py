"""The catalogue and the contents it stands for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.subjects.catalogue import ForbiddenClass, ItemRow, load_catalogue, packaged_items
from suxin.subjects.contents import SHAPES, check_content, months_later, publication_end
from suxin.subjects.models import DataCategory, LawfulChannel
from suxin.subjects.queries import catalogue

# 全国公共信用信息基础目录（2024年版）
CLASSES = {
    "登记注册",
    "司法裁判执行",
    "行政管理",
    "职称职业",
    "经营异常",
    "严重失信名单",
    "合同履行",
    "信用承诺",
    "信用评价结果",
    "遵守法律法规",
    "诚信荣誉",
    "知识产权",
    "自愿提供",
}
SYSTEM = Actor.system("test")


def item(**changes: object) -> ItemRow:
    values: dict[str, object] = {
        "code": "NEW",
        "record_class": "行政管理",
        "name": "行政许可",
        "department": "各部门",
        "category": DataCategory.REGISTRATION,
        "channel": LawfulChannel.PUBLICLY_DISCLOSED,
        "validity_months": None,
        **changes,
    }
    return ItemRow(**values)


def test_packaged_items_are_of_the_national_classes_and_have_their_contents():
    items = list(packaged_items())
    assert {one.record_class for one in items} <= CLASSES
    assert {one.code for one in items} == set(SHAPES)
    filed = {one.code for one in items if one.channel is LawfulChannel.FILED_BY_SUBJECT}
    assert filed == {code for code, shape in SHAPES.items() if shape.declarable}


async def test_loading_twice_keeps_one_and_brings_up_to_date(batch, database, counted, now):
    for _ in range(2):
        async with batch.transaction(SYSTEM, now=now) as session:
            assert await load_catalogue(session) == 10
    async with batch.transaction(SYSTEM, now=now) as session:
        await load_catalogue(session, [item(code="HONOUR", validity_months=24), item()])
    assert await counted("catalogue_items") == (11,)
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        found = {one.code: one for one in await session.scalars(catalogue())}
    assert (found["HONOUR"].validity_months, found["NEW"].name) == (24, "行政许可")


@pytest.mark.parametrize("name", ["宗教信仰", "基因信息", "指纹", "血型", "疾病和病史信息"])
async def test_what_article_14_forbids_is_not_loaded_nor_anything_with_it(
    batch, counted, now, name
):
    """征信业管理条例 art. 14 (1)."""
    with pytest.raises(ForbiddenClass) as forbidden:
        async with batch.transaction(SYSTEM, now=now) as session:
            await load_catalogue(session, [item(), item(code="BAD", name=name)])
    assert name in forbidden.value.zh_message
    assert await counted("catalogue_items") == (0,)


async def test_requests_cannot_change_the_catalogue(database, now):
    with pytest.raises(Exception, match="permission denied"):
        async with database.transaction(SYSTEM, now=now) as session:
            await load_catalogue(session)


@pytest.mark.parametrize(
    ("code", "content", "amount", "field"),
    [
        ("TAX-GRADE", {"grade": "A", "year": 2025}, None, None),
        ("TAX-GRADE", {"grade": "E", "year": 2025}, None, "content.grade"),
        ("TAX-GRADE", {"grade": ["A"], "year": 2025}, None, "content.grade"),
        ("TAX-GRADE", {"grade": "A"}, None, "content.year"),
        ("TAX-GRADE", {"grade": "A", "year": True}, None, "content.year"),
        ("TAX-GRADE", {"grade": "A", "year": "2025"}, None, "content.year"),
        ("TAX-GRADE", {"grade": "A", "year": 2025, "note": "x"}, None, "content.note"),
        ("TAX-GRADE", {"grade": "A", "year": 2025}, 1, "amountFen"),
        ("TAX-PAID", {"year": 2025}, 0, None),
        ("TAX-PAID", {"year": 2025}, None, "amountFen"),
        ("TAX-PAID", {"year": 2025}, -1, "amountFen"),
        ("SI-HEADCOUNT", {"headcount": 0}, None, None),
        ("SI-HEADCOUNT", {"headcount": -1}, None, "content.headcount"),
        ("SI-HEADCOUNT", {"headcount": 1.5}, None, "content.headcount"),
        ("HONOUR", {"title": " ", "level": "市级"}, None, "content.title"),
        ("HONOUR", {"title": "x" * 201, "level": "市级"}, None, "content.title"),
        ("ECO-GRADE", {"grade": "绿", "year": 2025}, None, "content.grade"),
        ("PENALTY", {"authority": "a", "number": "1", "class": "特别"}, None, "content.class"),
        ("ELSE", {"anything": 1}, None, None),
        ("ELSE", {"anything": "x" * 4_000}, None, "content"),
    ],
)
def test_content_is_what_the_item_holds(code, content, amount, field):
    if field is None:
        assert check_content(code, content, amount_fen=amount) is None
    else:
        with pytest.raises(Invalid) as refused:
            check_content(code, content, amount_fen=amount)
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("penalty_class", "end"),
    [("轻微", date(2026, 5, 28)), ("一般", date(2027, 2, 28)), ("严重", date(2029, 2, 28))],
)
def test_a_penalty_is_published_no_longer_than_its_class_allows(penalty_class, end):
    """信用修复管理办法 (NDRC order 36 of 2025): three months, one year, three years at most."""
    content = {"authority": "a", "number": "1", "class": penalty_class}
    assert publication_end("PENALTY", content, date(2026, 2, 28)) == end
    assert publication_end("HONOUR", {}, date(2026, 2, 28)) is None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_later_falls_in_the_right_month_on_the_same_or_its_last_day(day, months):
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later.day < day.day
    if later.day < day.day:
        assert date.fromordinal(later.toordinal() + 1).day == 1
