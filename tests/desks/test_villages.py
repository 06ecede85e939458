"""The village's desk: its register opened, filled, imported and kept, on pages that are sound; and what the operator sees of it."""

import pytest
from rosters import line, roster_csv
from small_villages import CODES, NAMES, office

from suxin.tenancy.profiles import TenantKind
from suxin.villages.areas import add_village_area
from suxin_web.csrf import token_for

LISTS = (
    "/desk/village/households",
    "/desk/village/imports",
    "/desk/village/grids",
    "/desk/village/links",
)


@pytest.fixture
async def village(desks, places):
    """The desk of a village's administrator, whose village is an area of the city."""
    await desks.city.act(add_village_area, office(desks.city), area_code=CODES[0], name=NAMES[0])
    return await desks.of("village_admin", await desks.tenant(TenantKind.VILLAGE_GRID))


async def opened(village) -> None:
    await village.done("/desk/village/register", areaCode=CODES[0])
    await village.done("/desk/village/grids", code=f"{CODES[0]}001", name="东片网格")


async def household(village, number: str = "0001") -> str:
    """Register a household by its form; return its page's address."""
    answer = await village.post(
        "/desk/village/households", number=number, groupName="一组", name="王小明", residentId="321302199001010012"
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[-600:]
    return answer.headers["location"]


async def test_a_register_is_opened_by_its_code_and_what_is_wrong_stands_beside_the_field(village):
    assert "建立名册" in await village.get("/desk/village/households")
    wrong = await village.post("/desk/village/register", areaCode="321324102999")
    assert (wrong.status_code, "不是现行的村居区划代码" in wrong.text) == (422, True)
    assert "名册还没有农户" in await village.done("/desk/village/register", areaCode=CODES[0])


async def test_what_is_wrong_with_a_grids_change_stands_where_it_was_typed(village):
    await opened(village)
    page = await village.get("/desk/village/grids")
    assert "<details>" in page
    grid = next(part for part in page.split('"') if part.endswith("/name"))
    grid_id = grid.split("/")[-2]
    wrong = await village.post(grid, name="东" * 41)
    assert wrong.status_code == 422
    # Open, with the reason and what was typed; the form below, of a new grid, is as it was.
    assert "<details open>" in wrong.text
    said = wrong.text.split(f'id="e-rename-name-{grid_id}"')[1].split("</p>")[0]
    assert "应为 1 至 40 个字" in said
    assert wrong.text.count("东" * 41) == 1
    assert "请更正标出的内容" not in wrong.text
    taken = await village.post(f"/desk/village/grids/{grid_id}/code", code="1")
    assert (taken.status_code, f'id="e-renumber-code-{grid_id}"' in taken.text) == (422, True)
    assert "网格已更名" in await village.done(grid, name="东北片网格")


async def test_a_household_is_registered_found_and_told_in_full_when_it_is_asked(village):
    await opened(village)
    page = await household(village)
    shown = await village.get(page)
    assert "王**" in shown
    assert "王小明" not in shown
    again = await village.post("/desk/village/households", number="0001", name="李四")
    assert (again.status_code, "户号 0001 已被使用" in again.text) == (422, True)
    for query in ("q=00", "q=王", "q=321302199001010012", "group=一组", "state=ACTIVE"):
        assert 'data-testid="household-row"' in await village.get(
            f"/desk/village/households?{query}"
        )
    assert "没有符合条件的农户" in await village.get("/desk/village/households?q=999")
    full = await village.post(_opening(shown))
    assert "王小明" in full.text
    assert "321302199001010012" in full.text


def _opening(page: str) -> str:
    return next(part for part in page.split('"') if part.endswith("/open"))


async def test_members_join_and_a_household_is_split_merged_and_moved(village):
    await opened(village)
    page = await household(village)
    wrong = await village.post(f"{page}/members", relation="child", name="王")
    assert wrong.status_code == 422
    shown = await village.done(f"{page}/members", relation="child", name="王小小", birthYear="2001")
    member = next(p for p in shown.split('"') if p.endswith("/leave")).split("/")[-2]
    assert "已分户" in await village.done(f"{page}/split", memberId=member, newNumber="0002")
    assert "没有户号为 0009 的在册农户" in await village.done(f"{page}/merge", intoNumber="0009")
    assert "已并户" in await village.done(f"{page}/merge", intoNumber="0002")
    assert "本户已并入户号 0002" in await village.get(page)


async def test_a_list_is_imported_and_its_report_downloaded(village):
    await opened(village)
    content = roster_csv(line("1", "钱七", "户主"), line("2", "=孙八", "配偶"), encoding="gb18030")
    answer = await village.client.post(
        "/desk/village/imports",
        data={"_csrf": token_for(village.token), "idempotencyKey": "0192f3a0-0000-7000-8000-000000000001"},
        files={"file": ("名册.csv", content, "text/csv")},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[-600:]
    page = answer.headers["location"]
    assert "ROSTER" in await village.get(page) or "HOUSEHOLD_HEAD_MISSING" in await village.get(
        page
    )
    report = await village.client.get(f"{page}/report.csv")
    assert report.content.startswith(b"\xef\xbb\xbf")
    assert "每户应有一名户主" in report.text
    missing = await village.post("/desk/village/imports")
    assert (missing.status_code, "请选择文件" in missing.text) == (422, True)


async def test_pages_are_sound_and_nobody_else_opens_them(village, desks, page_of):
    await opened(village)
    page = await household(village)
    for path in (*LISTS, page, "/desk/village/households/new"):
        found = page_of(await village.get(path))
        assert (found.lang, found.unlabelled, found.inline) == ("zh-CN", [], [])
        assert found.posts_without_token == 0
        assert len(found.ids) == len(set(found.ids))
    operator = await desks.operator()
    for path in LISTS:
        assert (await operator.client.get(path)).status_code == 404
    counted = await operator.get("/desk/villages")
    assert NAMES[0] in counted
    assert "王" not in counted.partition('data-testid="villages"')[2].partition("</table>")[0]
    assert (await village.client.get("/desk/villages")).status_code == 404


async def test_the_operator_adds_a_village_and_proposes_no_merger_of_what_is_not_there(
    desks, places
):
    operator = await desks.operator()
    assert "村级区划已登记" in await operator.done(
        "/desk/villages/areas", areaCode=CODES[1], name=NAMES[1]
    )
    wrong = await operator.post(
        "/desk/villages/mergers", fromCode=CODES[0], intoCode=CODES[1], document="泗政复〔2026〕1号"
    )
    assert (wrong.status_code, "尚未建立名册" in wrong.text) == (422, True)
    assert (await operator.post("/desk/villages/areas", areaCode="1", name="")).status_code == 422
