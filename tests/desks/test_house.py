"""What every desk has: staff and branches, and notices."""

from uuid import uuid4

import pytest
from observing import acts, nothing_written, one

from suxin.kernel.actor import Actor
from suxin.kernel.notices import notify_tenant
from suxin_tenants.notice_pages import own_link

NEW = {"name": "赵新", "login": "zhao.xin", "password": "Another-pass-42", "roles": ["viewer"]}


async def test_an_administrator_adds_a_colleague_once(desks, admin, places, words):
    desk, key = await desks.of("bank_admin"), str(uuid4())
    bounded = {**NEW, "areaCodes": ["321322", "321323"]}
    first = await desk.post("/desk/staff", idempotencyKey=key, **bounded)
    async with nothing_written(admin):
        await desk.post("/desk/staff", idempotencyKey=key, **bounded)
    page = words(await desk.get(first.headers["location"]))
    assert "已添加 赵新" in page
    assert "赵新 zhao.xin 查看员 不限 沭阳县、泗阳县" in page
    row = await one(
        admin,
        "select role, area_codes from memberships m join staff s"
        " on s.id = m.staff_id where s.login = 'zhao.xin'",
    )
    assert (row["role"], row["area_codes"]) == ("viewer", ["321322", "321323"])


async def test_a_password_is_no_part_of_what_a_key_stands_for(desks, admin):
    desk, key = await desks.of("bank_admin"), str(uuid4())
    await desk.post("/desk/staff", idempotencyKey=key, **NEW)
    async with nothing_written(admin):
        again = {**NEW, "password": "Yet-another-pass-43"}
        assert (await desk.post("/desk/staff", idempotencyKey=key, **again)).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "此项必填"),
        ({"login": "Zhao Xin"}, "login", "登录名应为 3 至 64 位"),
        ({"login": "staff.1"}, "login", "登录名“staff.1”已被使用"),
        ({"password": "short"}, "password", "密码"),
        ({"branchId": "nowhere"}, "branchId", "不在可选范围内"),
    ],
)
async def test_what_is_wrong_with_a_colleague_is_said_beside_the_field(
    desks, admin, changes, field, message
):
    desk = await desks.of("bank_admin")
    await desk.done("/desk/branches", name="营业部")
    async with nothing_written(admin):
        answer = await desk.post("/desk/staff", **{**NEW, **changes})
    assert answer.status_code == 422
    assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert "Another-pass-42" not in answer.text
    assert '<input type="checkbox" name="roles" value="viewer" checked>' in answer.text


async def test_roles_of_another_kind_of_house_are_refused(desks, admin):
    desk = await desks.of("bank_admin")
    async with nothing_written(admin):
        answer = await desk.post("/desk/staff", **{**NEW, "roles": ["operator_admin"]})
        assert (answer.status_code, "没有“operator_admin”角色" in answer.text) == (422, True)
        answer = await desk.post("/desk/staff", **{**NEW, "roles": []})
        assert (answer.status_code, "此项必填" in answer.text) == (422, True)


async def test_ending_a_colleague_ends_his_session_and_nobody_ends_himself(desks, admin):
    desk, colleague = await desks.of("bank_admin"), await desks.officer()
    stranger = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    async with nothing_written(admin):
        assert "不能停用自己的账号" in await desk.done(f"/desk/staff/{desk.staff_id}/end")
        answer = await stranger.post(f"/desk/staff/{colleague.staff_id}/end")
        assert answer.status_code == 404
        assert (await colleague.post(f"/desk/staff/{desk.staff_id}/end")).status_code == 403
    assert "已停用该账号" in await desk.done(f"/desk/staff/{colleague.staff_id}/end")
    assert (await colleague.client.get("/desk/referrals")).status_code == 303
    assert (await acts(admin, "tenancy.staff."))[-1] == "tenancy.staff.ended"


async def test_branches_are_added_by_who_may(desks, admin, places, words):
    desk = await desks.of("bank_admin")
    page = await desk.done("/desk/branches", name="沭阳支行", areaCodes=["321322"])
    assert "沭阳支行 沭阳县" in words(page)
    async with nothing_written(admin):
        empty = await desk.post("/desk/branches", name=" ")
        assert (empty.status_code, "此项必填" in empty.text) == (422, True)
        bad = await desk.post("/desk/branches", name="甲", areaCodes=["99"])
        assert bad.status_code == 422


