"""What bank and applicant give each other on a referral: files, what is asked for besides while the clock stands still, messages."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, as_platform, carry_out, nothing_written, one, posted, told
from small_city import Bank, SmallCity, another_bank, offer_terms

from suxin.consent.commands import revoke_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.kernel.sealed_files import opened_file
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import (
    ConsentRequired,
    accept_referral,
    decline_referral,
    record_contact,
)
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.exchange import queries
from suxin.lending.exchange.asking import (
    AskedTooOften,
    ItemAsked,
    MaterialAsked,
    ask_for_material,
    close_material,
    decline_material,
    supply_material,
)
from suxin.lending.exchange.attachments import (
    MAX_ATTACHMENTS,
    MAX_FILE_BYTES,
    PURPOSES,
    AttachmentTooLarge,
    AttachmentTypeRefused,
    FileGiven,
    TooManyAttachments,
    attach_file,
)
from suxin.lending.exchange.keeping import KEPT_AFTER, erase_exchanged
from suxin.lending.exchange.models import Attachment, AttachmentKind
from suxin.lending.exchange.portions import erase_ended_exchange
from suxin.lending.exchange.standing import ReferralEnded
from suxin.lending.exchange.talking import (
    MAX_MESSAGES,
    TooManyMessages,
    mark_bank_read,
    mark_conversation_read,
    send_message,
    write_to_bank,
)
from suxin.lending.models import StepNotPossible
from suxin.lending.terms import DeclineReason

PDF = b"%PDF-1.7 a licence"
FILE = FileGiven(kind=AttachmentKind.BUSINESS_LICENCE, name="营业执照.pdf", content=PDF)
ITEMS = (
    ItemAsked(AttachmentKind.ACCOUNT_STATEMENT, "近六个月"),
    ItemAsked(AttachmentKind.TAX_CERTIFICATE),
)
DAY = timedelta(days=1)
# Dispatched on Friday 20 November; five working days are to Friday the 27th.
FRIDAY = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)


class Case:
    """A referral to the first bank, whose applicant lets it know him and was contacted."""

    def __init__(self, city: SmallCity) -> None:
        self.city, self.bank = city, city.banks[0]
        self.request_id = self.referral_id = self.consent_id = uuid4()

    async def build(self) -> "Case":
        submitted = await self.city.submit()
        self.request_id = submitted.request.id
        self.referral_id = await self.city.referral_to(submitted, self.bank)
        self.consent_id = (await self.city.consent(self.request_id, self.bank)).consent_id
        await self.by_bank(accept_referral)
        await self.by_bank(record_contact)
        return self

    async def by_bank(self, command: Any, *, bank: Bank | None = None, **given: Any) -> Any:
        officer = (bank or self.bank).officer
        return await self.city.act(command, officer, referral_id=self.referral_id, **given)

    async def by_applicant(self, command: Any, **given: Any) -> Any:
        return await self.city.act(command, self.city.applicant, **given)

    async def attach(self, **changes: Any) -> Attachment:
        given = {"file": FILE, "tenant_id": None, "request_id": self.request_id} | changes
        return await self.by_applicant(attach_file, sealer=self.city.sealer, **given)

    async def ask(self, **given: Any) -> Any:
        return await self.by_bank(ask_for_material, **{"items": ITEMS, "note": "谢谢"} | given)

    async def supply(self, material_id: UUID, number: int, **given: Any) -> Any:
        named = {"material_id": material_id, "number": number, "file": FILE}
        return await self.by_applicant(supply_material, sealer=self.city.sealer, **named | given)

    async def seen(self, bank: Bank) -> list[str]:
        async with self.city.database.snapshot(bank.officer, now=self.city.now) as session:
            found = await session.scalars(
                queries.attachments_of(self.city.firm_id, self.request_id)
            )
            return sorted(row.name for row in found)

    async def opened(self, attachment_id: UUID, actor: Actor | None = None) -> bytes:
        who = actor or self.bank.officer
        async with self.city.database.snapshot(who, now=self.city.now) as session:
            found = await queries.attachment_on(
                session, who, referral_id=self.referral_id, attachment_id=attachment_id
            )
            return opened_file(
                self.city.sealer,
                found.id,
                key_sealed=found.key_sealed,
                content=found.content,
                sha256=found.sha256,
                purposes=PURPOSES,
            )


@pytest.fixture
async def case(small_city: SmallCity) -> Case:
    return await Case(small_city).build()


# Files.


async def test_a_file_is_sealed_typed_and_opened_on_a_receipt(
    case: Case, admin: asyncpg.Connection
) -> None:
    attachment = await case.attach()
    row = await one(admin, "select * from attachments")
    assert PDF not in bytes(row["content"])
    assert (row["media_type"], row["size_bytes"]) == ("application/pdf", len(PDF))
    assert row["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert await case.opened(attachment.id) == PDF
    receipt = await one(
        admin,
        "select * from audit_entries where object_type = 'attachment' and purpose is not null",
    )
    assert (receipt["tenant_id"], receipt["consent_id"]) == (case.bank.tenant_id, case.consent_id)
    assert (receipt["subject_id"], receipt["fields"]) == (case.city.firm_id, ["content"])


async def test_only_a_bank_with_a_basis_sees_it_and_of_anothers_nothing(
    case: Case, admin: asyncpg.Connection
) -> None:
    other = case.city.banks[1]
    for name, tenant_id in (
        ("all", None),
        ("first", case.bank.tenant_id),
        ("other", other.tenant_id),
    ):
        await case.attach(file=replace(FILE, name=name), tenant_id=tenant_id)
    assert (await case.seen(case.bank), await case.seen(other)) == (["all", "first"], [])
    await case.city.consent(case.request_id, other)
    assert await case.seen(other) == ["all", "other"]
    await case.by_applicant(revoke_consent, consent_id=case.consent_id, reason=None)
    assert await case.seen(case.bank) == []
    third = await another_bank(case.city, 2)
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await case.attach(tenant_id=third.tenant_id)


async def test_what_is_no_file_of_his_is_refused(case: Case, admin: asyncpg.Connection) -> None:
    attachment = await case.attach()
    async with nothing_written(admin):
        for changes, refusal in (
            ({"content": b""}, AttachmentTooLarge),
            ({"content": PDF + bytes(MAX_FILE_BYTES)}, AttachmentTooLarge),
            ({"content": b"<svg/>", "name": "a.pdf"}, AttachmentTypeRefused),
            ({"name": " "}, Invalid),
        ):
            with pytest.raises(refusal):
                await case.attach(file=replace(FILE, **changes))
        with pytest.raises(NotFound):
            await case.attach(request_id=uuid4())
        viewer = case.bank.officer.with_permissions(())
        with pytest.raises(Forbidden):
            await case.opened(attachment.id, viewer)
        with pytest.raises(NotFound):
            await case.opened(uuid4())
    await admin.execute(
        "insert into attachments select (jsonb_populate_record(a, jsonb_build_object("
        "'id', gen_random_uuid()))).* from attachments a, generate_series(2, $1)",
        MAX_ATTACHMENTS,
    )
    with pytest.raises(TooManyAttachments):
        await case.attach()


# Asking for more.


async def test_the_banks_time_stands_still_until_the_last_answer(
    case: Case, admin: asyncpg.Connection
) -> None:
    tuesday = case.city.now + 4 * DAY
    asked = await case.ask(now=tuesday)
    row = await one(admin, "select * from referrals where id = $1", case.referral_id)
    # Three working days were left; the answer comes on Tuesday 1 December at the latest: to Friday the 4th.
    assert asked.left_days == 3
    assert asked.closes_at == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert row["decide_by"] == FRIDAY + 7 * DAY
    assert row["extra_days"] == 5
    assert (await told(admin, case.city.person_id))[-1] == "银行请您补充材料"

    await case.supply(asked.id, 1, now=tuesday + DAY)
    assert (await one(admin, "select * from referrals where id = $1", case.referral_id)) == row
    # Answered on Thursday: Friday, Monday, Tuesday the 1st.
    await case.by_applicant(
        decline_material, material_id=asked.id, number=2, words="没有", now=tuesday + 2 * DAY
    )
    row = await one(admin, "select * from referrals where id = $1", case.referral_id)
    assert row["decide_by"] == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert row["extra_days"] == 2
    done = await one(admin, "select * from material_requests")
    items = json.loads(done["items"])
    assert [item["state"] for item in items] == ["supplied", "declined"]
    assert (done["state"], items[1]["words"]) == ("ANSWERED", "没有")
    file = await one(admin, "select * from attachments")
    assert (file["tenant_id"], file["kind"]) == (case.bank.tenant_id, "account_statement")
    assert items[0]["attachment"] == str(file["id"])
    assert await acts(admin, "lending.material") == [
        "lending.material.asked",
        "lending.material.supplied",
        "lending.material.declined",
    ]
    assert (await told(admin, case.bank.tenant_id))[-1] == "补充材料已答复"

    # The deadline of before finds nothing due; the one that is, does.
    for moment, escalations in ((FRIDAY, 0), (row["decide_by"], 1)):
        await carry_out(case.city, admin, "lending.referral.decide_due", now=moment)
        stands = await one(admin, "select * from referrals where id = $1", case.referral_id)
        assert (stands["escalations"], stands["state"]) == (escalations, "CONTACTED")
    assert stands["extra_days"] == 0


async def test_what_is_not_answered_ends_after_a_week(
    case: Case, admin: asyncpg.Connection
) -> None:
    asked = await case.ask()
    before = await one(admin, "select decide_by from referrals where id = $1", case.referral_id)
    assert (
        await carry_out(case.city, admin, "lending.material.close", now=asked.closes_at - DAY) == 0
    )
    await carry_out(case.city, admin, "lending.material.close", now=asked.closes_at)
    assert (await one(admin, "select state from material_requests"))["state"] == "EXPIRED"
    after = await one(admin, "select decide_by from referrals where id = $1", case.referral_id)
    # Five days were left on Friday the 20th; it ends on Friday the 27th, and five working days follow.
    assert before == after == {"decide_by": FRIDAY + 7 * DAY}
    with pytest.raises(StepNotPossible):
        await case.supply(asked.id, 1)
    await as_platform(
        case.city,
        close_material,
        now=asked.closes_at,
        tenant_id=asked.tenant_id,
        material_id=asked.id,
    )
    assert await acts(admin, "lending.material") == [
        "lending.material.asked",
        "lending.material.expired",
    ]


async def test_a_bank_asks_twice_at_the_most_and_one_after_the_other(
    case: Case, admin: asyncpg.Connection
) -> None:
    for times in range(2):
        asked = await case.ask(items=ITEMS[:1])
        async with nothing_written(admin):
            with pytest.raises(MaterialAsked):
                await case.ask()
        await case.supply(asked.id, 1)
        with pytest.raises(StepNotPossible):
            await case.supply(asked.id, 1)
        assert times < 2
    async with nothing_written(admin):
        with pytest.raises(AskedTooOften):
            await case.ask()


async def test_what_cannot_be_asked_is_refused(case: Case, admin: asyncpg.Connection) -> None:
    async with nothing_written(admin):
        for given in ({"items": ()}, {"items": ITEMS * 6}, {"note": "长" * 201}):
            with pytest.raises(Invalid):
                await case.ask(**given)
        with pytest.raises(NotFound):
            await case.by_bank(ask_for_material, bank=case.city.banks[1], items=ITEMS, note="")
    await case.by_applicant(revoke_consent, consent_id=case.consent_id, reason=None)
    async with nothing_written(admin):
        with pytest.raises(ConsentRequired):
            await case.ask()


async def test_nothing_is_handed_in_once_the_bank_has_answered(
    case: Case, admin: asyncpg.Connection
) -> None:
    asked = await case.ask()
    with pytest.raises(NotFound):
        await case.supply(asked.id, 3)
    await case.by_bank(decline_referral, reason=DeclineReason.OVER_INDEBTED, note=None)
    async with nothing_written(admin):
        with pytest.raises(ReferralEnded):
            await case.supply(asked.id, 1)
        with pytest.raises(StepNotPossible):
            await case.ask()
    await carry_out(case.city, admin, "lending.material.close", now=asked.closes_at)
    assert (await one(admin, "select state from material_requests"))["state"] == "CLOSED"


# The conversation.


async def test_they_write_to_each_other_and_see_what_is_read(
    case: Case, admin: asyncpg.Connection
) -> None:
    await case.by_bank(send_message, text="请问厂房是自有吗？")
    assert (await told(admin, case.city.person_id))[-1] == "银行来信"
    assert await case.by_applicant(mark_bank_read, referral_id=case.referral_id) == 1
    await case.by_applicant(write_to_bank, referral_id=case.referral_id, text="是自有。")
    assert (await told(admin, case.bank.tenant_id))[-1] == "申请人来信"
    assert await case.by_bank(mark_conversation_read) == 1
    assert await case.by_bank(mark_conversation_read) == 0
    rows = await admin.fetch("select * from referral_messages order by id")
    assert [(row["author"], row["text"]) for row in rows] == [
        ("bank", "请问厂房是自有吗？"),
        ("applicant", "是自有。"),
    ]
    assert all(row["read_at"] == case.city.now for row in rows)
    events = await admin.fetch("select data from tenant_events where type = 'lending.message.sent'")
    assert sorted(json.loads(row["data"])["author"] for row in events) == ["APPLICANT", "BANK"]
    assert not any("厂房" in row["data"] for row in events)


async def test_nobody_writes_whom_he_may_not_know_or_without_end(
    case: Case, admin: asyncpg.Connection
) -> None:
    blind = await case.city.submit()
    referral_id = await case.city.referral_to(blind, case.bank)
    rival = case.city.banks[1]
    async with nothing_written(admin):
        with pytest.raises(ConsentRequired):
            await case.city.act(send_message, case.bank.officer, referral_id=referral_id, text="x")
        with pytest.raises(ReferralEnded):
            await case.by_applicant(write_to_bank, referral_id=referral_id, text="x")
        with pytest.raises(NotFound):
            await case.by_bank(send_message, bank=rival, text="x")
        with pytest.raises(NotFound):
            await case.city.act(
                write_to_bank, case.city.stranger, referral_id=case.referral_id, text="x"
            )
        for text in (" ", "长" * 501):
            with pytest.raises(Invalid):
                await case.by_bank(send_message, text=text)
    await case.by_bank(send_message, text="x")
    await admin.execute(
        "insert into referral_messages select (jsonb_populate_record(m, jsonb_build_object("
        "'id', gen_random_uuid()))).* from referral_messages m, generate_series(2, $1)",
        MAX_MESSAGES,
    )
    with pytest.raises(TooManyMessages):
        await case.by_bank(send_message, text="x")


async def test_with_the_chosen_bank_it_goes_on_by_the_contract(
    case: Case, admin: asyncpg.Connection
) -> None:
    offer = await case.by_bank(make_offer, terms=offer_terms())
    await case.by_applicant(accept_offer, offer_id=offer.id)
    await case.by_bank(send_message, text="请带原件来签约。")
    await case.by_applicant(write_to_bank, referral_id=case.referral_id, text="好的。")
    assert await admin.fetchval("select count(*) from referral_messages") == 2


# How long it is kept.


async def test_it_is_erased_a_month_after_the_request_has_ended(
    case: Case, admin: asyncpg.Connection
) -> None:
    await case.attach()
    await case.by_bank(send_message, text="请问厂房是自有吗？")
    duty = {"subject_id": case.city.firm_id, "request_id": case.request_id}
    await case.by_applicant(withdraw_request, request_id=case.request_id)
    over = case.city.now + KEPT_AFTER
    await as_platform(case.city, erase_exchanged, now=over - DAY, **duty)
    assert await admin.fetchval("select count(*) from attachments where content is null") == 0
    # It is looked at again on its day.
    due = [row["not_before"] for row in await posted(admin, "lending.exchange.erase")]
    assert due[-1] == over
    await as_platform(case.city, erase_exchanged, now=over, **duty)
    file = await one(admin, "select * from attachments")
    assert (file["content"], file["key_sealed"], file["erased_at"]) == (None, None, over)
    message = await one(admin, "select * from referral_messages")
    assert (message["text"], message["erased_at"]) == (None, over)
    assert (await acts(admin, "lending.exchange"))[-1] == "lending.exchange.erased"


async def test_a_contracts_is_kept_as_long_as_its_evidence(
    case: Case, admin: asyncpg.Connection
) -> None:
    await case.attach()
    offer = await case.by_bank(make_offer, terms=offer_terms())
    await case.by_applicant(accept_offer, offer_id=offer.id)
    until = await admin.fetchval("select kept_until from decision_snapshots")
    duty = {"subject_id": case.city.firm_id, "request_id": case.request_id}
    await as_platform(case.city, erase_exchanged, now=until - DAY, **duty)
    assert await admin.fetchval("select count(content) from attachments") == 1
    await as_platform(case.city, erase_exchanged, now=until, **duty)
    assert await admin.fetchval("select count(content) from attachments") == 0


async def test_at_his_wish_what_ended_without_a_contract_goes_at_once(
    case: Case, admin: asyncpg.Connection
) -> None:
    await case.attach()
    assert await case.by_applicant(erase_ended_exchange) == 0
    await case.by_applicant(withdraw_request, request_id=case.request_id)
    assert await case.by_applicant(erase_ended_exchange) == 1
    assert await admin.fetchval("select count(content) from attachments") == 0
