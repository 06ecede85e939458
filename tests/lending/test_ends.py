"""The end of an offer and of a request: what ends with them, and that they end once and in time."""

from datetime import timedelta

import asyncpg
from observing import as_platform, carry_out, nothing_written, one, told
from small_city import SmallCity, another_bank, offer_terms, offered

from suxin.lending.commands import returns
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import accept_referral

EARLY = timedelta(seconds=-1)


async def test_an_offer_not_chosen_in_time_ends_and_the_next_bank_gets_the_lead(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    await another_bank(small_city, 2)
    following = await another_bank(small_city, 3)
    submitted, offer_id = await offered(small_city, bank)
    until = small_city.now + timedelta(days=7)
    mine = {"tenant_id": bank.tenant_id, "offer_id": offer_id}
    async with nothing_written(admin):
        await as_platform(small_city, returns.expire_offer, now=until + EARLY, **mine)
    await as_platform(small_city, returns.expire_offer, now=until, **mine)

    offer = await one(admin, "select state, decided_at from offers")
    assert (offer["state"], offer["decided_at"]) == ("EXPIRED", until)
    states = dict(await admin.fetch("select tenant_id, state from referrals"))
    assert (states[bank.tenant_id], states[rival.tenant_id]) == ("PASSED", "DISPATCHED")
    assert states[following.tenant_id] == "DISPATCHED"
    assert (await one(admin, "select state from loan_requests"))["state"] == "OPEN"
    # The bank's answer is over, and with it what it may read about the applicant.
    assert (await one(admin, "select state from consents"))["state"] == "REVOKED"
    async with nothing_written(admin):
        await as_platform(small_city, returns.expire_offer, now=until, **mine)
    assert submitted.request.id == await admin.fetchval("select id from loan_requests")


async def test_a_request_with_another_open_offer_stays_offered_when_one_ends(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted, offer_id = await offered(small_city, bank)
    await small_city.consent(submitted.request.id, rival)
    referral_id = await small_city.referral_to(submitted, rival)
    await small_city.act(accept_referral, rival.officer, referral_id=referral_id)
    await small_city.act(
        make_offer, rival.officer, referral_id=referral_id, terms=offer_terms(valid_days=20)
    )
    until = small_city.now + timedelta(days=7)
    await as_platform(
        small_city, returns.expire_offer, now=until, tenant_id=bank.tenant_id, offer_id=offer_id
    )
    assert (await one(admin, "select state from loan_requests"))["state"] == "OFFERED"
    assert dict(await admin.fetch("select tenant_id, state from offers")) == {
        bank.tenant_id: "EXPIRED",
        rival.tenant_id: "OPEN",
    }


async def test_a_request_ends_with_everything_that_hangs_on_it(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted, _ = await offered(small_city, bank)
    await admin.execute("update offers set valid_until = valid_until + interval '60 days'")
    end = small_city.now + timedelta(days=30)
    mine = {"subject_id": small_city.firm_id, "request_id": submitted.request.id}
    async with nothing_written(admin):
        await as_platform(small_city, returns.expire_request, now=end + EARLY, **mine)
    assert await carry_out(small_city, admin, "lending.request.expire", now=end) == 1

    row = await one(admin, "select state, ended_at from loan_requests")
    assert (row["state"], row["ended_at"]) == ("EXPIRED", end)
    assert set(await admin.fetch("select state from referrals")) == {("PASSED",)}
    assert (await one(admin, "select state from offers"))["state"] == "PASSED"
    consent = await one(admin, "select state, end_reason from consents")
    assert (consent["state"], consent["end_reason"]) == ("REVOKED", "申请已到期")
    assert (await told(admin, small_city.person_id))[-1] == "申请已到期"
    async with nothing_written(admin):
        await as_platform(small_city, returns.expire_request, now=end, **mine)


async def test_an_accepted_request_does_not_expire(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    async with nothing_written(admin):
        await as_platform(
            small_city,
            returns.expire_request,
            now=small_city.now + timedelta(days=30),
            subject_id=small_city.firm_id,
            request_id=submitted.request.id,
        )
