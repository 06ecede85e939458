"""Loading organisations and records: what goes in, what is returned, and that a second load changes nothing."""

import json
from dataclasses import replace
from datetime import date

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import UsccMalformed
from suxin.kernel.refusals import Invalid
from suxin.subjects import loads
from suxin.subjects.doors import subject_behind, uscc_door
from suxin.subjects.loads import LoadReport, RecordRow, load_records, load_records_file
from suxin.subjects.mandates import SubjectUnknown
from suxin.subjects.models import Polarity, RecordStatus, SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects

FIRM = "91321302MATE5T017A"
FARM = "93321324MATE5T025T"
SYSTEM = Actor.system("test")
GRADE = RecordRow(
    uscc=FIRM,
    item_code="TAX-GRADE",
    source="税务局",
    source_ref="2025-1",
    occurred_on=date(2026, 4, 30),
    content={"grade": "A", "year": 2025},
)


@pytest.fixture
def load(batch, now):
    async def load(*rows):
        async with batch.transaction(SYSTEM, now=now) as session:
            return await load_records(session, rows)

    return load


async def test_organisations_get_a_door_and_keep_their_id(firms, batch, database, admin, now):
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        assert await subject_behind(session, uscc_door(FIRM)) == firms[FIRM]
        assert await subject_behind(session, uscc_door("9144030071526726XG")) is None
    again = SubjectRow(
        kind=SubjectKind.FIRM, name="沭河木业（改名）", uscc=FIRM.lower(), county_code="321322"
    )
    async with batch.transaction(SYSTEM, now=now) as session:
        assert await load_subjects(session, [again, again]) == {FIRM: firms[FIRM]}
    row = await admin.fetchrow("select * from subjects where uscc = $1", FIRM)
    assert (row["name"], row["name_pinyin"], row["industry"]) == (
        "沭河木业（改名）",
        "shu he mu ye （ gai ming ）",
        None,
    )
    assert await admin.fetchval("select count(*) from subject_doors") == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": SubjectKind.PERSON}, Invalid),
        ({"uscc": "1"}, UsccMalformed),
        ({"county_code": "3213"}, Invalid),
        ({"town_code": "x"}, Invalid),
    ],
)
async def test_a_wrong_organisation_loads_none(batch, counted, now, change, refusal):
    row = SubjectRow(kind=SubjectKind.FIRM, name="甲", uscc=FIRM, county_code="321322")
    with pytest.raises(refusal):
        async with batch.transaction(SYSTEM, now=now) as session:
            await load_subjects(session, [replace(row, uscc=FARM), replace(row, **change)])
    assert await counted("subjects", "subject_doors") == (0, 0)


async def test_a_record_goes_in_with_what_the_catalogue_says_of_it(firms, load, admin, now):
    penalty = replace(
        GRADE,
        item_code="PENALTY",
        source_ref="p",
        content={"authority": "城管局", "number": "7", "class": "一般"},
    )
    paid = replace(
        GRADE, item_code="TAX-PAID", source_ref="t", content={"year": 2025}, amount_fen=5
    )
    assert await load(GRADE, penalty, paid) == LoadReport(3, 0, 0, ())
    rows = {row["item_code"]: row for row in await admin.fetch("select * from credit_records")}
    grade = rows["TAX-GRADE"]
    assert (grade["subject_id"], grade["category"], grade["polarity"], grade["status"]) == (
        firms[FIRM],
        "tax",
        "neutral",
        "active",
    )
    assert (grade["valid_until"], grade["published_until"]) == (date(2027, 4, 30), None)
    assert (grade["self_declared"], grade["loaded_at"]) == (False, now)
    assert json.loads(grade["content"]) == {"grade": "A", "year": 2025}
    assert (rows["PENALTY"]["polarity"], rows["PENALTY"]["published_until"]) == (
        "negative",
        date(2027, 4, 30),
    )
    assert rows["TAX-PAID"]["amount_fen"] == 5


async def test_loading_again_changes_nothing_and_a_correction_one(firms, load, admin):
    honour = replace(
        GRADE, item_code="HONOUR", source_ref="h", content={"title": "甲", "level": "市级"}
    )
    assert await load(GRADE, honour) == LoadReport(2, 0, 0, ())
    ids = await admin.fetch("select id from credit_records order by id")
    assert await load(GRADE, honour) == LoadReport(0, 0, 2, ())
    corrected = replace(GRADE, content={"grade": "B", "year": 2025})
    assert await load(corrected, honour) == LoadReport(0, 1, 1, ())
    assert await admin.fetch("select id from credit_records order by id") == ids
    content = await admin.fetchval("select content from credit_records where source_ref = '2025-1'")
    assert json.loads(content)["grade"] == "B"


