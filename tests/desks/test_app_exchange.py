"""The exchange with the town's grid app at the desk: a mapping, a file, a draft that opens the form filled in, and what goes back."""

import re

import pytest
from small_points import SmallPoints, build_points, put_in_force

from suxin.grid.exchange.files import EVENTS_HEADING
from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import RuleTopic

PLACE = "/desk/points/exchange"
BOOK = RuleBook(
    name="测试细则",
    rules=(Rule(code="yard", name="门前三包", topic=RuleTopic.ENVIRONMENT, points=5),),
)
EVENTS = f"{','.join(EVENTS_HEADING)}\nW1,环境卫生,已结案,001,2026-11-19,清理门前\nW2,火灾,已结案,001,2026-11-19,\n"


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    found = await build_points(small_city, admin)
    await put_in_force(found, BOOK, starts_in_days=3)
    return found


async def test_what_the_app_knows_is_typed_once(desks, points, words, page_of):
    boss = await desks.of("village_admin", points.tenant_id)
    page = page_of(await boss.get(PLACE))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    wrong = await boss.post(f"{PLACE}/mapping", environment="none")
    assert (wrong.status_code, 'id="e-environment" role="alert"' in wrong.text) == (422, True)
    assert "第 1 版" in words(await boss.done(f"{PLACE}/mapping", environment="yard"))
    worker = await desks.of("grid_worker", points.tenant_id)
    unread = await worker.upload(f"{PLACE}/events", {"events": ("x.csv", b"a,b", "text/csv")})
    assert (unread.status_code, 'id="e-events" role="alert"' in unread.text) == (422, True)
    brought = await worker.upload(
        f"{PLACE}/events", {"events": ("x.csv", EVENTS.encode("gbk"), "text/csv")}
    )
    assert "第 3 行 W2" in words(brought.text)
    draft = re.search(r"/desk/points/claims/new\?household=[0-9a-f-]{36}&amp;event=[0-9a-f-]{36}", brought.text)  # fmt: skip
    assert draft is not None
    form = await worker.get(draft.group().replace("&amp;", "&"))
    event_id = draft.group()[-36:]
    assert f'value="{event_id}"' in form
    assert "清理门前" in form
    sent = {"household": str(points.households[0]), "claimId": event_id, "ruleCode": "yard", "times": "1", "happenedOn": "2026-11-19", "note": "清理门前"}  # fmt: skip
    assert "待初审" in words(await worker.done("/desk/points/claims/new", **sent))
    assert "没有待处理的事件" in words(await worker.get(PLACE))


async def test_what_goes_back_is_a_file_and_is_compared(desks, points, words):
    claim = await points.record(rule_code="yard", member_id=None, times=1)
    await points.end_notice(await points.notice(claim))
    viewer = await desks.of("viewer", points.tenant_id)
    month = f"{(await points.claim(claim)).posted_at:%Y-%m}"
    for encoding, asked in (("utf-8-sig", ""), ("gb18030", "&as=gbk")):
        sent = await viewer.client.get(f"{PLACE}/entries.csv?month={month}{asked}")
        rows = sent.content.decode(encoding).splitlines()
        assert rows[0] == "平台编号,事件编号,户号,事项,分值,状态,办结日期"
        assert rows[1].startswith(f"{claim.id},,001,门前三包,5,已入账,")
    same = f"平台编号,分值\n{claim.id},5\n".encode()
    told = await viewer.upload(
        f"{PLACE}/comparison", {"told": ("x.csv", same, "text/csv")}, month=month
    )
    assert "两边一致" in words(told.text)
    other = f"平台编号,分值\n{claim.id},4\nx,1\n".encode()
    told = await viewer.upload(
        f"{PLACE}/comparison", {"told": ("x.csv", other, "text/csv")}, month=month
    )
    assert "分值不一致" in words(told.text)
    assert "本平台没有" in words(told.text)
    assert (
        await viewer.upload(f"{PLACE}/events", {"events": ("x.csv", same, "text/csv")})
    ).status_code == 403


async def test_a_village_joins_the_interface_and_sees_how_it_goes(desks, points, words, page_of):
    boss = await desks.of("village_admin", points.tenant_id)
    wrong = await boss.post(f"{PLACE}/link", ground="x")
    assert (wrong.status_code, 'id="e-ground" role="alert"' in wrong.text) == (422, True)
    assert "尚未连接" in words(await boss.done(f"{PLACE}/link", ground="镇政发〔2026〕12 号"))
    await points.admin.execute(
        "update grid_app_links set failures = 5, broken_since = now(), compared_at = now(), compared_month = '2026-11-01', not_taken = $1, differences = $2",
        '[{"line": 1, "reference": "B1", "zh": "日期不对", "en": "x"}]',
        '[{"number": "9", "how": "not_here", "here": null, "there": 7}]',
    )
    viewer = await desks.of("viewer", points.tenant_id)
    page = await viewer.get(PLACE)
    for seen in ("连接中断", "B1：日期不对", "本平台没有"):
        assert seen in words(page)
    assert "leave-app" not in page
    assert (page_of(page).unlabelled, page_of(page).inline) == ([], [])
    assert (await viewer.post(f"{PLACE}/link", ground="镇政发")).status_code == 403
    assert "接入后" in words(await boss.done(f"{PLACE}/link/end"))
