"""The notice is read aloud before anything is signed: the very text in force, about a matter of the person's own."""

from datetime import timedelta

import pytest
from counter_visits import another_counter, on_paper, signed
from observing import nothing_written

from suxin.consent.giving import NoticeOutdated
from suxin.consent.models import ConsentStateConflict
from suxin.counter.commands import PhoneNotConfirmed, SignedAlready, WordsChanged
from suxin.counter.models import Decision, Matter, ReceiptBy, VisitNotReady
from suxin.counter.policies import RecipientHelps, VisitOver
from suxin.kernel.refusals import Invalid, NotFound


async def test_the_words_are_those_of_the_notice_and_their_hashes_are_kept(counter, asked, admin):
    visit_id = await counter.welcome()
    text = await counter.text(visit_id, asked)
    for said in ("宿迁第一商业银行", "95000", "30 天", "180 天", "撤回", "不影响"):
        assert said in text.body
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id)
    row = await admin.fetchrow("select * from counter_evidence where id = $1", evidence_id)
    assert (row["notice_version"], row["notice_sha256"]) == (text.version, text.sha256)
    assert row["words_sha256"] == text.words_sha256


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"read": False}, Invalid, "read"),
        ({"understood": False}, Invalid, "understood"),
        ({"notice_version": "loan.match/2025-01"}, NoticeOutdated, "noticeVersion"),
        ({"words_sha256": "0" * 64}, WordsChanged, None),
    ],
    ids=["not read", "not understood", "other version", "other words"],
)
async def test_what_was_not_read_or_not_this_text_is_not_noted(
    counter, asked, admin, changes, refusal, field
):
    visit_id = await counter.welcome()
    text = await counter.text(visit_id, asked)
    async with nothing_written(admin):
        with pytest.raises(refusal) as refused:
            await counter.read(visit_id, asked, text=text, **changes)
    assert refused.value.field == field


async def test_a_notice_that_says_something_else_by_then_is_not_signed(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await admin.execute("update tenants set contact = '96000'")
    async with nothing_written(admin):
        with pytest.raises(WordsChanged):
            await counter.sign(visit_id)


async def test_nothing_is_read_to_somebody_who_is_not_proved_or_by_another_helper(
    counter, asked, admin
):
    visit_id, beside = await counter.open(), await another_counter(counter)
    await counter.prove(visit_id)
    text, other = await counter.text(visit_id, asked), await beside.open()
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await beside.read(visit_id, asked, text=text)
        with pytest.raises(VisitNotReady):
            await beside.read(other, asked, text=text)
        # Nobody is proved there, so that the helper sees nothing of anybody.
        with pytest.raises(NotFound):
            await beside.text(other, asked)
        with pytest.raises(VisitOver):
            await counter.read(
                visit_id, asked, now=counter.city.now + timedelta(hours=1), text=text
            )


async def test_what_is_asked_of_a_stranger_is_no_matter_here(counter, admin):
    strangers = await counter.asked(counter.city.stranger_id)
    visit_id = await counter.welcome()
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await counter.text(visit_id, strangers)


async def test_the_operator_helps_nobody_towards_itself(counter, asked, admin):
    visit_id = await counter.welcome()
    await admin.execute(
        "update consents set tenant_id = $1 where id = $2", counter.city.operator.tenant_id, asked
    )
    async with nothing_written(admin):
        with pytest.raises(RecipientHelps):
            await counter.text(visit_id, asked)


@pytest.mark.parametrize("matter", [Matter.PAUSE, Matter.RESUME, Matter.REVOKE])
async def test_a_request_can_only_be_answered(counter, asked, matter):
    visit_id = await counter.welcome()
    with pytest.raises(ConsentStateConflict):
        await counter.text(visit_id, asked, matter)


async def test_nothing_is_signed_before_it_was_read(counter, asked, admin):
    visit_id = await counter.welcome()
    async with nothing_written(admin):
        with pytest.raises(VisitNotReady):
            await counter.sign(visit_id)
    await counter.decide(visit_id, asked)
    # What was read is decided; the next decision needs another reading.
    async with nothing_written(admin):
        with pytest.raises(VisitNotReady):
            await counter.sign(visit_id, signed(Decision.REFUSE))


async def test_one_reading_is_signed_once(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await counter.sign(visit_id)
    async with nothing_written(admin):
        with pytest.raises(SignedAlready):
            await counter.sign(visit_id, signed(Decision.REFUSE))


@pytest.mark.parametrize(
    ("form", "refusal", "field"),
    [
        (signed(Decision.PAUSE), Invalid, "decision"),
        (on_paper(paper_number="1"), Invalid, "paperNumber"),
        (on_paper(paper_number="编号 一二三四五"), Invalid, "paperNumber"),
        (signed(receipt=ReceiptBy.SMS), PhoneNotConfirmed, "receipt"),
    ],
    ids=["another matter", "short number", "words for a number", "no phone"],
)
async def test_what_does_not_fit_is_told_beside_its_field_and_not_kept(
    counter, asked, admin, form, refusal, field
):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    async with nothing_written(admin):
        with pytest.raises(refusal) as refused:
            await counter.sign(visit_id, form)
    assert refused.value.field == field


async def test_nothing_is_signed_at_anothers_counter_or_too_late(counter, asked, admin):
    visit_id, beside = await counter.welcome(), await another_counter(counter)
    await counter.read(visit_id, asked)
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await beside.sign(visit_id)
        with pytest.raises(VisitOver):
            await counter.sign(visit_id, now=counter.city.now + timedelta(minutes=30))