async def test_an_active_row_lifts_no_dispute_and_a_withdrawn_one_withdraws(firms, load, admin):
    await load(GRADE)
    await admin.execute("update credit_records set status = 'disputed'")
    assert await load(GRADE) == LoadReport(0, 0, 1, ())
    assert await load(replace(GRADE, content={"grade": "B", "year": 2025})) == LoadReport(
        0, 1, 0, ()
    )
    assert await admin.fetchval("select status from credit_records") == "disputed"
    assert await load(replace(GRADE, status=RecordStatus.WITHDRAWN)) == LoadReport(0, 1, 0, ())
    assert await admin.fetchval("select status from credit_records") == "withdrawn"


async def test_rows_that_cannot_be_taken_come_back_and_the_others_go_in(firms, load, counted, now):
    report = await load(
        replace(GRADE, uscc="9144030071526726XG"),
        replace(GRADE, item_code="NO-SUCH-ITEM", source_ref="n", content={}),
        replace(GRADE, content={"grade": "Z", "year": 2025}),
        replace(GRADE, uscc="12"),
        replace(GRADE, occurred_on=now.date().replace(day=21)),
        replace(GRADE, valid_until=GRADE.occurred_on),
        replace(GRADE, source_ref=""),
        replace(GRADE, amount_fen=-1),
        GRADE,
        GRADE,
    )
    assert (report.added, report.changed, report.unchanged) == (1, 0, 0)
    assert [(one.line, one.refusal.code) for one in report.rejects] == [
        (1, "SUBJECT_UNKNOWN"),
        (2, "NOT_IN_CATALOGUE"),
        (3, "INVALID"),
        (4, "USCC_MALFORMED"),
        (5, "INVALID"),
        (6, "INVALID"),
        (7, "INVALID"),
        (8, "INVALID"),
        (10, "ROW_REPEATED"),
    ]
    assert await counted("credit_records") == (1,)


async def test_chunks_add_up(firms, load, monkeypatch):
    monkeypatch.setattr(loads, "CHUNK", 7)
    rows = [replace(GRADE, source_ref=str(n)) for n in range(20)]
    rows[13] = replace(rows[13], uscc=FARM[:-1] + "X")
    report = await load(*rows)
    assert (report.added, report.changed, report.unchanged) == (19, 0, 0)
    (reject,) = report.rejects
    assert (reject.line, type(reject.refusal)) == (14, SubjectUnknown)
    assert reject.refusal.zh_message == "本市登记数据中没有该统一社会信用代码的主体"
    assert reject.refusal.en_message == SubjectUnknown.en
    assert (await load(*rows)).unchanged == 19


async def test_a_csv_file_with_its_bad_lines(firms, batch, admin, now, tmp_path):
    path = tmp_path / "records.csv"
    path.write_text(
        "uscc,item_code,source,source_ref,occurred_on,published_until,valid_until,polarity,status,"
        "amount_fen,content\n"
        f'{FIRM},TAX-GRADE,税务局,1,2026-04-30,,,,,,"{{""grade"": ""A"", ""year"": 2025}}"\n'
        f'{FIRM},TAX-PAID,税务局,2,2026-01-31,,2026-12-31,positive,active,120000,"{{""year"": 2025}}"\n'
        f"{FIRM},TAX-PAID,税务局,3,31.1.2026,,,,,1,{{}}\n"
        f"{FIRM},TAX-PAID,税务局,4,2026-01-31,,,,,1.5,{{}}\n"
        f"{FIRM},TAX-PAID,税务局,5,2026-01-31,,,,,1,[]\n"
        f"{FIRM},TAX-PAID\n",
        encoding="utf-8-sig",
    )
    async with batch.transaction(SYSTEM, now=now) as session:
        report = await load_records_file(session, path)
    assert report.added == 2
    assert [(one.line, one.refusal.code) for one in report.rejects] == [
        (line, "ROW_MALFORMED") for line in (4, 5, 6, 7)
    ]
    row = await admin.fetchrow("select * from credit_records where source_ref = '2'")
    assert (row["amount_fen"], row["polarity"], row["valid_until"]) == (
        120_000,
        Polarity.POSITIVE.value,
        date(2026, 12, 31),
    )


async def test_requests_load_nothing(firms, database, counted, now):
    with pytest.raises(Exception, match=r"permission denied|row-level security"):
        async with database.transaction(SYSTEM, now=now) as session:
            await load_records(session, [GRADE])
    assert await counted("credit_records") == (0,)
