"""Batches: what goes in with what the catalogue says of it, what is returned, and that a second one changes nothing."""

import json
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.catalogue import Catalogue, load_catalogue, packaged
from suxin.subjects.ingestion import limits, staging
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import BatchState
from suxin.subjects.ingestion.refusals import (
    BacklogFull,
    BatchKeyTaken,
    FileTooLarge,
    ResidentIdInText,
)
from suxin.subjects.ingestion.runs import run_batch
from suxin.subjects.models import SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects

FIRM, FARM = "91321302MATE5T017A", "93321324MATE5T025T"
SYSTEM = Actor.system("test")
SEALER = Sealer(Keyring.generate())
SOURCE = "税务局"
HEADER = (
    "uscc,item_code,source,source_ref,occurred_on,published_until,valid_until,polarity,status,"
    "amount_fen,content\n"
)


def counts(batch) -> tuple[int, int, int, int]:
    return (batch.rows_added, batch.rows_changed, batch.rows_unchanged, batch.rows_rejected)


async def test_a_record_goes_in_with_what_the_catalogue_says_and_where_it_came_from(
    firms, ingest, line, admin, now
):
    penalty = {"authority": "城管局", "number": "7", "class": "一般"}
    honour = {"title": "甲", "level": "市级"}
    batch, rejects = await ingest(
        HEADER
        + line("g")
        + line("p", item_code="PENALTY", content=penalty)
        + line("t", item_code="TAX-PAID", content={"year": 2025}, amount_fen=5)
        + line("e", item_code="ECO-GRADE", content={"grade": "green", "year": 2025})
        + line(
            "h", item_code="HONOUR", content=honour, polarity="neutral", valid_until="2027-01-01"
        )
    )
    assert (counts(batch), rejects, batch.state) == ((5, 0, 0, 0), [], BatchState.COMPLETED)
    rows = {row["source_ref"]: row for row in await admin.fetch("select * from credit_records")}
    grade = rows["g"]
    assert (grade["subject_id"], grade["category"], grade["polarity"], grade["status"]) == (
        firms[FIRM],
        "tax",
        "neutral",
        "active",
    )
    assert (grade["valid_until"], grade["published_until"]) == (date(2027, 11, 10), None)
    assert (grade["self_declared"], grade["loaded_at"], grade["source"]) == (False, now, SOURCE)
    assert (grade["batch_id"], grade["batch_line"]) == (batch.id, 2)
    assert json.loads(grade["content"]) == {"grade": "A", "year": 2025}
    assert (rows["p"]["polarity"], rows["p"]["published_until"]) == ("negative", date(2027, 11, 10))
    assert (rows["t"]["amount_fen"], rows["t"]["batch_line"]) == (5, 4)
    assert rows["e"]["published_until"] == date(2027, 11, 10)
    assert (rows["h"]["polarity"], rows["h"]["valid_until"]) == ("neutral", date(2027, 1, 1))


async def test_the_same_batch_again_is_the_same_and_the_same_rows_are_no_second_records(
    firms, ingest, line, admin
):
    first, _ = await ingest(HEADER + line("1") + line("2"))
    again, _ = await ingest(HEADER + line("1") + line("2"))
    assert (again.id, counts(again)) == (first.id, (2, 0, 0, 0))
    ids = await admin.fetch("select id, batch_id from credit_records order by id")
    other, _ = await ingest(HEADER + line("1") + line("2"), key="another")
    assert (other.id != first.id, counts(other)) == (True, (0, 0, 2, 0))
    assert await admin.fetch("select id, batch_id from credit_records order by id") == ids
    corrected = {"grade": "B", "year": 2025}
    third, _ = await ingest(HEADER + line("1", content=corrected) + line("2"), key="third")
    assert counts(third) == (0, 1, 1, 0)
    row = await admin.fetchrow("select * from credit_records where source_ref = '1'")
    assert (json.loads(row["content"])["grade"], row["batch_id"]) == ("B", third.id)
    assert row["id"] in {one["id"] for one in ids}


async def test_other_content_under_a_key_is_refused_and_nothing_is_kept(
    firms, ingest, line, counted
):
    await ingest(HEADER + line("1"))
    with pytest.raises(BatchKeyTaken) as refused:
        await ingest(HEADER + line("2"))
    assert "“k”" in refused.value.zh_message
    assert await counted("credit_records", "ingestion_batches", "ingestion_parts") == (1, 1, 0)
    other, _ = await ingest(HEADER + line("2"), source="市场监管局")
    # The rows name the tax bureau, and so are not the other's to send.
    assert counts(other) == (0, 0, 0, 1)


