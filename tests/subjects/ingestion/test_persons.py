"""Rows about natural persons: by resident id, which is nowhere kept, and found by whoever proves to be the person."""

import asyncio
import json
import logging
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from stdnum.cn import ric

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.doors import KeyringStale, person_behind, resident_door
from suxin.subjects.ingestion import limits, runs
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.refusals import ResidentIdInText
from suxin.subjects.ingestion.rows import Expected, staged_row
from suxin.subjects.ingestion.runs import run_batch
from suxin.subjects.models import CreditRecord, SubjectDoor

SYSTEM = Actor.system("test")
SOURCE = "人力资源和社会保障局"
HEADER = "resident_id,uscc,item_code,source_ref,occurred_on,content\n"
FIRM = "91321302MATE5T017A"
TITLE = {"title": "农艺师", "level": "中级"}
PENALTY = {"authority": "城管局", "number": "7", "class": "一般"}


def resident_id(serial: int, born: date = date(1990, 1, 1)) -> str:
    """Return the number that ``people`` prove by for a serial, with a right check character."""
    body = f"321302{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


def row(number: str, person: str, item: str = "QUALIFICATION", *, uscc="", content=TITLE) -> str:
    cell = json.dumps(content, ensure_ascii=False).replace('"', '""')
    return f'{person},{uscc},{item},{number},2026-11-10,"{cell}"\n'


@pytest.fixture
def send(firms, ingest):
    async def run(*rows: str, key: str = "k", heading: str = HEADER):
        return await ingest(heading + "".join(rows), key=key, source=SOURCE)

    return run


async def everything_kept(admin) -> str:
    """Return all rows of all tables as text."""
    tables = await admin.fetch(
        "select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where relkind = 'r' and n.nspname = 'public'"
    )
    rows = [
        row[0]
        for table in tables
        for row in await admin.fetch(f"select t::text from {table['name']} t")  # noqa: S608 - our own tables
    ]
    assert len(tables) > 80
    return "\n".join(rows)


def is_kept(number: str, text: str) -> bool:
    """Whether a number stands in a text, as it is or as the bytes of a column."""
    return number in text or number.encode().hex() in text


async def test_an_unknown_person_gets_a_subject_and_a_door_and_nothing_else(send, admin, now):
    batch, rejects = await send(
        row("1", resident_id(1)), row("2", resident_id(1), "PENALTY", content=PENALTY)
    )
    assert (batch.rows_added, rejects) == (2, [])
    person = await admin.fetchrow("select * from subjects where kind = 'person'")
    assert dict(person) == {
        "id": person["id"],
        "kind": "person",
        "name": "未实名",
        "name_pinyin": "",
        "uscc": None,
        "county_code": "321300",
        "town_code": None,
        "industry": None,
        "registered_on": None,
        "found_wrong": "{}",
        "sandbox_id": None,
        "created_at": now,
    }
    doors = await admin.fetch("select * from subject_doors where subject_id = $1", person["id"])
    assert [door["key_version"] for door in doors] == [1]
    assert await admin.fetchval("select count(*) from person_identities") == 0
    # Published is nothing about a person, though a penalty of an organisation is (PIPL art. 25).
    rows = await admin.fetch("select * from credit_records order by batch_line")
    assert [
        (one["subject_id"], one["natural_person"], one["channel"], one["published_until"])
        for one in rows
    ] == [
        (person["id"], True, "authorised_public", None),
        (person["id"], True, "publicly_disclosed", None),
    ]
    assert [(one["batch_id"], one["batch_line"]) for one in rows] == [(batch.id, 2), (batch.id, 3)]


async def test_whoever_proves_that_identity_finds_his_records_and_nobody_elses(
    send, people, admin, now
):
    await send(row("1", resident_id(1)), row("2", resident_id(2)), row("3", "", uscc=FIRM))
    first = await people.proved("openid-wang", 1)
    second = await people.proved("openid-li", 2, name="李四")
    for actor, number in ((first, "1"), (second, "2")):
        async with people.database.snapshot(actor, now=now) as session:
            told = await session.scalars(select(CreditRecord.source_ref))
            assert list(told) == [number]
    names = await admin.fetch(
        "select name, name_pinyin, county_code from subjects where kind = 'person' order by name"
    )
    assert [tuple(one) for one in names] == [("李*", "li", "321302"), ("王**", "wang", "321302")]
    # He is known now: what comes later is his at once.
    later, _ = await send(row("4", resident_id(1)), key="later")
    assert later.rows_added == 1
    assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 2


