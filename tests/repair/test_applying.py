"""What a subject files: documents of a type and size, an application with what the measures ask for, and a way back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from observing import changed, contents, posted
from repairs import PDF, add_penalty, both_documents, file_repair, put_down

from suxin.kernel.loose_documents import LOOSE_LIFE, MAX_LOOSE
from suxin.kernel.refusals import Invalid, NotFound
from suxin.repair.commands import (
    MAX_DOCUMENTS,
    MAX_OPEN,
    MAX_STATEMENT,
    RELAY_TOPIC,
    RepairAsked,
    RepairDocumentMissing,
    TooManyRepairs,
    supplement_application,
    withdraw_application,
)
from suxin.repair.documents import (
    FORGET_LOOSE_TOPIC,
    TooManyLoose,
)
from suxin.repair.models import DocumentKind, RepairNotHere
from suxin.repair.periods import NothingToRepair, RepairTooEarly
from suxin.subjects.models import Polarity


async def test_a_document_that_no_application_takes_is_erased_after_a_day(small_city, run, admin):
    await put_down(small_city)
    assert await run(FORGET_LOOSE_TOPIC, small_city.now + LOOSE_LIFE) == 1
    assert await admin.fetchval("select count(*) from repair_documents") == 0


async def test_documents_put_down_are_limited_and_named(small_city):
    for _ in range(MAX_LOOSE):
        await put_down(small_city)
    with pytest.raises(TooManyLoose):
        await put_down(small_city)
    with pytest.raises(Invalid) as refused:
        await put_down(small_city, name=" ")
    assert refused.value.field == "name"


async def test_an_application_waits_to_be_relayed_within_a_working_day(
    small_city, file, admin, row_of
):
    application = await file()
    row = await row_of(application)
    assert (row["state"], row["clock"], row["round"]) == ("FILED", "RELAY", 1)
    assert (row["item"], row["record_ref"]) == ("行政处罚", "宿市监罚〔2026〕12号")
    assert row["due_at"].date() >= small_city.now.date()
    (relay,) = await posted(admin, RELAY_TOPIC)
    assert relay["not_before"] == small_city.now
    documents = await admin.fetch("select * from repair_documents")
    assert {one["application_id"] for one in documents} == {application.id}
    assert all(PDF not in one["content"] for one in documents)
    assert await admin.fetchval(
        "select count(*) from audit_entries where action = 'repair.application.filed'"
    )


async def test_without_a_proof_or_a_commitment_nothing_is_filed(small_city, penalty, admin):
    """The measures ask for both: that the duties are done, and a public credit commitment."""
    for kind in (DocumentKind.PROOF, DocumentKind.COMMITMENT):
        only = await put_down(small_city, kind)
        before = await contents(admin)
        with pytest.raises(RepairDocumentMissing) as refused:
            await file_repair(small_city, record_id=penalty, document_ids=[only])
        assert refused.value.field == "documents"
        assert await changed(admin, before) == set()


async def test_a_record_that_must_still_be_published_cannot_be_repaired_yet(small_city, admin):
    fined = await add_penalty(small_city, occurred_on=date(2026, 10, 1))
    documents = await both_documents(small_city)
    before = await contents(admin)
    with pytest.raises(RepairTooEarly) as refused:
        await file_repair(small_city, record_id=fined, document_ids=documents)
    assert refused.value.facts["day"] == "2027-01-01"
    assert await changed(admin, before) == set()


@pytest.mark.parametrize("statement", ["", "  ", "x" * (MAX_STATEMENT + 1)])
async def test_a_statement_has_a_length(file, statement):
    with pytest.raises(Invalid) as refused:
        await file(statement=statement)
    assert refused.value.field == "statement"


async def test_the_same_record_is_asked_for_once_at_a_time(small_city, file, admin):
    application = await file()
    documents = await both_documents(small_city)
    before = await contents(admin)
    with pytest.raises(RepairAsked):
        await file(document_ids=documents)
    assert await changed(admin, before) == set()
    await small_city.act(withdraw_application, small_city.applicant, application_id=application.id)
    assert (await file(document_ids=documents)).round == 1


async def test_open_applications_are_limited(small_city, file):
    for number in range(MAX_OPEN):
        await file(record_id=await add_penalty(small_city, number=str(number)))
    with pytest.raises(TooManyRepairs):
        await file()


async def test_a_document_belongs_to_one_application(small_city, file):
    documents = await both_documents(small_city)
    await file(document_ids=documents)
    other = await add_penalty(small_city, number="2")
    with pytest.raises(NotFound) as refused:
        await file(record_id=other, document_ids=documents)
    assert refused.value.field == "documents"
    with pytest.raises(Invalid) as refused:
        await file(record_id=other, document_ids=[uuid4() for _ in range(MAX_DOCUMENTS + 1)])
    assert refused.value.field == "documents"


async def test_what_speaks_for_its_subject_needs_no_repair(small_city, file):
    good = await add_penalty(small_city, number="3", polarity=Polarity.POSITIVE)
    with pytest.raises(NothingToRepair):
        await file(record_id=good)


async def test_whoever_takes_an_application_back_leaves_no_document_behind(
    small_city, file, row_of, admin
):
    application = await file()
    await small_city.act(
        withdraw_application,
        small_city.applicant,
        application_id=application.id,
        now=small_city.now + timedelta(hours=1),
    )
    row = await row_of(application)
    assert (row["state"], row["clock"]) == ("WITHDRAWN", None)
    assert row["ended_at"] == small_city.now + timedelta(hours=1)
    rows = await admin.fetch("select key_sealed, content, name from repair_documents")
    assert [(one["key_sealed"], one["content"]) for one in rows] == [(None, None)] * 2
    with pytest.raises(RepairNotHere):
        await small_city.act(
            supplement_application,
            small_city.applicant,
            application_id=application.id,
            statement="x",
            document_ids=[],
        )
