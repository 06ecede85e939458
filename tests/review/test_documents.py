"""Documents of cases: how many may wait, and when each goes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from small_cases import PLAIN, filed

from suxin.kernel.actor import Actor
from suxin.kernel.loose_documents import LOOSE_LIFE, MAX_LOOSE
from suxin.kernel.refusals import Invalid, NotFound
from suxin.review import retention
from suxin.review.documents import (
    FORGET_LOOSE_TOPIC,
    MAX_DOCUMENTS,
    TooManyLooseDocuments,
    forget_loose,
    put_down_evidence,
)
from suxin.review.filing import withdraw_case

PDF = b"%PDF-1.7 evidence"


async def put_down(city, **changes):
    given = {"name": "证明.pdf", "content": PDF, "sealer": city.sealer} | changes
    return await city.act(put_down_evidence, city.applicant, **given)


async def left(admin):
    return await admin.fetchval("select count(*) from case_documents")


async def test_documents_that_wait_for_a_case_are_limited_and_named(small_city):
    for _ in range(MAX_LOOSE):
        await put_down(small_city)
    with pytest.raises(TooManyLooseDocuments):
        await put_down(small_city)
    with pytest.raises(Invalid) as refused:
        await put_down(small_city, name=" ")
    assert refused.value.field == "name"


async def test_a_document_that_no_case_takes_is_erased_after_a_day(small_city, admin):
    loose, taken = await put_down(small_city), await put_down(small_city)
    await filed(small_city, document_ids=[taken])
    due = await admin.fetchval(
        "select not_before from outbox where topic = $1 and payload ->> 'document_id' = $2",
        FORGET_LOOSE_TOPIC,
        str(loose),
    )
    assert due == small_city.now + LOOSE_LIFE
    for after, gone in ((LOOSE_LIFE - timedelta(seconds=1), False), (LOOSE_LIFE, True)):
        assert await _forget(small_city, loose, after) is gone
        assert await _forget(small_city, taken, after) is False
    assert await left(admin) == 1


async def _forget(city, document_id, after):
    now = city.now + after
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        return await forget_loose(
            session, subject_id=city.firm_id, document_id=document_id, now=now
        )


async def test_a_case_takes_only_so_many_and_only_what_is_free(small_city, admin):
    one = await put_down(small_city)
    case = await filed(small_city, document_ids=[one])
    for wanted, refusal in (
        ([one], NotFound),
        ([uuid4()], NotFound),
        ([uuid4() for _ in range(MAX_DOCUMENTS + 1)], Invalid),
    ):
        with pytest.raises(refusal) as refused:
            await filed(small_city, item="另一事项", document_ids=wanted)
        assert refused.value.field == "documents"
    assert await admin.fetchval("select count(*) from review_cases") == 1
    assert await admin.fetchval("select case_id from case_documents") == case.id


async def test_a_document_goes_with_its_case(small_city, admin):
    case = await filed(small_city, document_ids=[await put_down(small_city)])
    which = {"kind": PLAIN, "case_id": case.id}
    await small_city.act(withdraw_case, small_city.applicant, **which)
    assert await admin.fetchval("select content from case_documents") is None
    later = small_city.now + retention.KEPT_FOR
    async with small_city.database.transaction(Actor.system("test"), now=later) as session:
        assert await retention.forget_case(
            session, subject_id=small_city.firm_id, case_id=case.id, now=later
        )
    assert await left(admin) == 0
