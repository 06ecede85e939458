"""A village's desk of points: a claim from its record to its notice, the poster and its page that dies, rules with their check."""

import re

import pytest
from small_points import SmallPoints, build_points, photo

from suxin.grid.chain import declare_home
from suxin.kernel.ids import new_id

TODAY = "/desk/points"


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


async def person(desks, points: SmallPoints, role: str):
    """Return somebody's browser; another of the village has said that he lives elsewhere."""
    desk = await desks.of(role, points.tenant_id)
    boss = points.person("village_admin")
    await points.city.act(declare_home, boss, staff_id=desk.staff_id, household_id=None)
    return desk


async def test_a_claim_goes_from_its_record_to_its_notice(desks, points, words, page_of):
    worker = await person(desks, points, "grid_worker")
    assert "登记申报" in words(await worker.get(TODAY))
    found = await worker.get(f"{TODAY}/claims/new?q=001")
    assert f"household={points.households[0]}" in found
    form = f"{TODAY}/claims/new?household={points.households[0]}"
    page = page_of(await worker.get(form))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    claim_id = new_id(points.city.now)
    sent = {
        "household": str(points.households[0]),
        "claimId": str(claim_id),
        "ruleCode": "hour",
        "memberId": str(points.members[0]),
        "times": "2",
        "happenedOn": points.content().happened_on.isoformat(),
        "note": "打扫活动广场",
    }
    wrong = await worker.post(f"{TODAY}/claims/new", **sent | {"memberId": ""})
    assert (wrong.status_code, 'id="e-memberId" role="alert"' in wrong.text) == (422, True)
    shown = words(await worker.done(f"{TODAY}/claims/new", **sent))
    assert "待初审" in shown
    own = f"{TODAY}/claims/{claim_id}"
    assert "本人提出或登记" in words((await worker.post(f"{own}/check", verdict="for")).text)
    other = await person(desks, points, "grid_worker")
    queue = await other.get(f"{TODAY}/queues/check")
    assert page_of(queue).unlabelled == []
    await other.done(
        f"{TODAY}/queues/check", claimId=str(claim_id), **{f"verdict-{claim_id}": "for"}
    )
    for _ in range(3):
        member = await person(desks, points, "committee")
        await member.done(f"{TODAY}/queues/committee", claimId=str(claim_id), **{f"verdict-{claim_id}": "for"})  # fmt: skip
    boss = await person(desks, points, "village_admin")
    assert "1 件申报待公示" in words(await boss.get(f"{TODAY}/notices"))
    board = await boss.done(f"{TODAY}/notices")
    notice = re.search(rf"{TODAY}/notices/[0-9a-f-]{{36}}", board)
    assert notice is not None
    poster = await boss.get(notice.group())
    assert "001 户" in words(poster)
    assert "王*明" not in poster
    assert 'src="data:image/svg+xml' in poster


async def test_the_page_behind_a_poster_dies_with_its_notice(desks, points, admin, words):
    notice = await points.notice(await points.record())
    token = await admin.fetchval("select token from grid_notice_pages")
    viewer = await desks.of("viewer", points.tenant_id)
    viewer.client.cookies.clear()
    address = f"/points/notices/{token}"
    assert "志愿服务每小时" in words(await viewer.get(address))
    await viewer.get("/points/notices/nobody-knows-this-one", status=404)
    desks.clock.moment = notice.ends_at
    gone = await viewer.get(address, status=410)
    assert "公示已结束" in words(gone)
    assert "志愿服务每小时" not in gone


async def test_the_editor_says_beside_the_field_what_a_rule_touches(desks, points, words, admin):
    boss = await person(desks, points, "village_admin")
    drafted = await boss.done(f"{TODAY}/rules", template="yard")
    rules = re.search(rf"{TODAY}/rules/[0-9a-f-]{{36}}", drafted)
    assert rules is not None
    rule = {
        "before": "clutter",
        "name": "越级上 访",
        "points": "-5",
        "topic": "order",
        "evidence": "required",
        "claimants": "worker",
        "maxTimes": "1",
    }
    answer = await boss.post(f"{rules.group()}/rule", **rule)
    assert answer.status_code == 422
    assert "信访工作条例" in words(answer.text)
    assert "越级上 访" in answer.text
    assert "上访" not in await admin.fetchval("select book::text from grid_rule_sets where state = 'DRAFT'")  # fmt: skip
    kept = await boss.done(f"{rules.group()}/rule", **rule | {"name": "乱倒垃圾"})
    assert "检查通过" in words(kept)
    few = {"meeting": "households", "metOn": "2026-11-20", "entitled": "90", "present": "50", "inFavour": "40", "minutes": "档案柜"}  # fmt: skip
    answer = await boss.post(f"{rules.group()}/adopt", **few)
    assert (answer.status_code, 'id="e-present" role="alert"' in answer.text) == (422, True)
    assert "已登记表决结果" in words(
        await boss.done(f"{rules.group()}/adopt", **few | {"present": "60"})
    )
    own = await boss.post(f"{rules.group()}/confirm", startsOn="2026-12-20")
    assert own.status_code == 403


async def test_another_house_and_a_viewer_have_no_such_page(desks, points):
    officer, viewer = await desks.officer(), await desks.of("viewer", points.tenant_id)
    await officer.get(TODAY, status=404)
    await viewer.get(f"{TODAY}/claims/new", status=403)
    await viewer.get(f"{TODAY}/queues/check", status=403)
    claim = await points.record(photos=(photo(),))
    assert "照片" in await viewer.get(f"{TODAY}/claims/{claim.id}")
    await viewer.get("/desk/point-appeals", status=404)
