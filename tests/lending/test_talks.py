"""The conversation of a referral, and how long what was exchanged on it is kept."""

import json

import asyncpg
import pytest
from exchange_case import DAY, Case
from observing import acts, as_platform, nothing_written, one, posted, told
from small_city import SmallCity, offer_terms

from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import (
    ConsentRequired,
)
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.exchange.keeping import KEPT_AFTER, erase_exchanged
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


@pytest.fixture
async def case(small_city: SmallCity) -> Case:
    return await Case(small_city).build()


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