async def test_an_active_row_lifts_no_dispute_and_a_withdrawn_one_withdraws(
    firms, ingest, line, admin
):
    await ingest(HEADER + line())
    await admin.execute("update credit_records set status = 'disputed'")
    unchanged, _ = await ingest(HEADER + line(), key="2")
    assert counts(unchanged) == (0, 0, 1, 0)
    changed, _ = await ingest(HEADER + line(content={"grade": "B", "year": 2025}), key="3")
    assert counts(changed) == (0, 1, 0, 0)
    assert await admin.fetchval("select status from credit_records") == "disputed"
    withdrawn, _ = await ingest(HEADER + line(status="withdrawn"), key="4")
    assert counts(withdrawn) == (0, 1, 0, 0)
    assert await admin.fetchval("select status from credit_records") == "withdrawn"


async def test_rows_that_cannot_be_taken_are_kept_with_line_and_code_and_the_others_go_in(
    firms, ingest, line, admin, counted
):
    penalty = {"authority": "城管局", "number": "7", "class": "轻微"}
    batch, rejects = await ingest(
        HEADER
        + line("1", uscc="9144030071526726XG")
        + line("2", item_code="NO-SUCH-ITEM", content={})
        + line("3", content={"grade": "Z", "year": 2025})
        + line("4", uscc="12")
        + line("5", occurred_on="2026-11-21")
        + line("6", valid_until="2026-11-10")
        + line("")
        + line("8", amount_fen="-1")
        + line("9")
        + line("9")
        + line("11", uscc=FIRM[:-1] + "B")
        + line("12", item_code="PENALTY", content=penalty, published_until="2027-02-11")
        + line("13", source="公安局")
        + line("14", occurred_on="10.11.2026")
        + line("15", content="{")
        + line("16", content='{"grade": "A\\u0000", "year": 2025}')
        + line("17", status="gone")
        + "one,two\n"
    )
    assert rejects == [
        (2, "SUBJECT_UNKNOWN"),
        (3, "NOT_IN_CATALOGUE"),
        (4, "INVALID"),
        (5, "USCC_MALFORMED"),
        (6, "INVALID"),
        (7, "INVALID"),
        (8, "INVALID"),
        (9, "ROW_MALFORMED"),
        (11, "ROW_REPEATED"),
        (12, "USCC_CHECKSUM"),
        (13, "PUBLISHED_TOO_LONG"),
        (14, "ROW_OF_ANOTHER_SOURCE"),
        (15, "ROW_MALFORMED"),
        (16, "ROW_MALFORMED"),
        (17, "ROW_MALFORMED"),
        (18, "ROW_MALFORMED"),
        (19, "ROW_MALFORMED"),
    ]
    assert counts(batch) == (1, 0, 0, 17)
    assert await counted("credit_records", "staged_records") == (1, 0)
    kept = await admin.fetchrow("select * from ingestion_rejects where line = 2")
    assert (kept["field"], kept["zh"]) == ("uscc", "本市登记数据中没有该统一社会信用代码的主体")
    assert kept["en"].startswith("The city's registry data has no organisation")


async def test_a_household_is_recorded_only_with_what_the_catalogue_allows_about_persons(
    firms, batch, ingest, line, now, admin
):
    household = "92321322MATE5T033U"
    async with batch.transaction(SYSTEM, now=now) as session:
        row = SubjectRow(
            kind=SubjectKind.HOUSEHOLD, name="某农户（测试）", uscc=household, county_code="321322"
        )
        await load_subjects(session, [row])
    _, rejects = await ingest(
        HEADER
        + line("1", uscc=household)
        + line(
            "2",
            uscc=household,
            item_code="QUALIFICATION",
            content={"title": "农艺师", "level": "中级"},
        )
        + line(
            "3",
            uscc=household,
            item_code="PENALTY",
            content={"authority": "城管局", "number": "3", "class": "一般"},
        )
    )
    assert rejects == [(2, "NOT_OF_PERSONS")]
    # A penalty of an organisation is published; of a natural person nothing is (PIPL art. 25).
    kept = await admin.fetch("select item_code, published_until from credit_records order by 1")
    assert [tuple(row) for row in kept] == [("PENALTY", None), ("QUALIFICATION", None)]


