"""The catalogue and the contents it stands for."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.subjects.catalogue import (
    Catalogue,
    ClassUnknown,
    ConsentNeeded,
    ForbiddenClass,
    ItemRow,
    ReleaseOutdated,
    ReleaseTaken,
    SensitiveMisplaced,
    load_catalogue,
    packaged,
    read_items,
)
from suxin.subjects.catalogue_terms import CLASSES, Publication, Sensitivity
from suxin.subjects.contents import check_content, months_later, publication_end
from suxin.subjects.models import DataCategory, LawfulChannel, Polarity
from suxin.subjects.queries import catalogue, catalogue_releases
from suxin.subjects.shapes import SHAPES

SYSTEM = Actor.system("test")


def item(**changes: object) -> ItemRow:
    values: dict[str, object] = {
        "code": "NEW",
        "record_class": "行政管理",
        "name": "行政许可变更",
        "department": "各部门",
        "category": DataCategory.REGISTRATION,
        "channel": LawfulChannel.PUBLICLY_DISCLOSED,
        "validity_months": None,
        "sensitivity": Sensitivity.PUBLIC,
        "publication": Publication.PUBLISHED,
        "publication_months": 12,
        "of_persons": False,
        "basis": "测试",
        **changes,
    }
    return ItemRow(**values)


def release(number: str, *items: ItemRow) -> Catalogue:
    return Catalogue(release=number, source="测试目录", items=items)


@pytest.fixture
def load(batch, now):
    async def load(wanted: Catalogue | None = None) -> int:
        async with batch.transaction(SYSTEM, now=now) as session:
            return await load_catalogue(session, wanted)

    return load


def test_packaged_items_are_of_all_thirteen_classes_and_have_their_contents():
    items = packaged().items
    assert {one.record_class for one in items} == set(CLASSES)
    assert len(CLASSES) == 13
    assert {one.code for one in items} == set(SHAPES)
    filed = {one.code for one in items if one.channel is LawfulChannel.FILED_BY_SUBJECT}
    assert filed == {code for code, shape in SHAPES.items() if shape.declarable}


def test_what_may_be_about_a_person_alone_is_never_published_and_none_speaks_against_him_for_long():
    """PIPL art. 25: no publication without separate consent; 征信业管理条例 art. 16: five years."""
    of_persons = [one for one in packaged().items if one.of_persons]
    published = {one.code for one in of_persons if one.publication is not Publication.NEVER}
    # What organisations have as well; a person's own record of it is not published (see the staging's test).
    assert published == {
        *("PENALTY", "HONOUR", "DISHONEST-DEBTOR", "SERIOUS-LIST", "WAGE-ARREARS"),
        *("COMMITMENT", "COMMITMENT-KEPT", "COMMITMENT-BROKEN", "FALSE-COMMITMENT"),
    }
    for one in of_persons:
        if SHAPES[one.code].polarity is Polarity.NEGATIVE:
            assert one.validity_months is not None, one.code
            assert one.validity_months <= 60, one.code


KNOWN = len(packaged().items)


def test_sensitive_items_are_those_of_health_of_convictions_and_of_special_status():
    """PIPL art. 28; GB/T 45574—2025."""
    sensitive = {one.code for one in packaged().items if one.sensitivity is Sensitivity.SENSITIVE}
    health = {"BLOOD-DONATION", "MARROW-DONATION", "DONOR-REGISTRATION"}
    assert sensitive == health | {"CONVICTION", "MILITARY-SERVICE"}


def test_every_item_says_what_it_rests_on_or_that_it_is_demo_configuration():
    assert all(one.basis for one in packaged().items)
    demo = [one for one in packaged().items if one.basis.startswith("演示配置")]
    assert len(demo) == 66


async def test_loading_twice_changes_nothing_and_a_later_release_retires_what_it_has_not(
    load, database, counted, now
):
    for _ in range(2):
        assert await load() == KNOWN
    assert await counted("catalogue_items", "catalogue_releases") == (KNOWN, 1)
    honour = next(one for one in packaged().items if one.code == "HONOUR")
    later = release("2025.1", replace(honour, validity_months=24), item())
    assert await load(later) == 2
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        found = {one.code: one for one in await session.scalars(catalogue())}
        releases = [one.release for one in await session.scalars(catalogue_releases())]
    assert (found["HONOUR"].validity_months, found["NEW"].name) == (24, "行政许可变更")
    assert (found["NEW"].retired_in, found["PENALTY"].retired_in) == (None, "2025.1")
    assert (len(found), set(releases)) == (KNOWN + 1, {"2024.3", "2025.1"})
    # What comes back is no longer retired.
    assert await load(replace(packaged(), release="2026.1")) == KNOWN
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        found = {one.code: one for one in await session.scalars(catalogue())}
    assert (found["PENALTY"].retired_in, found["NEW"].retired_in) == (None, "2026.1")


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (release("2023.9", item()), ReleaseOutdated),
        (release("2024.3", item()), ReleaseTaken),
        (release("2025", item()), Invalid),
        (release("2025.1"), Invalid),
        (release("2025.1", item(), item()), Invalid),
        (release("2025.1", item(code="x")), Invalid),
        (release("2025.1", item(record_class="个人隐私")), ClassUnknown),
        (release("2025.1", item(name=" ")), Invalid),
        (release("2025.1", item(basis="据" * 121)), Invalid),
        (release("2025.1", item(sensitivity=Sensitivity.SENSITIVE)), SensitiveMisplaced),
        (release("2025.1", item(category=DataCategory.HEALTH)), SensitiveMisplaced),
        (
            release(
                "2025.1",
                item(category=DataCategory.HEALTH, sensitivity=Sensitivity.SENSITIVE),
            ),
            SensitiveMisplaced,
        ),
        (
            release("2025.1", item(name="自然人纳税额", of_persons=True)),
            ConsentNeeded,
        ),
    ],
)
async def test_what_is_no_release_is_refused_by_name(load, counted, wanted, refusal):
    await load()
    with pytest.raises(refusal):
        await load(wanted)
    assert await counted("catalogue_items", "catalogue_releases") == (KNOWN, 1)


@pytest.mark.parametrize("name", ["宗教信仰", "基因信息", "指纹", "血型", "疾病和病史信息"])
async def test_what_article_14_forbids_is_not_loaded_nor_anything_with_it(load, counted, name):
    """征信业管理条例 art. 14 (1)."""
    with pytest.raises(ForbiddenClass) as forbidden:
        await load(release("2025.1", item(), item(code="BAD", name=name)))
    assert name in forbidden.value.zh_message
    assert await counted("catalogue_items") == (0,)


@pytest.mark.parametrize("name", ["收入", "存款", "有价证券", "商业保险", "不动产", "纳税数额"])
async def test_what_article_14_leaves_to_written_consent_no_department_sends_of_persons(
    load, counted, name
):
    """征信业管理条例 art. 14 (2); of organisations it may be recorded."""
    with pytest.raises(ConsentNeeded):
        await load(release("2025.1", item(name=name, of_persons=True)))
    assert await counted("catalogue_items") == (0,)
    assert await load(release("2025.1", item(name=name))) == 1


def test_a_file_that_lacks_a_column_names_the_line():
    with pytest.raises(Invalid) as refused:
        list(read_items(["code,name", "A,b"]))
    assert "第 2 行" in refused.value.zh_message


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
