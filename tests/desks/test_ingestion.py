"""The operator's ingestion: a file is sent once, its rows are read by the platform, and what was not taken is shown with its line."""

from uuid import UUID, uuid4

import pytest
from observing import acts, nothing_written

from suxin.subjects.ingestion import limits, runs
from suxin.subjects.ingestion.commands import RUN_TOPIC
from suxin.subjects.ingestion.runs import run_batch
from suxin_tenants.operator import ingestion_pages
from suxin_web.csrf import token_for

pytestmark = pytest.mark.usefixtures("places")

HEADER = "uscc,item_code,source_ref,occurred_on,content\n"
GOOD = '91321302MATE5T017A,TAX-GRADE,T-1,2026-11-10,"{""grade"": ""A"", ""year"": 2025}"\n'
BAD = GOOD.replace("91321302MATE5T017A", "9144030071526726XG").replace("T-1", "T-2")


async def send(desk, content, *, source="市税务局", key="2026-11", form_key=None):
    """Send the form as a browser does, with a file."""
    fields = {
        "_csrf": token_for(desk.token),
        "idempotencyKey": form_key or str(uuid4()),
        "source": source,
        "batchKey": key,
    }
    files = {"file": ("纳税信用.csv", content, "text/csv")}
    return await desk.client.post("/desk/ingestion", data=fields, files=files)


async def read_to_the_end(desks, admin):
    """Read every batch that was posted, as the worker does; return their ids."""
    rows = await admin.fetch(
        "select payload->>'batch_id' as id from outbox where topic = $1 order by id", RUN_TOPIC
    )
    for row in rows:
        assert not await run_batch(
            desks.city.batch,
            row["id"],
            sealer=desks.city.sealer,
            clock=lambda: desks.city.now,
            go_on=lambda: True,
        )
    return [row["id"] for row in rows]


async def test_a_file_in_gbk_is_sent_read_and_shown_with_its_rejects(desks, admin, words):
    desk, key = await desks.operator("credit_office"), str(uuid4())
    empty = words(await desk.get("/desk/ingestion"))
    assert "还没有来源部门报送" in empty
    assert "还没有批次" in empty
    content = (HEADER + GOOD + BAD).encode("gbk")
    answer = await send(desk, content, form_key=key)
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert "文件已接收，正在归集" in words(await desk.get(place))
    progress = await desk.get(f"{place}/progress")
    assert "等待归集" in progress
    (batch_id,) = await read_to_the_end(desks, admin)
    assert place.endswith(batch_id)
    page = words(await desk.get(place))
    assert "纳税信用.csv 市税务局 · 批次号 2026-11 完成" in page
    assert "已读 2 新增 1 更新 0 未变 0 退回 1" in page
    assert "3 本市登记数据中没有该统一社会信用代码的主体 统一社会信用代码 SUBJECT_UNKNOWN" in page
    listed = words(await desk.get("/desk/ingestion"))
    assert "市税务局 100.00% 50.00% 100.00% 50.00% — 1 2" in listed
    done = await desk.client.get(f"{place}/progress")
    assert done.headers["hx-refresh"] == "true"
    # Sent again, with the same key or with another form, it is the same batch.
    async with nothing_written(admin):
        assert (await send(desk, content, form_key=key)).headers["location"] == place
    assert (await send(desk, content)).headers["location"] == place
    assert await admin.fetchval("select count(*) from ingestion_batches") == 1
    assert await acts(admin, "subjects.ingestion") == [
        "subjects.ingestion.received",
        "subjects.ingestion.completed",
    ]


async def test_rejects_are_shown_a_page_at_a_time(desks, admin, words, monkeypatch):
    monkeypatch.setattr(ingestion_pages, "REJECTS_A_PAGE", 2)
    desk = await desks.operator("auditor")
    sender = await desks.operator()
    content = HEADER + "".join(BAD.replace("T-2", f"B-{number}") for number in range(3))
    place = (await send(sender, content.encode())).headers["location"]
    await read_to_the_end(desks, admin)
    first = await desk.get(place)
    assert first.count('data-testid="reject-row"') == 2
    assert f"{place}?fromLine=4" in first
    second = await desk.get(f"{place}?fromLine=4")
    assert second.count('data-testid="reject-row"') == 1
    assert "fromLine=" not in second


async def test_a_file_that_is_none_fails_by_name(desks, admin, words):
    desk = await desks.operator()
    place = (await send(desk, b"a,b\n1,2\n")).headers["location"]
    await read_to_the_end(desks, admin)
    page = words(await desk.get(place))
    assert (
        "文件首行缺少列：统一社会信用代码或居民身份证号（uscc/resident_id）、目录代码（item_code）、"
        "记录编号（source_ref）、发生日期（occurred_on）、内容（content）"
    ) in page
    assert "失败" in page


