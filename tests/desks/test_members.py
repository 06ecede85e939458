"""A staff member's page: roles given and taken, a password set anew, the account ended; and one's own account."""

import pytest
from observing import acts, nothing_written
from small_city import PASSWORD

NEW_PASSWORD = "Another-pass-42"


async def roles_of(admin, staff_id):
    rows = await admin.fetch(
        "select id, role, branch_id, area_codes from memberships where staff_id = $1 order by id",
        staff_id,
    )
    return [dict(row) for row in rows]


async def test_roles_are_given_within_the_reach_of_those_held_and_taken(
    desks, admin, places, words
):
    desk = await desks.of("bank_admin")
    await desk.done("/desk/branches", name="沭阳支行")
    branch = await admin.fetchval("select id from branches")
    officer = await desks.of("loan_officer", branch_id=branch, area_codes=("321322",))
    place = f"/desk/staff/{officer.staff_id}"
    page = await desk.get(place)
    assert "客户经理" in page
    assert f'<option value="{branch}" selected>' in page
    assert 'value="321322" checked' in page
    async with nothing_written(admin):
        wider = await desk.post(f"{place}/roles", role="viewer")
        none = await desk.post(f"{place}/roles", branchId=str(branch))
        odd = await desk.post(f"{place}/roles", role="operator_admin")
    assert "限于相同的网点和区域" in wider.text
    assert "此项必填" in none.text.split('id="e-role"')[1]
    assert "没有“operator_admin”角色" in odd.text.split('id="e-role"')[1]
    page = await desk.done(
        f"{place}/roles", role="viewer", branchId=str(branch), areaCodes=["321322"]
    )
    assert "已授予角色" in page
    held = await roles_of(admin, officer.staff_id)
    assert [(one["role"], one["area_codes"]) for one in held] == [
        ("loan_officer", ["321322"]),
        ("viewer", ["321322"]),
    ]
    page = await desk.done(f"{place}/roles/{held[0]['id']}/revoke")
    assert "已收回角色" in page
    assert [one["role"] for one in await roles_of(admin, officer.staff_id)] == ["viewer"]
    assert (await acts(admin, "tenancy.role."))[-1] == "tenancy.role.revoked"


async def test_the_last_administrator_keeps_his_right(desks, admin):
    desk = await desks.of("bank_admin")
    [mine] = await roles_of(admin, desk.staff_id)
    async with nothing_written(admin):
        page = await desk.done(f"/desk/staff/{desk.staff_id}/roles/{mine['id']}/revoke")
        assert "至少须有一名可以管理人员的管理员" in page
    await desks.of("bank_admin")
    async with nothing_written(admin):
        page = await desk.done(f"/desk/staff/{desk.staff_id}/roles/{mine['id']}/revoke")
        assert "收回自己的人员管理权限" in page


async def test_only_managers_of_the_same_house_change_a_colleague(desks, admin):
    desk, officer = await desks.of("bank_admin"), await desks.officer()
    stranger = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    [role] = await roles_of(admin, officer.staff_id)
    place = f"/desk/staff/{officer.staff_id}"
    sent = (
        (f"{place}/roles", {"role": "viewer"}),
        (f"{place}/roles/{role['id']}/revoke", {}),
        (f"{place}/password", {"password": NEW_PASSWORD}),
        (f"{place}/end", {}),
    )
    async with nothing_written(admin):
        for other, status in ((stranger, 404), (officer, 403)):
            for path, fields in sent:
                assert (await other.post(path, **fields)).status_code == status, path
        assert (await stranger.client.get(place)).status_code == 404
        assert (await officer.client.get(place)).status_code == 403
    assert 'data-testid="revoke"' in await desk.get(place)