async def test_only_managers_change_staff_and_branches(desks, admin):
    officer, auditor = await desks.officer(), await desks.operator("auditor")
    async with nothing_written(admin):
        for desk in (officer, auditor):
            assert (await desk.post("/desk/staff", **NEW)).status_code == 403
            assert (await desk.post("/desk/branches", name="甲")).status_code == 403
        page = await auditor.get("/desk/staff")
        assert 'data-testid="add-staff"' not in page


async def tell(desks, tenant_id, count=1, permission=None, link="/desk/pool"):
    async with desks.city.database.transaction(Actor.system("test"), now=desks.city.now) as session:
        return [
            await notify_tenant(
                session,
                tenant_id=tenant_id,
                permission=permission,
                template="test",
                title=f"消息{number:02d}",
                body="正文<b>粗</b>",
                link=link,
                now=desks.city.now,
            )
            for number in range(count)
        ]


async def test_notices_reach_those_they_are_for(desks, words):
    bank, other = (bank.tenant_id for bank in desks.city.banks)
    await tell(desks, bank)
    await tell(desks, bank, permission="lending.referral.read")
    await tell(desks, other, 3)
    officer, head = await desks.officer(), await desks.of("bank_admin")
    for desk, unread in ((officer, 2), (head, 1)):
        page = await desk.get("/desk/notices")
        assert page.count('data-testid="notice"') == unread
        assert f'data-testid="unread">{unread} 条未读' in page
        assert f'<span class="nav-count">{unread}</span>' in page
        assert "正文&lt;b&gt;粗&lt;/b&gt;" in page


async def test_opening_a_notice_marks_it_read_and_leads_on(desks, admin):
    desk = await desks.officer()
    first, second = await tell(desks, desk.tenant_id, 2)
    answer = await desk.post("/desk/notices/read", notice=str(first))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/pool")
    read = await admin.fetch("select id, read_at from notices where title like '消息%' order by id")
    assert [row["read_at"] for row in read] == [desks.city.now, None]
    page = await desk.done("/desk/notices/read")
    assert "已全部标为已读" in page
    assert "0 条未读" in page
    assert (await one(admin, "select read_at from notices where id = $1", second))[
        "read_at"
    ] == desks.city.now


async def test_a_strangers_notice_stays_unread(desks, admin):
    desk = await desks.officer()
    [theirs] = await tell(desks, desks.city.banks[1].tenant_id)
    await desk.post("/desk/notices/read", notice=str(theirs))
    assert (await one(admin, "select read_at from notices where id = $1", theirs))[
        "read_at"
    ] is None


def test_a_link_leads_to_our_desks_only():
    assert own_link("/desk/referrals/1") == "/desk/referrals/1"
    for elsewhere in ("", "https://evil.example", "//evil.example", "/pages/request?id=1"):
        assert own_link(elsewhere) is None


async def test_lists_are_paged_both_ways(desks, page_of):
    desk = await desks.officer()
    await tell(desks, desk.tenant_id, 45)

    async def titles(path):
        page = await desk.get(path)
        shown = [part.split("<")[0] for part in page.split("<h2>")[1:]]
        links = {
            rel: page.split(f'rel="{rel}"')[0].rsplit('href="', 1)[1].split('"')[0]
            for rel in ("prev", "next")
            if f'rel="{rel}"' in page
        }
        return [title for title in shown if title.startswith("消息")], links

    newest = [f"消息{number:02d}" for number in range(44, -1, -1)]
    first, links = await titles("/desk/notices")
    assert (first, set(links)) == (newest[:20], {"next"})
    second, links = await titles(links["next"])
    assert (second, set(links)) == (newest[20:40], {"prev", "next"})
    third, ends = await titles(links["next"])
    assert (third, set(ends)) == (newest[40:], {"prev"})
    back, links = await titles(ends["prev"])
    assert (back, set(links)) == (newest[20:40], {"prev", "next"})
    back, links = await titles(links["prev"])
    assert (back, set(links)) == (newest[:20], {"next"})
    nonsense, _ = await titles("/desk/notices?after=nonsense&before=%00")
    assert nonsense == newest[:20]
