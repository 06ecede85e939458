"""A household's rating on the phone: told before it enters, explained, appealed against, certified; and what anybody may see of it."""

import re

import pytest
from small_rural import NOTICE, build_village

from suxin.rural.cycles import begin_panel, open_cycle
from suxin.rural.states import RuralKind


@pytest.fixture
async def village(small_city, applicant, admin):
    """The village, with its first household acted for by the applicant."""
    built = await build_village(small_city)
    await admin.execute(
        "update mandates set person_id = $1 where subject_id = $2",
        small_city.person_id,
        built.subjects[1],
    )
    applicant.subject = built.subjects[1]
    return built


async def test_a_household_enters_by_itself_and_learns_why(village, applicant, small_city):
    assert (await applicant.read("/rural"))["cycles"] == []
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    (shown,) = (await applicant.read("/rural"))["cycles"]
    assert (shown["kind"]["zh"], shown["year"]) == ("农户", 2026)
    told = await applicant.read(f"/rural/cycles/{cycle.id}/notice")
    assert told["version"] == NOTICE
    assert "宿城区某村（测试）" in told["body"]
    entering = {"noticeVersion": NOTICE, "publishName": False}
    entered = await applicant.post(f"/rural/cycles/{cycle.id}/enter", entering)
    assert entered.status_code == 201
    again = await applicant.post(f"/rural/cycles/{cycle.id}/enter", entering)
    assert again.json()["code"] == "RATING_ENTERED_ALREADY"
    await village.enter(cycle, 2)
    await village.name(cycle)
    await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    (mine,) = (await applicant.read("/rural"))["entries"]
    assert (mine["state"]["zh"], mine["tier"]) == ("参评中", None)


OVER = (
    "update rural_cycles set noticed_at = $1::timestamptz - interval '9 days', notice_ends_at = $1",
    "update rural_notices set begins_at = $1::timestamptz - interval '9 days', ends_at = $1",
)


async def over(village, small_city, admin):
    """Let the public notice be over now, as if it had begun some days ago: a phone's log-in lives for minutes."""
    for statement in OVER:
        await admin.execute(statement, small_city.now)
    await village.work()


async def test_a_grade_is_explained_and_its_certificate_verified(
    village, applicant, small_city, admin, web
):
    _, (entry,) = await village.noticed(numbers=[1])
    await over(village, small_city, admin)
    shown = await applicant.read(f"/rural/entries/{entry.id}/explanation")
    assert (shown["score"], shown["tier"], shown["panelVotes"]) == (14, "C", 7)
    assert shown["panelSaid"] == ["品行：很好", "家庭：很好", "偿还能力：较好"]
    assert sum(one["points"] for one in shown["contributions"]) == 14
    (grade,) = (await applicant.read("/rural"))["grades"]
    held = await applicant.read(f"/rural/grades/{grade['id']}/certificate")
    path = re.sub(r"^https?://[^/]+", "", held["address"])
    page = await web.get(path)
    assert (page.status_code, "签名有效，等级有效" in page.text) == (200, True)
    assert (await web.get(path[:-3] + "AAA")).status_code == 422
    left = await applicant.post(f"/rural/entries/{entry.id}/leave")
    assert left.status_code == 200
    await village.work()
    assert "等级已失效" in (await web.get(path)).text
    assert (await applicant.get(f"/rural/grades/{grade['id']}/certificate")).status_code == 404


async def test_an_appeal_is_a_case_and_a_notice_dies_with_its_time(
    village, applicant, small_city, admin, web
):
    _, (entry,) = await village.noticed(numbers=[1])
    (mine,) = (await applicant.read("/rural"))["entries"]
    assert (mine["mayAppeal"], mine["tier"]) == (True, "C")
    address = f"/rural/notices/{entry.cycle_id}"
    page = await web.get(address)
    assert page.status_code == 200
    assert "赵**" not in page.text
    appealed = await applicant.post(f"/rural/entries/{entry.id}/appeal", {"reason": "记录有误"})
    assert appealed.status_code == 201
    assert "信用等级（拟评 C）" in appealed.json()["item"]
    late = await applicant.post(f"/rural/entries/{entry.id}/appeal", {"reason": "再申诉"})
    assert late.json()["code"] == "RATING_APPEAL_CLOSED"
    await over(village, small_city, admin)
    assert (await web.get(address)).status_code == 410
    unheard = await applicant.post(f"/rural/entries/{entry.id}/hearing", {"statement": "x"})
    assert unheard.status_code == 404
