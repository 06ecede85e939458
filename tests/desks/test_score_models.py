"""The credit office's score models: drafted, simulated, approved by two others, put in force; and what is refused."""

from uuid import uuid4

import msgspec
import pytest
from observing import acts, nothing_written
from small_scores import assess

from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin_server.scoring import score_all
from suxin_web.csrf import token_for

PLACE = "/desk/score-models"


async def send(desk, content=b"", **fields):
    """Send the form as a browser does, with a file."""
    given = {"_csrf": token_for(desk.token), "idempotencyKey": str(uuid4()), **fields}
    files = {"document": ("model.json", content, "application/json")}
    return await desk.client.post(PLACE, data=given, files=files)


async def test_a_model_goes_its_way_and_everybody_is_scored(desks, small_city, admin, words):
    drafter, first, second = [await desks.operator("credit_office") for _ in range(3)]
    page = words(await drafter.get(PLACE))
    assert "还没有评分模型" in page
    assert "还没有评分批次" in page
    answer = await send(drafter, packaged=FIRM_GRADE)
    place = answer.headers["location"]
    assert "正在等待模拟" in words(await drafter.get(place))
    await score_all(small_city.batch, now=small_city.now)
    shown = words(await first.get(place))
    assert "待批准" in shown
    assert "BBB 信用良好 1 未评分 → BBB 1 个" in shown
    assert "+130 分 500 630 未评分 → BBB 纳税信用A级 +80；为职工参加社会保险 +30" in shown
    assert 'data-testid="approve"' not in await drafter.get(place)
    # Nobody is named, and nobody's score is found by looking.
    assert "沭河木业" not in shown
    assert "已批准" in words(await first.done(f"{place}/approve"))
    assert "须由起草人以外的两人分别批准" in words(await first.done(f"{place}/approve"))
    assert "须由起草人以外的两人分别批准" in words(await drafter.done(f"{place}/approve"))
    await second.done(f"{place}/approve")
    assert "尚未完成个人信息保护影响评估" in words(await second.done(f"{place}/activate"))
    await assess(small_city, place.rsplit("/", 1)[1])
    assert "已启用" in words(await second.done(f"{place}/activate"))
    await score_all(small_city.batch, now=small_city.now)
    listed = words(await drafter.get(PLACE))
    assert "第 1 版 启用中 39 7" in listed
    assert "2 AAA 0 · AA 0 · A 0 · BBB 1 · BB 1 · B 0 · C 0" in listed
    assert await acts(admin, "scoring.") == [
        "scoring.model.drafted",
        "scoring.model.simulated",
        "scoring.model.approved",
        "scoring.model.approved",
        "scoring.model.activated",
        "scoring.run.completed",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "此项必填"),
        (b"{", "评分模型格式不正确"),
        (packaged_model(FIRM_GRADE).replace(b'"base": 500', b'"base": 5000'), "应依次不减"),
        ("评分".encode("gbk"), "文件应为 UTF-8 编码的文本"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_beside_it(desks, admin, content, message):
    desk = await desks.operator("credit_office")
    async with nothing_written(admin):
        answer = await send(desk, content)
    assert answer.status_code == 422
    assert message in answer.text.split('id="e-document"')[1].split("</p>")[0]


async def test_who_reads_only_changes_nothing_and_others_find_nothing(desks, admin, page_of):
    office, auditor = await desks.operator("credit_office"), await desks.operator("auditor")
    bank = await desks.of("bank_admin")
    long = msgspec.json.decode(packaged_model(FIRM_GRADE)) | {"name": "很长的名称" * 20}
    place = (await send(office, msgspec.json.encode(long))).headers["location"]
    async with nothing_written(admin):
        assert 'data-testid="model-file"' not in await auditor.get(PLACE)
        assert 'data-testid="withdraw"' not in await auditor.get(place)
        assert (await send(auditor, packaged=FIRM_GRADE)).status_code == 403
        for step in ("approve", "activate", "withdraw"):
            assert (await auditor.post(f"{place}/{step}")).status_code == 403
        for page in (PLACE, place):
            await bank.get(page, status=404)
        await office.get(f"{PLACE}/{uuid4()}", status=404)
    for page in (PLACE, place):
        sound = page_of(await office.get(page))
        assert (len(sound.headings), sound.unlabelled, sound.inline) == (1, [], [])
    assert "已撤回" in await office.done(f"{place}/withdraw")