async def test_what_speaks_against_somebody_and_is_five_years_old_is_not_taken_in(
    firms, ingest, line
):
    """征信业管理条例 art. 16: what is erased when it is five years old does not come back by a batch."""
    _, rejects = await ingest(
        HEADER
        + line("1", polarity="negative", occurred_on="2021-11-20")
        + line("2", polarity="negative", occurred_on="2021-11-21")
        + line("3", occurred_on="2015-01-01")
    )
    assert rejects == [(2, "ROW_OVER")]


async def test_a_retired_item_takes_nothing_new(firms, batch, ingest, line, now):
    left = tuple(one for one in packaged().items if one.code != "TAX-GRADE")
    async with batch.transaction(SYSTEM, now=now) as session:
        await load_catalogue(
            session, Catalogue(release="2025.1", source="2025年版（测试）", items=left)
        )
    _, rejects = await ingest(HEADER + line())
    assert rejects == [(2, "NOT_IN_CATALOGUE")]


async def test_chunks_add_up_and_a_number_repeated_in_a_later_one_is_still_repeated(
    firms, ingest, line, monkeypatch
):
    monkeypatch.setattr(limits, "CHUNK_ROWS", 7)
    rows = [line(str(number)) for number in range(20)]
    rows[13] = line("13", uscc=FARM[:-1] + "X")
    batch, rejects = await ingest(HEADER + "".join(rows) + line("0"))
    assert counts(batch) == (19, 0, 0, 2)
    assert rejects == [(15, "USCC_CHECKSUM"), (22, "ROW_REPEATED")]
    assert (batch.last_line, batch.bytes_read) == (22, batch.bytes_total)


async def test_rejects_beyond_the_limit_are_counted_and_not_kept(firms, ingest, line, monkeypatch):
    monkeypatch.setattr(limits, "MAX_REJECTS_KEPT", 2)
    monkeypatch.setattr(limits, "CHUNK_ROWS", 2)
    batch, rejects = await ingest(HEADER + "".join(line(str(n), uscc="1") for n in range(5)))
    assert ([at for at, _ in rejects], batch.rows_rejected) == ([2, 3], 5)


async def test_what_was_interrupted_goes_on_after_the_last_chunk(
    firms, batch, line, admin, now, monkeypatch
):
    """Whatever ends a worker: the chunk that it was writing is written by the next one, and none is written twice."""
    monkeypatch.setattr(limits, "CHUNK_ROWS", 10)
    content = (HEADER + "".join(line(str(number)) for number in range(30))).encode()
    delivery = Delivery(source=SOURCE, batch_key="k", file_name="r.csv", content=content)
    async with batch.transaction(SYSTEM, now=now) as session:
        put = await put_down(
            session, delivery=delivery, sealer=SEALER, staff_id=None, client_id=None, now=now
        )
    taking, taken = staging.take_over, 0

    async def die_at_the_second(session, chunk, **given):
        nonlocal taken
        taken += 1
        done = await taking(session, chunk, **given)
        if taken == 2:
            raise ConnectionError
        return done

    monkeypatch.setattr("suxin.subjects.ingestion.runs.take_over", die_at_the_second)
    with pytest.raises(ConnectionError):
        await run_batch(batch, put.id, sealer=SEALER, clock=lambda: now, go_on=lambda: True)
    found = await admin.fetchrow("select * from ingestion_batches")
    assert (found["state"], found["last_line"], found["rows_added"]) == ("RUNNING", 11, 10)
    assert await admin.fetchval("select count(*) from credit_records") == 10
    # A slice that is over leaves the rest to the next one.
    assert await run_batch(batch, put.id, sealer=SEALER, clock=lambda: now, go_on=lambda: False)
    assert not await run_batch(batch, put.id, sealer=SEALER, clock=lambda: now, go_on=lambda: True)
    found = await admin.fetchrow("select * from ingestion_batches")
    assert (found["state"], found["rows_read"], found["rows_added"]) == ("COMPLETED", 30, 30)
    assert await admin.fetchval("select count(distinct batch_line) from credit_records") == 30
    assert not await run_batch(batch, put.id, sealer=SEALER, clock=lambda: now, go_on=lambda: True)