async def test_no_resident_id_is_kept_logged_or_told(
    firms, batch, sealer, admin, now, monkeypatch, caplog
):
    """PIPL art. 51: not while the batch waits, not in rejects, not when reading fails."""
    caplog.set_level(logging.DEBUG)
    good, minor, wrong = resident_id(1), resident_id(5, date(2015, 1, 1)), resident_id(6)
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
    content = HEADER + "".join(
        (
            row("1", good),
            row("2", minor),
            row("3", wrong),
            row("4", good, uscc=FIRM),
            row("5", good, "NO-SUCH-ITEM", content={}),
            row(f"6-{good}", good),
            row("7", good, "HONOUR", content={"title": good, "level": "市级"}),
        )
    )
    numbers = (good, minor, wrong)
    delivery = Delivery(source=SOURCE, batch_key="k", file_name="a.csv", content=content.encode())
    async with batch.transaction(SYSTEM, now=now) as session:
        put = await put_down(
            session, delivery=delivery, sealer=sealer, staff_id=None, client_id=None, now=now
        )
    kept = await everything_kept(admin)
    assert str(put.id) in kept
    assert not any(is_kept(number, kept) for number in numbers)
    taking = runs.take_over

    async def fail(session, chunk, **given):
        await taking(session, chunk, **given)
        # Whatever fails within the transaction may be said with its parameters.
        await session.execute(select(CreditRecord).where(CreditRecord.id == chunk.persons))

    with monkeypatch.context() as patch:
        patch.setattr(runs, "take_over", fail)
        with pytest.raises(DBAPIError) as failed:
            await run_batch(batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True)
    assert not await run_batch(batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True)
    kept = await everything_kept(admin)
    assert await admin.fetchval("select count(*) from ingestion_rejects") == 6
    assert await admin.fetchval("select count(*) from credit_records") == 1
    told = "\n".join((kept, caplog.text, str(failed.value), repr(failed.value)))
    assert not any(is_kept(number, told) for number in numbers)
    assert await admin.fetchval("select count(*) from staged_persons") == 0


async def test_rows_that_cannot_be_a_persons_are_rejected_by_code_and_make_nobody_known(
    send, admin
):
    wrong = resident_id(1)[:-1] + ("0" if resident_id(1)[-1] != "0" else "1")
    batch, rejects = await send(
        row("1", wrong),
        row("2", resident_id(1), uscc=FIRM),
        row("3", ""),
        row("4", resident_id(1)[:17]),
        row("5", resident_id(5, date(2008, 11, 21))),
        row("6", resident_id(1), "TAX-GRADE", content={"grade": "A", "year": 2025}),
        row("7", resident_id(1), "NO-SUCH-ITEM", content={}),
        row(resident_id(9), resident_id(1)),
        row("9", resident_id(1), "GOOD-PERSON", content={"said of": f"家人{resident_id(9)}"}),
        row("10", "", "QUALIFICATION", uscc="9144030071526726XG"),
        # What one files oneself reaches banks that have no licence for persons' credit: no department files it for him.
        row(
            "11",
            resident_id(1),
            "VOL-HONOUR",
            content={"title": "甲", "issuer": "乙"},
        ),
    )
    assert rejects == [
        (2, "RESIDENT_ID_INVALID"),
        (3, "TWO_SUBJECTS"),
        (4, "SUBJECT_NOT_NAMED"),
        (5, "RESIDENT_ID_INVALID"),
        (6, "PERSON_UNDER_AGE"),
        (7, "NOT_OF_PERSONS"),
        (8, "NOT_IN_CATALOGUE"),
        (9, "RESIDENT_ID_IN_TEXT"),
        (10, "RESIDENT_ID_IN_TEXT"),
        (11, "SUBJECT_UNKNOWN"),
        (12, "NOT_OF_PERSONS"),
    ]
    assert (batch.rows_added, batch.rows_incomplete) == (0, 6)
    assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 0
    assert await admin.fetchval("select count(*) from subject_doors where key_version = 1") == 0


