"""The operator's calendar: the years with their standing, an arrangement loaded from a file, and what is wrong with one."""

from uuid import uuid4

import pytest
from arrangements import SOURCE, file_2027
from observing import acts, nothing_written

from suxin_web.csrf import token_for


async def send(desk, content, key=None, name="2027.csv"):
    """Send the form as a browser does, with a file."""
    fields = {"_csrf": token_for(desk.token), "idempotencyKey": key or str(uuid4())}
    files = {"file": (name, content, "text/csv")}
    return await desk.client.post("/desk/calendar", data=fields, files=files)


async def test_a_year_is_loaded_from_a_file_once_and_shown(desks, admin, words):
    desk, key = await desks.operator("credit_office"), str(uuid4())
    page = words(await desk.get("/desk/calendar"))
    assert "2028 年 暂定 — — — —" in page
    assert "2027 年 暂定 — — — —" in page
    assert "2026 年 内置 — — — —" in page
    content = file_2027(off=["2027-01-04"], workdays=["2027-01-10"]).encode("utf-8-sig")
    answer = await send(desk, content, key)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/calendar/2027")
    year = words(await desk.get("/desk/calendar/2027"))
    assert "2027 年放假安排已载入" in year
    assert f"{SOURCE} · 载入于 2026-11-20 10:00" in year
    assert "2027年1月4日 星期一 放假 元旦" in year
    assert "2027年1月10日 星期日 补班 —" in year
    assert f"2027 年 已载入 {SOURCE} 8 1" in words(await desk.get("/desk/calendar"))
    async with nothing_written(admin):
        await send(desk, content, key)
    assert await acts(admin, "kernel.calendar") == ["kernel.calendar.loaded"]


async def test_the_same_again_and_a_correction_are_said(desks, admin, words):
    desk = await desks.operator()
    for content, said in (
        (file_2027(), "已载入"),
        (file_2027(), "与已载入的相同，未作改动"),
        (file_2027(off=["2027-01-04"]), "已更正"),
    ):
        answer = await send(desk, content.encode())
        assert said in words(await desk.get(answer.headers["location"])), said
    assert await acts(admin, "kernel.calendar") == [
        "kernel.calendar.loaded",
        "kernel.calendar.corrected",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "此项必填"),
        ("年份".encode("gbk"), "文件应为 UTF-8 编码的文本"),
        (b"a,b\n", "第 1 行：表头应为 year,source,day,kind,name"),
        (file_2027().replace("清明节", "扫墓").encode(), "缺少法定节日：清明节"),
        (file_2027(source="").encode(), "请写明文件名称或文号"),
        (file_2027(workdays=["2027-01-10"]).replace("-10,", "-12,").encode(), "不是周六或周日"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_beside_it(desks, admin, content, message):
    desk = await desks.operator()
    async with nothing_written(admin):
        answer = await send(desk, content)
    assert answer.status_code == 422
    assert message in answer.text.split('id="e-file"')[1].split("</p>")[0]


async def test_who_reads_only_loads_nothing(desks, admin):
    auditor, bank = await desks.operator("auditor"), await desks.of("bank_admin")
    async with nothing_written(admin):
        assert 'data-testid="calendar-file"' not in await auditor.get("/desk/calendar")
        assert (await send(auditor, file_2027().encode())).status_code == 403
        assert (await send(bank, file_2027().encode())).status_code == 404
        assert "找不到该放假安排" in await auditor.get("/desk/calendar/2027", status=404)