async def test_what_is_wrong_with_the_form_stands_beside_the_field_and_nothing_is_written(
    desks, admin, words, monkeypatch
):
    desk = await desks.operator()
    first = await send(desk, (HEADER + GOOD).encode())
    assert first.status_code == 303
    async with nothing_written(admin):
        for given, message in (
            ({"source": ""}, "此项必填"),
            ({"key": "x" * 101}, "应为 1 至 100 字"),
            ({"content": b""}, "文件是空的"),
            ({"content": b"other"}, "该来源已用批次号“2026-11”报送过不同的内容"),
        ):
            content = given.pop("content", (HEADER + GOOD).encode())
            answer = await send(desk, content, **given)
            assert answer.status_code == 422
            assert message in words(answer.text), message
        monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1024**2)
        answer = await send(desk, b"x" * (1024**2 + 1), key="large")
        assert (answer.status_code, "文件超过 1 MiB" in words(answer.text)) == (422, True)


async def test_who_only_reads_sends_nothing_and_others_have_no_such_page(desks, admin):
    auditor, banker = await desks.operator("auditor"), await desks.officer()
    page = await auditor.get("/desk/ingestion")
    assert 'data-testid="batch-send"' not in page
    async with nothing_written(admin):
        assert (await send(auditor, b"x")).status_code == 403
        assert (await send(banker, b"x")).status_code == 404
    assert (await banker.client.get("/desk/ingestion")).status_code == 404
    assert (await banker.client.get("/desk/catalogue")).status_code == 404


async def test_the_catalogue_is_shown_by_its_classes(desks, words):
    desk = await desks.operator("auditor")
    page = words(await desk.get("/desk/catalogue"))
    assert "现行 2024.3 ，依据全国公共信用信息基础目录（2024年版）" in page
    assert (
        "行政处罚 PENALTY · 含自然人 · 全国公共信用信息基础目录（2024年版） 行政管理 各级行政执法部门 依法公开 公开 按处罚轻重 3 个月至 3 年 36 个月"
        in page
    )
    assert page.index("登记注册") < page.index("司法裁判执行") < page.index("自愿提供")


async def test_a_cancelled_batch_is_read_no_further_and_its_file_is_forgotten(
    desks, admin, words, monkeypatch
):
    monkeypatch.setattr(limits, "CHUNK_ROWS", 1)
    desk = await desks.operator("credit_office")
    place = (await send(desk, (HEADER + GOOD + BAD).encode())).headers["location"]
    batch_id = place.rsplit("/", 1)[1]
    # One chunk of it is read before it is cancelled.
    assert await run_batch(
        desks.city.batch,
        batch_id,
        sealer=desks.city.sealer,
        clock=lambda: desks.city.now,
        go_on=lambda: False,
    )
    answer = await desk.post(f"{place}/cancel", reason=" 报送有误 ")
    assert answer.status_code == 303
    page = words(await desk.get(place))
    assert "已取消：报送有误" in page
    assert "已读 1 新增 1" in page
    assert 'data-testid="cancel-batch"' not in await desk.get(place)
    await read_to_the_end(desks, admin)
    row = await admin.fetchrow("select state, rows_read from ingestion_batches")
    assert tuple(row) == ("CANCELLED", 1)
    assert await admin.fetchval("select count(*) from ingestion_parts") == 0
    assert (
        await admin.fetchval("select count(*) from credit_records where batch_id is not null") == 1
    )
    assert (await acts(admin, "subjects.ingestion"))[-1] == "subjects.ingestion.cancelled"
    # It has ended.
    again = await desk.post(f"{place}/cancel", reason="再取消")
    assert (again.status_code, "该批次已结束，不能取消" in words(again.text)) == (422, True)


async def test_a_batch_that_is_cancelled_after_its_last_row_is_forgotten_as_well(desks, admin):
    desk = await desks.operator()
    place = (await send(desk, (HEADER + GOOD).encode())).headers["location"]
    batch_id = UUID(place.rsplit("/", 1)[1])

    # Between the last row and the end of the batch nobody holds it.
    complete = runs._complete

    async def cancelled_first(*given, **named):
        assert (await desk.post(f"{place}/cancel", reason="x")).status_code == 303
        await complete(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_complete", cancelled_first)
        assert not await run_batch(
            desks.city.batch,
            batch_id,
            sealer=desks.city.sealer,
            clock=lambda: desks.city.now,
            go_on=lambda: True,
        )
    assert await admin.fetchval("select state from ingestion_batches") == "CANCELLED"
    assert await admin.fetchval("select count(*) from ingestion_parts") == 0


async def test_a_reason_is_needed_and_who_only_reads_cancels_nothing(desks, admin, words):
    desk, auditor = await desks.operator(), await desks.operator("auditor")
    place = (await send(desk, (HEADER + GOOD).encode())).headers["location"]
    assert 'data-testid="cancel-batch"' not in await auditor.get(place)
    banker = await desks.officer()
    async with nothing_written(admin):
        for reason, said in (("", "应为 1 至 200 字"), ("x" * 201, "应为 1 至 200 字")):
            answer = await desk.post(f"{place}/cancel", reason=reason)
            assert (answer.status_code, said in words(answer.text)) == (422, True)
        assert (await auditor.post(f"{place}/cancel", reason="x")).status_code == 403
        assert (await banker.post(f"{place}/cancel", reason="x")).status_code == 404
