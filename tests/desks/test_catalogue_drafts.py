"""Another release of the catalogue at the desk: what is wrong with the file, what it would change, and putting it in force."""

from importlib.resources import files
from uuid import uuid4

import pytest
from observing import acts, nothing_written

from suxin.subjects.catalogue_drafts import APPLY_TOPIC, MAX_FILE_BYTES, apply_release
from suxin_web.csrf import token_for

PLACE = "/desk/catalogue/drafts"
PACKAGED = files("suxin.subjects").joinpath("data/catalogue.csv").read_text(encoding="utf-8")
KNOWN = len(PACKAGED.splitlines()) - 1
"""How many items the packaged catalogue has, below its head."""
WITHOUT_TAX = "".join(line for line in PACKAGED.splitlines(True) if "TAX-ARREARS" not in line)
NEXT = WITHOUT_TAX.replace("见义勇为,公安局", "见义勇为,政法委") + (
    "NEW,行政管理,新增事项,各部门,registration,publicly_disclosed,12,public,never,,no,测试\n"
)
IN_FORCE = "select count(*) from catalogue_items where retired_in is null"
pytestmark = pytest.mark.usefixtures("places")


async def send(desk, content=NEXT, *, release="2025.1", source="2025年版（测试）"):
    """Send the form as a browser does, with a file."""
    fields = {
        "_csrf": token_for(desk.token),
        "idempotencyKey": str(uuid4()),
        "release": release,
        "source": source,
    }
    sent = content if isinstance(content, bytes) else content.encode()
    kept = {"file": ("目录.csv", sent, "text/csv")}
    return await desk.client.post(f"{PLACE}/new", data=fields, files=kept)


async def apply(desks, admin):
    """Put what was activated in force, as the worker does."""
    payload = await admin.fetchval(
        "select payload->>'draft_id' from outbox where topic = $1", APPLY_TOPIC
    )
    for _ in range(2):
        await apply_release(desks.city.batch, payload, now=desks.city.now)


async def test_a_release_is_compared_then_activated_and_in_force(desks, admin, words):
    desk = await desks.operator("credit_office")
    answer = await send(desk)
    assert answer.status_code == 303
    place = answer.headers["location"]
    page = words(await desk.get(place))
    assert f"新增 1 变更 1 停用 1 不变 {KNOWN - 2}" in page
    assert "见义勇为 BRAVERY 来源部门 公安局 政法委" in page
    assert "欠缴税费 TAX-ARREARS" in page
    assert "新增事项 NEW" in page
    # Nobody goes by it yet.
    assert await admin.fetchval(IN_FORCE) == KNOWN
    assert (await desk.post(f"{place}/activate")).status_code == 303
    assert "启用中" in words(await desk.get(place))
    await apply(desks, admin)
    assert await admin.fetchval("select state from catalogue_drafts") == "IN_FORCE"
    assert (
        await admin.fetchval("select retired_in from catalogue_items where code = 'TAX-ARREARS'")
        == "2025.1"
    )
    assert "现行 2025.1 ，依据2025年版（测试）" in words(await desk.get("/desk/catalogue"))
    assert await acts(admin, "subjects.catalogue") == [
        "subjects.catalogue.drafted",
        "subjects.catalogue.activated",
        "subjects.catalogue.in_force",
    ]
    again = await desk.post(f"{place}/discard")
    assert (again.status_code, "该目录草稿已处理（已启用）" in words(again.text)) == (422, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"release": ""}, "此项必填"),
        ({"release": "2025"}, "版本号形如 2024.1"),
        ({"release": "2023.1"}, "已启用更新的目录 2024.3"),
        ({"release": "2024.3"}, "目录 2024.3 已载入且内容不同"),
        ({"source": "x" * 121}, "应为 1 至 120 字"),
        ({"content": b""}, "请选择 1 MiB 以内的文件"),
        ({"content": b"x" * (MAX_FILE_BYTES + 1)}, "请选择 1 MiB 以内的文件"),
        ({"content": PACKAGED.encode("gbk")}, "应为 UTF-8 编码的文本"),
        ({"content": PACKAGED.replace(",basis", "")}, "第 2 行缺少列或取值不对"),
        ({"content": PACKAGED.replace("行政许可", "宗教活动许可")}, "第十四条禁止采集"),
        ({"content": PACKAGED.replace(",health,", ",honours,")}, "敏感级别与数据类别不符"),
        ({"content": PACKAGED.replace("合同履行,", "兴趣爱好,")}, "13 类之内"),
        ({"content": PACKAGED, "release": "2024.3"}, "已载入且内容不同"),
    ],
)
async def test_what_is_no_release_is_refused_beside_its_field(desks, admin, words, given, said):
    desk = await desks.operator()
    async with nothing_written(admin):
        answer = await send(desk, **given)
    assert (answer.status_code, said in words(answer.text)) == (422, True)


async def test_what_another_release_overtook_is_refused_by_name(desks, admin, words):
    desk = await desks.operator()
    first = (await send(desk)).headers["location"]
    second = (await send(desk, release="2025.2")).headers["location"]
    assert (await desk.post(f"{first}/activate")).status_code == 303
    assert (await desk.post(f"{second}/activate")).status_code == 303
    rows = await admin.fetch(
        "select payload->>'draft_id' as id from outbox where topic = $1 order by id desc",
        APPLY_TOPIC,
    )
    for row in rows:
        await apply_release(desks.city.batch, row["id"], now=desks.city.now)
    assert "已启用更新的目录 2025.2，不能再载入 2025.1" in words(await desk.get(first))
    assert await admin.fetchval("select count(*) from catalogue_releases") == 2


async def test_who_only_reads_loads_nothing_and_others_have_no_such_page(desks, admin):
    desk, auditor, banker = (
        await desks.operator(),
        await desks.operator("auditor"),
        await desks.officer(),
    )
    place = (await send(desk)).headers["location"]
    assert 'data-testid="activate"' not in await auditor.get(place)
    assert 'data-testid="new-release"' not in await auditor.get("/desk/catalogue")
    async with nothing_written(admin):
        for other, status in ((auditor, 403), (banker, 404)):
            assert (await send(other)).status_code == status
            assert (await other.post(f"{place}/activate")).status_code == status
            assert (await other.post(f"{place}/discard")).status_code == status
    assert (await banker.client.get(place)).status_code == 404
