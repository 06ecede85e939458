"""Photos are made anew, bounded, and compared; places are coarse; digests are those that the documents lay down."""

import io
from datetime import date
from uuid import UUID

import asyncpg
import pytest
from PIL import Image
from small_city import SmallCity
from small_points import SmallPoints, build_points, photo

from suxin.grid.caps import Counted, days_of, require_within
from suxin.grid.contents import ClaimContent, Place, coarse, digest
from suxin.grid.keeping import opened_photo
from suxin.grid.models import ClaimPhoto
from suxin.grid.pictures import MAX_PHOTO_BYTES, alike, look_of, made_anew
from suxin.grid.refusals import CapReached, PhotosMissing, PhotoUnreadable, PhotoUsedBefore
from suxin.grid.rules import Cap, Rule
from suxin.grid.states import CapScope, Period, RuleTopic
from suxin.grid.templates import template_named
from suxin.kernel.sealed_documents import DocumentTooLarge
from suxin.review.chains import outcome

YARD = template_named("yard").book


def test_nothing_but_the_picture_is_kept() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        made = made_anew(photo(kind=kind))
        assert b"SecretCamera" not in made.jpeg
        with Image.open(io.BytesIO(made.jpeg)) as kept:
            assert (kept.format, dict(kept.getexif())) == ("JPEG", {})
            assert kept.size == (made.width, made.height) == (400, 300)


def test_a_large_photo_is_made_smaller_and_upright() -> None:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (3200, 1600), "green").save(written, "JPEG", exif=exif)
    made = made_anew(written.getvalue())
    assert (made.width, made.height) == (800, 1600)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\xff\xd8\xff\xe0damaged", photo()[:300], b"GIF89a" + bytes(20)])  # fmt: skip
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        made_anew(content)


def test_a_photo_has_bounds() -> None:
    for content in (b"", bytes(MAX_PHOTO_BYTES + 1)):
        with pytest.raises(DocumentTooLarge):
            made_anew(content)
    bomb = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(bomb, "PNG")
    with pytest.raises(PhotoUnreadable):
        made_anew(bomb.getvalue())


def test_the_same_scene_looks_alike_and_another_does_not() -> None:
    with Image.open(io.BytesIO(photo(1))) as one:
        picture = one.convert("RGB")
    smaller = picture.resize((200, 150)).point(lambda value: min(255, value + 12))
    other = Image.linear_gradient("L").rotate(90)
    assert alike(look_of(picture), look_of(smaller))
    assert not alike(look_of(picture), look_of(other))
    assert -(1 << 63) <= look_of(other) < 1 << 63


def test_a_place_is_coarse() -> None:
    assert coarse(33.96123456, 118.27598765) == Place(lat_milli=33961, lon_milli=118276)
    assert coarse(91, 0) is None


def test_the_digest_is_the_documented_one() -> None:
    content = ClaimContent(
        household_id=UUID(int=1),
        member_id=None,
        rule_code="hour",
        times=2,
        happened_on=date(2026, 11, 20),
        note="打扫",
        place=Place(lat_milli=33961, lon_milli=118276),
        photos=(b"x",),
    )
    # printf '%s' '["00000000-0000-0000-0000-000000000001",null,"hour",2,"2026-11-20","打扫",[33961,118276],["2d71…4881"]]' | sha256sum
    assert digest(content) == "2cea71f64ce88f42e3e68bef88c6703674f114ba856eb12999b1d61f1755ef09"


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (Period.DAY, date(2026, 12, 31), date(2027, 1, 1)),
        (Period.WEEK, date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
        (Period.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
        (Period.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_cap_counts_by_the_calendar(period: Period, first: date, after: date) -> None:
    assert days_of(period, date(2026, 12, 31)) == (first, after)


def test_a_cap_counts_the_person_or_the_household() -> None:
    day, mine, his = date(2026, 11, 20), UUID(int=1), UUID(int=2)
    caps = (
        Cap(scope=CapScope.PERSON, period=Period.DAY, times=1),
        Cap(scope=CapScope.HOUSEHOLD, period=Period.MONTH, points=15),
    )
    rule = Rule(code="a", name="义务劳动", topic=RuleTopic.VOLUNTEER, points=5, caps=caps)

    def counted(member: UUID, on: date = day) -> Counted:
        return Counted(member_id=member, happened_on=on, times=1, points=5)

    require_within(rule, counted(mine), [counted(his)])
    with pytest.raises(CapReached):
        require_within(rule, counted(mine), [counted(mine)])
    before = [counted(his, date(2026, 11, number)) for number in (1, 2, 3)]
    with pytest.raises(CapReached):
        require_within(rule, counted(mine), before)
    require_within(rule, counted(mine, date(2026, 12, 1)), before)


def test_a_body_decides_when_its_quorum_has_spoken() -> None:
    assert outcome([True, True], quorum=3) is None
    assert outcome([True, True, False], quorum=3) is True
    assert outcome([True, False, False], quorum=3) is False


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin, book=YARD)


async def test_a_photo_is_used_once_and_one_like_it_is_marked(points: SmallPoints) -> None:
    minus = {"rule_code": "clutter", "times": 1}
    with pytest.raises(PhotosMissing):
        await points.record(**minus)
    await points.record(photos=(photo(),), **minus)
    with pytest.raises(PhotoUsedBefore):
        await points.record(photos=(photo(),), household_id=points.households[1], member_id=points.members[1], **minus)  # fmt: skip
    again = io.BytesIO()
    with Image.open(io.BytesIO(photo())) as picture:
        picture.resize((300, 225)).save(again, "PNG")
    await points.record(photos=(again.getvalue(),), note="再次发现", **minus)
    rows = await points.admin.fetch("select id, like_id from grid_claim_photos order by uploaded_at, id")  # fmt: skip
    assert [row["like_id"] for row in rows] == [None, rows[0]["id"]]
    async with points.city.database.transaction(points.person("viewer"), now=points.city.now) as session:  # fmt: skip
        kept = await session.get_one(ClaimPhoto, (points.tenant_id, rows[0]["id"]))
        assert opened_photo(points.city.sealer, kept).startswith(b"\xff\xd8\xff")


async def test_a_minus_takes_what_there_is_and_names_nobody(points: SmallPoints) -> None:
    plus = await points.record(rule_code="sorting", times=1)
    await points.end_notice(await points.notice(plus))
    minuses = [
        await points.record(rule_code="clutter", times=1, photos=(photo(number),), note=f"{number}")
        for number in (1, 2)
    ]
    notice = await points.notice(*minuses)
    assert [line.get("household") for line in notice.lines] == [None, None]
    await points.end_notice(notice)
    assert [(await points.claim(one)).posted_points for one in minuses] == [-5, 0]
