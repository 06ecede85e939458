"""An appeal against a rural rating in the credit office's queue: what it is about is shown, and two people decide it."""

from datetime import timedelta

from small_rural import build_village
from small_scores import official

from suxin.review.deciding import accept_case
from suxin.review.models import ReviewCase
from suxin.rights.kinds import KINDS, RATING_APPEAL
from suxin.rights.rating_appeals import appeal_rating
from suxin_tenants.operator.case_words import will_do

PLACE = "/desk/cases"


def test_every_kind_of_case_says_what_granting_it_does():
    contests = {"about": "record", "remedy": "source"}
    for kind in KINDS:
        case = ReviewCase(kind=kind, source="税务局", stated=contests)
        assert "经复核后" in will_do(case), kind


async def test_an_appeal_against_a_rating_is_read_and_decided_by_two(
    desks, small_city, admin, words
):
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    village = await build_village(small_city)
    _, (entry, *_) = await village.noticed(numbers=[1, 2])
    now = small_city.now + timedelta(days=1)
    case = await small_city.act(
        appeal_rating, village.head(1), entry_id=entry.id, reason="评议不公", now=now
    )
    await small_city.act(
        accept_case, official(small_city, 0), kind=RATING_APPEAL, case_id=case.id, now=now
    )
    at = f"{PLACE}/{case.id}"

    assert f'data-href="{at}"' in await one.get(PLACE)
    page = words(await one.get(at))
    for shown in ("信用评级申诉", "评议不公", "主体类型 农户", "拟定等级", "重新测算"):
        assert shown in page, shown

    await one.done(f"{at}/decline", reason="评议程序无误")
    assert "维持拟定等级" in words(await other.done(f"{at}/uphold"))
    assert await admin.fetchval("select outcome from review_cases") == "DECLINED"
