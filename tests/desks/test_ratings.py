"""Ratings at a village's desk, from the opening to the public notice, and what the credit office sees of them."""

from small_rural import VILLAGE_CODE, build_village

from suxin.rural.models import RatingCycle

PLACE = "/desk/ratings"
VILLAGE_NAME = "宿城区某村（测试）"
FIGURES = {
    "debtors": "20",
    "without_arrears": "19",
    "loans": "1000",
    "bad_loans": "10",
    "new_loans": "200",
    "new_bad_loans": "1",
    "paper": "农商行统计表",
}


async def test_a_rating_is_led_by_three_people_of_the_village(desks, small_city, admin, words):
    village = await build_village(small_city)
    manager, member, checker, viewer = [
        await desks.of(role, village.tenant_id)
        for role in ("village_admin", "committee", "supervisor", "viewer")
    ]
    await _opened(manager, words)
    cycle_id = await admin.fetchval("select id from rural_cycles")
    at = f"{PLACE}/{cycle_id}"
    async with small_city.database.snapshot(village.manager, now=small_city.now) as session:
        cycle = await session.get_one(RatingCycle, (village.tenant_id, cycle_id))
    entries = [await village.enter(cycle, number, publish_name=number == 1) for number in (0, 1)]
    assert "评议小组应为 5 至 9 名" in words((await manager.post(f"{at}/panel")).text)
    seats = [str(one) for one in (*village.staff[1:7], member.staff_id)]
    own = {f"household-{member.staff_id}": "001"}
    assert "评议小组已确定" in words(await manager.done(f"{at}/panel", members=seats, **own))
    await manager.done(f"{at}/begin")
    for shown in (await viewer.get(at), await member.get(at)):
        assert "begin" not in shown

    # His own household is not among what he is asked about.
    assert "评级待评议 1 " in words(await member.get("/desk"))
    ballot = await member.get(f"{at}/vote")
    assert "还有 1 户" in words(ballot)
    assert "赵**户1" in ballot
    vote = f"{at}/entries/{entries[1].id}/vote"
    assert (await member.post(vote, character="5", family="", ability="4")).status_code == 422
    assert "没有待评议的户" in words(
        await member.done(vote, character="5", family="5", ability="4")
    )
    assert "今日没有待办" in words(await member.get("/desk"))
    assert "还有 2 户不足 5 票" in words((await manager.post(f"{at}/close")).text)
    await _others_vote(village, entries)
    await manager.done(f"{at}/close")
    await village.work()
    assert "请由未参加评议" in words(await manager.get(at))
    assert "评级待复核 1 " in words(await checker.get("/desk"))
    assert "公示至" in words(await checker.done(f"{at}/check"))
    await _poster_is_read(await viewer.get(f"{at}/notice"), words)


async def _poster_is_read(poster, words):
    """The poster says whose it is, has names of those alone who agreed, and a code that leads to its page."""
    notice = words(poster)
    assert f"{VILLAGE_NAME} 2026 年度农户信用等级公示" in notice
    assert 'src="data:image/svg+xml' in poster
    assert "赵**户1" in notice
    assert "赵**户0" not in notice


async def _opened(manager, words):
    """Open this year's rating of households, after two that are refused."""
    page = words(await manager.get(PLACE))
    assert "还没有评级批次" in page
    assert "信用户占农户总数的比例不低于 70%" in page
    assert (await manager.post(PLACE, kind="")).status_code == 422
    assert "评级模型尚未启用" in words((await manager.post(PLACE, kind="cooperative")).text)
    assert "已发起" in words(await manager.done(PLACE, kind="household"))


async def _others_vote(village, entries):
    for entry in entries:
        for number in range(6):
            await village.vote_as(number, entry)


async def test_the_office_titles_a_village_and_takes_the_coverage_along(
    desks, small_city, admin, words
):
    village = await build_village(small_city)
    await village.noticed(numbers=[0, 1, 2])
    await admin.execute("update rural_entries set tier = 'A', place = 2")
    await village.work(small_city.now.replace(month=12, day=15))
    await village.count()
    one, other, auditor = [
        await desks.operator(role) for role in ("credit_office", "credit_office", "auditor")
    ]
    at = f"/desk/rural/areas/{VILLAGE_CODE}"
    assert f'href="{at}"' in await one.get("/desk/rural")
    for level in ("town", "county"):
        assert "尚缺" in words(await one.get(f"/desk/rural?level={level}"))
    bad = await one.post(at, **(FIGURES | {"bad_loans": "x"}))
    assert (bad.status_code, "请填写整数" in words(bad.text)) == (422, True)
    worse = await one.post(at, **(FIGURES | {"bad_loans": "90"}))
    assert "尚不符合条件：不良贷款余额占比低于 5%" in words(worse.text)
    assert "已申报" in words(await one.done(at, **FIGURES))
    title_id = await admin.fetchval("select id from rural_titles")
    decide = f"{at}/titles/{title_id}/decide"
    assert "须由另一人办理" in words((await one.post(decide, granted="yes", answer="好")).text)
    assert "已命名" in words(await other.done(decide, granted="yes", answer="符合"))
    assert (await auditor.post(at, **FIGURES)).status_code == 403
    sheet = (await auditor.client.get("/desk/list-files/rural-coverage/csv")).content
    assert "321302150" in sheet.decode("utf-8-sig")
    await other.done(f"{at}/titles/{title_id}/revoke", reason="弄虚作假")


async def test_the_office_decides_on_a_hearing(desks, small_city, admin, words):
    village = await build_village(small_city)
    _, (entry,) = await village.noticed(numbers=[1])
    await admin.execute(
        "insert into rural_hearings (subject_id, entry_id, tenant_id, kind, label, tier_before, tier_proposed, opened_at, open_until, open_provisional)"
        " select subject_id, id, tenant_id, 'household', label, 'A', 'B', $1::timestamptz, $1::timestamptz + interval '10 days', false from rural_entries",
        small_city.now,
    )
    office = await desks.operator("credit_office")
    at = f"/desk/rural/hearings/{village.subjects[1]}/{entry.id}"
    assert "尚未陈述" in words(await office.get("/desk/rural/hearings"))
    assert "陈述期未满" in words((await office.post(at, lowered="no", answer="x")).text)
    await admin.execute("update rural_hearings set statement = '受灾', stated_at = opened_at")
    assert 'data-testid="keep"' in await office.get("/desk/rural/hearings")
    assert "已决定" in words(await office.done(at, lowered="no", answer="情况属实"))
