"""Close my account: everything in one's name ends in one step, and only a running contract stands against it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from observing import changed, contents
from small_city import offered

from suxin.consent.models import ConsentState
from suxin.consent.oauth.log_ins import LoggedIn, begin_log_in
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.offers import accept_offer
from suxin.lending.models import RequestState
from suxin.rights.closing import PHRASE, CloseAsYourself, ContractRunning, close_account
from suxin.rights.jobs import NAMELESS, erase_identity
from suxin.subjects.visitors import acting_actor, open_account, visitor_of


@pytest.fixture
def close(small_city, himself):
    async def close(*, now=None, confirmation=PHRASE, actor=himself):
        return await small_city.act(close_account, actor, confirmation=confirmation, now=now)

    return close


@pytest.fixture
def erase(small_city):
    async def erase(now):
        system = Actor.system("test")
        async with small_city.database.transaction(system, now=now) as session:
            return await erase_identity(session, person_id=small_city.person_id, now=now)

    return erase


async def test_log_ins_mandates_permissions_and_requests_end_in_one_step(
    small_city, close, declared, himself, phone_of_his, admin
):
    submitted = await small_city.submit()
    await small_city.consent(submitted.request.id, small_city.banks[0])
    await declared(himself)

    done = await close()

    assert {gone.portion.code for gone in done.erased} == {"declarations", "wechat_accounts"}
    kept = {stays.portion.code for stays in done.kept}
    assert "wechat_accounts" not in kept
    assert kept >= {
        "subject",
        "identity",
        "mandates",
        "acts",
    }
    assert await admin.fetchval("select state from loan_requests") == RequestState.WITHDRAWN
    assert await admin.fetchval("select state from consents") == ConsentState.REVOKED
    live = "select count(*) from {} where ended_at is null"
    assert await admin.fetchval(live.format("access_bases")) == 0
    mine = await admin.fetchval(
        "select ended_at from mandates where person_id = $1", small_city.person_id
    )
    assert mine == small_city.now
    assert await admin.fetchval("select count(*) from wechat_accounts") == 0
    assert await admin.fetchval("select count(*) from credit_records where self_declared") == 0
    act = await admin.fetchrow("select * from audit_entries where action = 'rights.account.closed'")
    assert act["subject_id"] == small_city.person_id


async def test_his_log_ins_in_browsers_end_and_nobody_elses(small_city, close, admin):
    anyone, now = Actor.anonymous("test"), small_city.now
    async with small_city.database.transaction(anyone, now=now) as session:
        for person_id in (small_city.person_id, small_city.stranger_id):
            who = LoggedIn(amr=["sms"], authenticated_at=now, person_id=person_id)
            await begin_log_in(session, who, now=now)

    await close()

    left = await admin.fetch("select person_id from log_in_sessions where ended_at is null")
    assert [row["person_id"] for row in left] == [small_city.stranger_id]


async def test_whoever_opens_the_mini_program_next_is_a_new_visitor(
    small_city, close, phone_of_his
):
    await close()

    anyone = Actor.anonymous("test")
    async with small_city.database.transaction(anyone, now=small_city.now) as session:
        await open_account(session, openid=phone_of_his, now=small_city.now)
        visitor = await visitor_of(session, openid=phone_of_his)
    assert visitor.person_id is None


async def test_a_mandate_that_ended_with_the_account_admits_nothing(small_city, close):
    await close()

    anyone = Actor.anonymous("test")
    async with small_city.database.transaction(anyone, now=small_city.now) as session:
        with pytest.raises(NotFound):
            await acting_actor(
                session,
                person_id=small_city.person_id,
                acting_subject_id=small_city.firm_id,
                request_id="test",
                now=small_city.now,
            )


async def test_a_running_contract_is_named_and_nothing_ends(small_city, close, admin):
    submitted, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    await small_city.submit()
    before = await contents(admin)

    with pytest.raises(ContractRunning) as refused:
        await close()

    told = refused.value.zh_message
    assert submitted.request.number in told
    assert "宿迁第一商业银行（测试）" in told
    assert "请先结清贷款" in told
    assert await changed(admin, before) == set()


async def test_after_the_loan_the_account_closes_and_the_bank_still_knows_whom_it_lent_to(
    small_city, close, erase, admin
):
    _, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    paid_back = small_city.now + timedelta(days=31 * 12, seconds=1)
    await admin.execute("update mandates set ends_at = $1", paid_back + timedelta(days=9))

    await close(now=paid_back)

    assert await erase(paid_back) is False
    assert await admin.fetchval(
        "select count(*) from person_identities where subject_id = $1", small_city.person_id
    )
    over = await admin.fetchval("select max(ends_at) from access_bases where kind = 'contract'")
    assert (
        await admin.fetchval(
            "select max(not_before) from outbox where topic = 'rights.identity.erase'"
        )
        == over
    )
    assert await erase(over) is True


async def test_the_proof_of_who_he_is_goes_when_no_contract_names_him(
    small_city, close, erase, admin
):
    await close()

    assert await erase(small_city.now) is True

    person = small_city.person_id
    assert not await admin.fetchval(
        "select count(*) from person_identities where subject_id = $1", person
    )
    assert await admin.fetchval("select name from subjects where id = $1", person) == NAMELESS
    assert await erase(small_city.now) is False


async def test_it_is_closed_as_oneself_and_with_the_phrase_alone(small_city, close, himself, admin):
    before = await contents(admin)

    with pytest.raises(CloseAsYourself):
        await close(actor=small_city.applicant)
    with pytest.raises(Invalid) as refused:
        await close(confirmation="注销")

    assert refused.value.field == "confirmation"
    assert await changed(admin, before) == set()


async def test_a_firm_keeps_what_another_asked_and_permitted_for_it(small_city, close, admin):
    """Only what the leaving person did in the firm's name ends."""
    partner = replace(small_city.applicant, person_id=small_city.stranger_id)
    await admin.execute(
        "insert into mandates (id, person_id, subject_id, role, proof_method, proof_ref, starts_at, ends_at)"
        " values (gen_random_uuid(), $1, $2, 'agent', 'x', 'x', $3, $4)",
        small_city.stranger_id,
        small_city.firm_id,
        small_city.now,
        small_city.now + timedelta(days=30),
    )
    submitted = await small_city.submit(actor=partner)

    await close()

    assert await admin.fetchval("select state from loan_requests") == RequestState.OPEN
    assert submitted.request.person_id == small_city.stranger_id


async def test_what_one_declared_for_a_firm_stays_the_firms(small_city, close, declared, admin):
    await declared(small_city.applicant)

    await close()

    assert await admin.fetchval("select count(*) from credit_records where self_declared") == 1