async def test_a_sensitive_item_is_taken_in_its_own_category(send, admin):
    """PIPL art. 28: it is the catalogue that says so, whoever sends it."""
    content = {"court": "市中院", "number": "7", "kind": "过失"}
    _, rejects = await send(row("1", resident_id(1), "CONVICTION", content=content))
    assert rejects == []
    kept = await admin.fetchrow("select category, channel, published_until from credit_records")
    assert tuple(kept) == ("convictions", "authorised_public", None)


@pytest.mark.parametrize("heading", ["居民身份证号", "公民身份号码", "resident_id"])
async def test_a_file_may_name_persons_alone_under_each_heading(send, admin, heading):
    honour = json.dumps({"title": "甲", "level": "市级"}, ensure_ascii=False).replace('"', '""')
    person = " ".join((resident_id(2)[:6], resident_id(2)[6:]))
    batch, rejects = await send(
        f'{person},HONOUR,1,2026-11-10,"{honour}"\n',
        heading=f"{heading},目录代码,记录编号,发生日期,内容\n",
    )
    assert (batch.rows_added, rejects) == (1, [])


async def test_the_same_rows_again_make_no_second_person_and_no_second_record(
    send, admin, monkeypatch
):
    monkeypatch.setattr(limits, "CHUNK_ROWS", 2)
    rows = [row(str(n), resident_id(1 + n % 2)) for n in range(6)]
    first, _ = await send(*rows, rows[0])
    assert (first.rows_added, first.rows_rejected) == (6, 1)
    again, _ = await send(*rows, key="again")
    assert (again.rows_added, again.rows_unchanged) == (0, 6)
    changed, _ = await send(
        row("1", resident_id(2), content={**TITLE, "level": "高级"}), key="third"
    )
    assert changed.rows_changed == 1
    assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 2
    assert await admin.fetchval("select count(*) from subject_doors where key_version = 1") == 2


async def test_whom_the_city_knows_and_whom_it_does_not_may_stand_in_one_chunk(send, admin):
    await send(row("1", resident_id(1)))
    mixed = [row("1", resident_id(1)), row("2", resident_id(1)), row("1", resident_id(2))]
    both, rejects = await send(*mixed, key="both")
    assert (both.rows_added, both.rows_unchanged, rejects) == (2, 1, [])
    assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 2


async def test_of_a_person_who_is_new_a_row_that_may_not_be_of_him_is_rejected_alone(send):
    grade = row("2", resident_id(1), "TAX-GRADE", content={"grade": "A", "year": 2025})
    batch, rejects = await send(row("1", resident_id(1)), grade, row("3", resident_id(2)))
    assert (batch.rows_added, rejects) == (2, [(3, "NOT_OF_PERSONS")])


async def test_a_source_is_measured_by_the_persons_it_knows_as_well(send, people, admin):
    await people.proved(serial=7)
    await send(row("1", resident_id(1)), row("2", "", uscc=FIRM))
    found = await admin.fetchrow("select * from source_qualities")
    assert (found["subjects_covered"], found["subjects_total"]) == (1, 2)
    assert (found["persons_covered"], found["persons_total"]) == (1, 2)