async def test_no_row_is_there_before_it_was_followed(firms, batch, line, admin, now, monkeypatch):
    """信用修复管理办法 art. 3: what a batch tells anew of a repaired record is read by nobody before it is marked."""
    monkeypatch.setattr(limits, "CHUNK_ROWS", 1)
    content = (HEADER + line("1") + line("2")).encode()
    delivery = Delivery(source=SOURCE, batch_key="k", file_name="r.csv", content=content)
    async with batch.transaction(SYSTEM, now=now) as session:
        put = await put_down(
            session, delivery=delivery, sealer=SEALER, staff_id=None, client_id=None, now=now
        )
    followed = []

    async def die_at_the_second(session, *, batch_id, now):
        written = text("select count(*) from credit_records where batch_id = :batch_id")
        followed.append(await session.scalar(written, {"batch_id": batch_id}))
        if len(followed) == 2:
            raise ConnectionError

    given = {"sealer": SEALER, "clock": lambda: now, "go_on": lambda: True}
    with pytest.raises(ConnectionError):
        await run_batch(batch, put.id, **given, follow=die_at_the_second)
    # The second was written, and is not there, because nobody has followed it.
    assert followed == [1, 2]
    assert await admin.fetchval("select count(*) from credit_records") == 1


async def test_a_source_is_measured_when_a_batch_ends(firms, ingest, line, admin):
    await ingest(
        HEADER
        + line("1")
        + line("2", occurred_on="2026-01-01")
        + line("3", content="{")
        + line("4", uscc="9144030071526726XG")
    )
    row = await admin.fetchrow("select * from source_qualities")
    assert (row["source"], row["batches"], row["rows_read"]) == (SOURCE, 1, 4)
    assert (row["rows_complete"], row["rows_consistent"], row["rows_timely"]) == (3, 3, 3)
    assert (row["subjects_covered"], row["subjects_total"]) == (1, 2)


async def test_how_a_batch_ended_is_on_record(firms, ingest, line, admin):
    await ingest(HEADER + line())
    await ingest("uscc\n", key="bad")
    acts = await admin.fetch(
        "select action, detail from audit_entries where action like 'subjects.ingestion%' order by id"
    )
    assert [row["action"].rpartition(".")[2] for row in acts] == [
        "received",
        "completed",
        "received",
        "failed",
    ]
    assert json.loads(acts[3]["detail"])["reason"] == "RECORD_COLUMNS_MISSING"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"source": " "}, Invalid),
        ({"source": "subject"}, Invalid),
        ({"batch_key": "x" * 101}, Invalid),
        ({"content": b""}, Invalid),
        ({"file_name": "321302199001010012.csv"}, ResidentIdInText),
        ({"batch_key": "321302199001010012"}, ResidentIdInText),
        ({"content": b"x" * 11}, FileTooLarge),
    ],
)
async def test_what_is_no_delivery_is_refused(batch, counted, now, monkeypatch, change, refusal):
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    given = {"source": "甲", "batch_key": "1", "file_name": "a", "content": b"x"} | change
    with pytest.raises(refusal):
        async with batch.transaction(SYSTEM, now=now) as session:
            await put_down(
                session,
                delivery=Delivery(**given),
                sealer=SEALER,
                staff_id=None,
                client_id=None,
                now=now,
            )
    assert await counted("ingestion_batches", "ingestion_parts") == (0, 0)


async def test_only_so_many_wait(batch, counted, now, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAITING", 1)

    async def put(key: str) -> None:
        delivery = Delivery(source="甲", batch_key=key, file_name="a", content=b"x")
        async with batch.transaction(SYSTEM, now=now) as session:
            await put_down(
                session, delivery=delivery, sealer=SEALER, staff_id=None, client_id=None, now=now
            )

    await put("1")
    with pytest.raises(BacklogFull):
        await put("2")
    await put("1")
    assert await counted("ingestion_batches") == (1,)


async def test_requests_write_no_records_and_reach_no_staging(firms, database, admin, now):
    for statement in ("select 1 from staged_records", "truncate staged_records"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(SYSTEM, now=now) as session:
                await session.execute(staging.text(statement))
    parts = await admin.fetch(
        "select relname from pg_class where relname like 'credit\\_records\\_p0_' order by 1"
    )
    assert len(parts) == 8
    for part in parts:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(SYSTEM, now=now) as session:
                await session.execute(staging.text(f"select 1 from {part['relname']}"))  # noqa: S608 - names of our own tables
