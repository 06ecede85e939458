"""What a subject declares about itself."""

from datetime import date

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.subjects.commitments.texts import CURRENT
from suxin.subjects.declarations import DeclaredTooMany, NotDeclarable, declare_record
from suxin.subjects.models import (
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Polarity,
    RecordStatus,
)
from suxin.subjects.queries import records_of

HONOUR = {"title": "诚信示范户", "issuer": "上塘镇"}


@pytest.fixture
def declare(database, now):
    async def declare(actor, item_code="VOL-HONOUR", content=HONOUR):
        async with database.transaction(actor, now=now) as session:
            return await declare_record(
                session,
                actor,
                item_code=item_code,
                content=content,
                commitment_version=CURRENT.version,
                now=now,
            )

    return declare


async def test_a_declared_record_is_marked_and_dated(people, firms, declare, admin):
    wang = await people.proved()
    record_id = await declare(wang)
    row = await admin.fetchrow("select * from credit_records")
    assert (row["id"], row["subject_id"], row["self_declared"]) == (record_id, wang.person_id, True)
    assert (row["category"], row["polarity"], row["source"]) == ("honours", "positive", "subject")
    assert (row["occurred_on"], row["valid_until"]) == (date(2026, 11, 20), date(2029, 11, 20))
    act = await admin.fetchrow("select * from audit_entries where object_id = $1", record_id)
    assert (act["action"], act["subject_id"]) == ("subjects.record.declared", wang.person_id)


async def test_a_bank_reads_it_on_a_basis(people, firms, declare, reading):
    wang, officer = await people.proved(), reading.officer()
    record_id = await declare(wang)
    await reading.permit(wang, officer, ["honours"])
    async with reading.as_(officer) as session:
        found = await records_of(session, officer, wang.own_subject, "loan.match")
    assert [record.id for record in found.rows] == [record_id]


@pytest.mark.parametrize(
    ("item_code", "content", "refusal"),
    [
        ("TAX-GRADE", {"grade": "A", "year": 2025}, NotDeclarable),
        ("HONOUR", {"title": "甲", "level": "国家级"}, NotDeclarable),
        ("NO-SUCH", {}, NotDeclarable),
        ("VOL-HONOUR", {"title": "甲"}, Invalid),
        ("VOL-CONTRACT", {"title": "甲", "counterparty": "乙", "year": 1900}, Invalid),
    ],
)
async def test_what_may_not_be_declared_is_not_written(
    people, firms, declare, counted, item_code, content, refusal
):
    wang = await people.proved()
    before = await counted("credit_records", "audit_entries")
    with pytest.raises(refusal):
        await declare(wang, item_code, content)
    assert await counted("credit_records", "audit_entries") == before


async def test_nobody_declares_for_nobody(firms, declare, reading, counted):
    for actor in (Actor.anonymous("t"), reading.officer()):
        with pytest.raises(Forbidden):
            await declare(actor)
    assert await counted("credit_records") == (0,)


async def test_fifty_are_enough(people, firms, declare, counted):
    wang = await people.proved()
    for _ in range(50):
        await declare(wang)
    with pytest.raises(DeclaredTooMany):
        await declare(wang)
    assert await counted("credit_records") == (50,)


@pytest.mark.parametrize(("mine", "declared"), [(True, False), (False, True)])
async def test_the_database_takes_only_one_s_own_and_only_marked(
    people, firms, database, counted, now, mine, declared
):
    wang = await people.proved()
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(wang, now=now) as session:
            session.add(
                CreditRecord(
                    subject_id=wang.own_subject if mine else firms["91321302MATE5T017A"],
                    id=new_id(),
                    item_code="HONOUR",
                    category=DataCategory.HONOURS,
                    channel=LawfulChannel.FILED_BY_SUBJECT,
                    natural_person=True,
                    source="x",
                    source_ref="x",
                    occurred_on=now.date(),
                    polarity=Polarity.POSITIVE,
                    status=RecordStatus.ACTIVE,
                    content={},
                    self_declared=declared,
                    loaded_at=now,
                )
            )
    assert await counted("credit_records") == (0,)