class TestKeys:
    """Doors rest on several key versions while keys rotate, and each is found."""

    @pytest.fixture
    def ring(self, people) -> list[Keyring]:
        return [people.sealer.keyring]

    @pytest.fixture
    def sealer(self, ring) -> Sealer:
        return Sealer(lambda: ring[0])

    async def test_a_door_of_an_older_key_is_found_and_made_anew(self, send, ring, admin):
        await send(row("1", resident_id(1)))
        ring[0] = ring[0].rotated()
        batch, _ = await send(row("2", resident_id(1)), row("3", resident_id(2)), key="2")
        assert batch.rows_added == 2
        doors = await admin.fetch(
            "select d.key_version, count(r.id) from subject_doors d join credit_records r"
            " on r.subject_id = d.subject_id group by 1, d.subject_id order by 2"
        )
        assert [tuple(one) for one in doors] == [(2, 1), (2, 2)]
        ring[0] = ring[0].without(1)
        batch, _ = await send(row("4", resident_id(1)), key="3")
        assert batch.rows_added == 1
        assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 2

    async def test_a_chunk_that_a_rotation_overtook_is_made_again(
        self, firms, batch, people, sealer, ring, admin, now, monkeypatch
    ):
        """A key is added after the chunk was indexed, and the person proves himself by it first."""
        content = (HEADER + row("1", resident_id(1))).encode()
        delivery = Delivery(source=SOURCE, batch_key="k", file_name="a.csv", content=content)
        async with batch.transaction(SYSTEM, now=now) as session:
            put = await put_down(
                session, delivery=delivery, sealer=sealer, staff_id=None, client_id=None, now=now
            )
        taking = runs.take_over

        async def rotated_first(session, chunk, **given):
            ring[0] = ring[0].rotated()
            people.sealer = sealer
            await people.proved(serial=1)
            return await taking(session, chunk, **given)

        with monkeypatch.context() as patch:
            patch.setattr(runs, "take_over", rotated_first)
            assert await run_batch(
                batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True
            )
        # A process whose ring lacks the key does not take him for a stranger.
        with pytest.raises(KeyringStale):
            await run_batch(
                batch,
                put.id,
                sealer=Sealer(Keyring({1: ring[0].secrets[1]})),
                clock=lambda: now,
                go_on=lambda: True,
            )
        assert await admin.fetchval("select count(*) from credit_records") == 0
        assert not await run_batch(
            batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True
        )
        assert await admin.fetchval("select count(*) from credit_records") == 1
        assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 1


async def test_a_batch_waits_for_who_is_proving_himself_and_finds_him(
    firms, batch, database, people, sealer, admin, now
):
    await people.proved("openid-li", 2, name="李四")
    content = (HEADER + row("1", resident_id(1))).encode()
    delivery = Delivery(source=SOURCE, batch_key="k", file_name="a.csv", content=content)
    async with batch.transaction(SYSTEM, now=now) as session:
        put = await put_down(
            session, delivery=delivery, sealer=sealer, staff_id=None, client_id=None, now=now
        )
    async with database.transaction(SYSTEM, now=now) as session:
        assert await person_behind(session, sealer, resident_id(1)) is None
        reading = asyncio.create_task(
            run_batch(batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True)
        )
        done, _ = await asyncio.wait([reading], timeout=0.5)
        assert not done
        door = resident_door(sealer, resident_id(1))
        person_id = await admin.fetchval("select id from subjects where kind = 'person'")
        async with doorway(session):
            session.add(SubjectDoor(blind_index=door.digest, subject_id=person_id, key_version=1))
    assert not await reading
    assert await admin.fetchval("select subject_id from credit_records") == person_id
    assert await admin.fetchval("select count(*) from subjects where kind = 'person'") == 1


@pytest.mark.parametrize("escaped", [False, True])
def test_a_number_in_a_content_is_found_however_it_is_written(escaped):
    """Escapes hide digits from whoever looks at the text as it stands, and not from the database."""
    number = resident_id(9)
    said = "".join(f"\\u{ord(digit):04x}" for digit in number) if escaped else number
    content = json.dumps(PENALTY, ensure_ascii=False).replace("城管局", said)
    fields = ["", resident_id(1), "PENALTY", "1", "2026-11-10", content, *[""] * 6]
    expected = Expected(source=SOURCE, items=frozenset({"PENALTY"}), today=date(2026, 11, 20))
    with pytest.raises(ResidentIdInText):
        staged_row(fields, expected)
    fields[5] = content.replace(said, "城管局")
    assert staged_row(fields, expected)[2] == resident_id(1)