async def test_a_reset_password_must_be_changed_before_all_else(desks, admin, words):
    desk, officer = await desks.of("bank_admin"), await desks.officer()
    place, login = f"/desk/staff/{officer.staff_id}", "staff.2"
    async with nothing_written(admin):
        short = await desk.post(f"{place}/password", password="short")
        assert (short.status_code, 'id="e-password"' in short.text) == (422, True)
        own = await desk.post(f"/desk/staff/{desk.staff_id}/password", password=NEW_PASSWORD)
        assert "重置自己的密码" in own.text
    assert "已重置密码" in await desk.done(f"{place}/password", password=NEW_PASSWORD)
    assert (
        (await officer.client.get("/desk/referrals")).headers["location"].startswith("/desk/log-in")
    )
    again = await desks.logged_in(login, officer.tenant_id, officer.staff_id, password=NEW_PASSWORD)
    await only_the_account_opens(again)
    async with nothing_written(admin):
        same = await again.post("/desk/account", **typed(NEW_PASSWORD, NEW_PASSWORD))
        assert "新密码不能与当前密码相同" in same.text.split('id="e-newPassword"')[1]
    answer = await again.post("/desk/account", **typed(NEW_PASSWORD, "my-own-Pass-43"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert (await again.client.get("/desk/referrals")).status_code == 200
    assert (await acts(admin, "tenancy.password."))[-2:] == [
        "tenancy.password.reset",
        "tenancy.password.changed",
    ]


def typed(current, new, again=None):
    return {"currentPassword": current, "newPassword": new, "newPasswordAgain": again or new}


async def only_the_account_opens(desk):
    for path in ("/desk", "/desk/referrals", "/desk/notices", "/desk/staff"):
        answer = await desk.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/account"), path
    part = await desk.client.get("/desk/referrals/counts", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (403, "/desk/account")
    page = await desk.get("/desk/account")
    assert "请先修改初始密码" in page
    assert 'class="nav"' not in page


async def test_whoever_is_added_changes_his_password_first(desks, admin):
    newcomer = await desks.of("loan_officer", temporary=True)
    await only_the_account_opens(newcomer)
    async with nothing_written(admin):
        answer = await newcomer.post("/desk/notices/read")
        assert answer.headers["location"] == "/desk/account"
    out = await newcomer.post("/desk/log-out")
    assert out.status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (typed("", NEW_PASSWORD), "currentPassword", "此项必填"),
        (typed(PASSWORD, NEW_PASSWORD, "another"), "newPasswordAgain", "两次输入的新密码不一致"),
        (typed(PASSWORD, "short"), "newPassword", "密码应为 10 至 128 位"),
    ],
)
async def test_what_is_wrong_with_a_new_password_is_said_beside_the_field(
    desks, admin, fields, field, message
):
    desk = await desks.of("bank_admin")
    async with nothing_written(admin):
        answer = await desk.post("/desk/account", **fields)
    assert answer.status_code == 422
    assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    for secret in fields.values():
        assert not secret or f'value="{secret}"' not in answer.text


async def test_a_wrong_current_password_is_counted_and_locks(desks):
    desk = await desks.of("bank_admin")
    for _ in range(5):
        answer = await desk.post("/desk/account", **typed("not-this-one", NEW_PASSWORD))
        assert "当前密码不正确" in answer.text.split('id="e-currentPassword"')[1]
    answer = await desk.post("/desk/account", **typed(PASSWORD, NEW_PASSWORD))
    assert (answer.status_code, "请在 15 分钟后再试" in answer.text) == (422, True)


async def test_a_new_password_ends_the_sessions_elsewhere(desks):
    here = await desks.of("bank_admin")
    elsewhere = await desks.logged_in("staff.1", here.tenant_id, here.staff_id)
    answer = await here.post("/desk/account", **typed(PASSWORD, NEW_PASSWORD))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert (await here.client.get("/desk/products")).status_code == 200
    assert (
        (await elsewhere.client.get("/desk/products"))
        .headers["location"]
        .startswith("/desk/log-in")
    )


async def test_the_account_page_says_who_one_is_here(desks, places, words):
    desk = await desks.of("loan_officer", area_codes=("321322",))
    page = words(await desk.get("/desk/account"))
    for shown in ("员工1", "staff.1", "客户经理", "沭阳县", "修改密码"):
        assert shown in page


async def test_staff_and_branches_are_paged_and_found_by_name(desks, admin):
    desk = await desks.of("bank_admin")
    for table, columns, values in (
        ("staff", "name, login, created_at", "'员' || n, 'many.' || n, now()"),
        ("branches", "name, area_codes, created_at", "'点' || n, array[]::text[], now()"),
    ):
        await admin.execute(
            f"insert into {table} (tenant_id, id, {columns})"  # noqa: S608 - names of our own
            f" select $1, gen_random_uuid(), {values} from generate_series(1, 45) n",
            desk.tenant_id,
        )
    for path, row, needle, wild in (
        ("/desk/staff", "staff-row", "many.45", "%25"),
        ("/desk/branches", "branch-row", "%E7%82%B945", "_"),
    ):
        page = await desk.get(path)
        assert (page.count(f'data-testid="{row}"'), 'rel="next"' in page) == (20, True)
        found = await desk.get(f"{path}?q={needle}")
        assert found.count(f'data-testid="{row}"') == 1
        assert f'data-testid="{row}"' not in await desk.get(f"{path}?q={wild}")
