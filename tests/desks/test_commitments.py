"""Commitments at the operator's desk: registered, looked into, judged, and what is wrong stands beside its field."""

import pytest
from observing import nothing_written

from suxin.subjects.commitments.texts import CURRENT
from suxin.subjects.declarations import declare_record
from suxin.subjects.doors import uscc_door

PLACE = "/desk/commitments"
TYPED = {
    "uscc": "91321302MATE5T017A",
    "kind": "approval",
    "authority": "市行政审批局",
    "number": "XK-2026-7",
    "title": "食品经营许可告知承诺",
    "text": "三十日内补齐场所布局图",
    "madeOn": "2026-11-01",
    "dueOn": "2026-12-01",
}
pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture
async def declared(small_city, admin, desks):
    """The applicant's firm has declared an honour; return the address of its commitment."""
    record_id = await small_city.act(
        declare_record,
        small_city.applicant,
        item_code="VOL-HONOUR",
        content={"title": "诚信示范户", "issuer": "上塘镇"},
        commitment_version=CURRENT.version,
    )
    found = await admin.fetchval("select id from commitments where record_id = $1", record_id)
    return f"{PLACE}/{found}"


async def test_a_declaration_is_shown_with_what_was_promised_and_found_false(
    desks, declared, admin, words
):
    desk = await desks.operator("credit_office")
    assert "自主申报的荣誉" in words(await desk.get(PLACE))
    page = words(await desk.get(declared))
    assert "名称 诚信示范户，颁发单位 上塘镇" in page
    assert "所申报信息真实、准确、完整" in page
    async with nothing_written(admin):
        for typed, said in (
            ({}, "请选择核查结果"),
            ({"verdict": "OPEN"}, "请选择核查结果"),
            ({"verdict": "BROKEN", "document": "x"}, "应为 1 至 500 字"),
            ({"verdict": "BROKEN", "reason": "x"}, "应为 1 至 200 字"),
            ({"verdict": "RETURNED"}, "应为 1 至 500 字"),
        ):
            answer = await desk.post(f"{declared}/judgement", **typed)
            assert (answer.status_code, said in words(answer.text)) == (422, True), typed
    answer = await desk.post(
        f"{declared}/judgement", verdict="BROKEN", reason="查无此荣誉", document="核查笔录 7 号"
    )
    assert answer.status_code == 303
    page = words(await desk.get(declared))
    assert "查无此荣誉" in page
    assert "核查笔录 7 号" in page
    assert "申报不实" in words(await desk.get(PLACE))
    again = await desk.post(f"{declared}/judgement", verdict="KEPT")
    assert "该承诺已有结论（未履行）" in words(again.text)
    codes = await admin.fetch(
        "select item_code, status from credit_records where source in ('subject', 'commitments')"
        " order by id"
    )
    assert [tuple(row) for row in codes] == [
        ("VOL-HONOUR", "withdrawn"),
        ("COMMITMENT-BROKEN", "active"),
    ]


async def test_a_departments_commitment_is_registered_or_refused_beside_its_field(
    desks, small_city, admin, words
):
    await admin.execute(
        "insert into subject_doors (blind_index, subject_id) values ($1, $2)",
        uscc_door(TYPED["uscc"]),
        small_city.firm_id,
    )
    desk = await desks.operator()
    assert "承诺编号" in words(await desk.get(f"{PLACE}/new"))
    async with nothing_written(admin):
        for changed, said in (
            ({"number": ""}, "此项必填"),
            ({"kind": "truth"}, "请选择承诺类型"),
            ({"madeOn": "昨天"}, "日期形如 2026-11-20"),
            ({"madeOn": "2026-11-30"}, "晚于今天"),
            ({"dueOn": "2026-10-01"}, "应晚于承诺日期"),
            ({"uscc": "91321302MATE5T041T"}, "本市登记数据中没有"),
        ):
            answer = await desk.post(f"{PLACE}/new", **{**TYPED, **changed})
            assert (answer.status_code, said in words(answer.text)) == (422, True), changed
    made = await desk.post(f"{PLACE}/new", **TYPED)
    assert made.status_code == 303
    taken = await desk.post(f"{PLACE}/new", **TYPED)
    assert "市行政审批局的承诺“XK-2026-7”已登记" in words(taken.text)
    place = made.headers["location"]
    assert "履行中" in words(await desk.get(place))
    done = await desk.post(f"{place}/judgement", verdict="KEPT", document="验收单 3 号")
    assert done.status_code == 303
    assert "已履行" in words(await desk.get(place))


async def test_who_only_reads_judges_nothing_and_others_have_no_such_page(desks, declared, admin):
    auditor, banker = await desks.operator("auditor"), await desks.officer()
    page = await auditor.get(declared)
    assert 'data-testid="judge"' not in page
    assert 'data-testid="new-commitment"' not in await auditor.get(PLACE)
    async with nothing_written(admin):
        for desk, status in ((auditor, 403), (banker, 404)):
            answer = await desk.post(f"{declared}/judgement", verdict="KEPT")
            assert answer.status_code == status
            assert (await desk.post(f"{PLACE}/new", **TYPED)).status_code == status
    for place in (PLACE, declared, f"{PLACE}/new"):
        assert (await banker.client.get(place)).status_code == 404
    assert (await auditor.client.get(f"{PLACE}/new")).status_code == 403
