"""How claims end and leads go to the open pool: at a deadline, at its extension, or for want of a matched bank."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from observing import acts, as_platform, carry_out, one, told
from small_city import Bank, SmallCity, another_bank, offer_terms

from suxin.consent.commands import revoke_consent
from suxin.lending.commands import returns
from suxin.lending.commands.offers import make_offer, withdraw_offer
from suxin.lending.commands.referrals import claim_lead, decline_referral, record_contact
from suxin.lending.models import DispatchMode
from suxin.lending.terms import DeclineReason
from suxin_tenants import PROFILES

REFERRAL = "select * from referrals where id = $1"
# From Friday 20 November at 10:00: the ends of one, three and five working days, in Shanghai 23:59:59.
ACCEPT_BY = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
CONTACT_BY = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
DECIDE_BY = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)


def of(bank: Bank, referral_id: UUID) -> dict[str, UUID]:
    return {"tenant_id": bank.tenant_id, "referral_id": referral_id}


async def test_a_lapse_out_of_the_pool_frees_the_lead(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    referral = await small_city.act(
        claim_lead, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES
    )
    await small_city.consent(submitted.request.id, bank)
    assert await carry_out(small_city, admin, "lending.referral.contact_due", now=CONTACT_BY) == 1
    assert (await one(admin, REFERRAL, referral.id))["state"] == "LAPSED"
    lead = await one(admin, "select * from leads")
    assert (lead["claimed_by"], lead["pool_open"]) == (None, True)
    assert (await one(admin, "select state from loan_requests"))["state"] == "OPEN"
    await small_city.act(
        claim_lead, rival.officer, lead_id=submitted.lead.id, profiles=PROFILES, now=CONTACT_BY
    )


async def test_a_claim_without_a_consent_goes_back_too_when_contact_is_due(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    referral = await small_city.act(
        claim_lead, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES
    )
    assert await carry_out(small_city, admin, "lending.referral.contact_due", now=CONTACT_BY) == 1
    row = await one(admin, REFERRAL, referral.id)
    # The bank could not have called, so that nobody is told on it.
    assert (row["state"], row["escalations"]) == ("LAPSED", 0)
    assert (await one(admin, "select claimed_by from leads"))["claimed_by"] is None
    assert await told(admin, small_city.operator.tenant_id) == []


async def test_a_claim_lasts_as_long_as_the_decision_is_given(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    referral = await small_city.act(
        claim_lead, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES
    )
    await small_city.consent(submitted.request.id, bank)
    await small_city.act(record_contact, bank.officer, referral_id=referral.id)
    await as_platform(small_city, returns.decide_due, now=DECIDE_BY, **of(bank, referral.id))
    again = DECIDE_BY + timedelta(days=7)
    assert (await one(admin, "select claim_expires_at from leads"))["claim_expires_at"] == again
    await as_platform(small_city, returns.decide_due, now=again, **of(bank, referral.id))
    assert (await one(admin, REFERRAL, referral.id))["state"] == "LAPSED"
    await small_city.act(
        claim_lead, rival.officer, lead_id=submitted.lead.id, profiles=PROFILES, now=again
    )


async def test_a_lapse_does_not_free_what_another_bank_holds_by_now(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """An offer frees the lead for other banks; taken back, its bank decides anew without the claim."""
    bank, rival = small_city.banks
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    referral = await small_city.act(
        claim_lead, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES
    )
    granted = await small_city.consent(submitted.request.id, bank)
    offer = await small_city.act(
        make_offer, bank.officer, referral_id=referral.id, terms=offer_terms()
    )
    await small_city.act(claim_lead, rival.officer, lead_id=submitted.lead.id, profiles=PROFILES)
    await small_city.act(withdraw_offer, bank.officer, offer_id=offer.id)
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
    )
    again = DECIDE_BY + timedelta(days=7)
    for moment in (DECIDE_BY, again):
        await as_platform(small_city, returns.decide_due, now=moment, **of(bank, referral.id))
    assert (await one(admin, REFERRAL, referral.id))["state"] == "LAPSED"
    assert (await one(admin, "select claimed_by from leads"))["claimed_by"] == rival.tenant_id


async def test_a_recommended_request_goes_to_the_pool_when_no_matched_bank_is_left(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    submitted = await small_city.submit()
    third = await another_bank(small_city, 2)
    assert await carry_out(small_city, admin, "lending.referral.accept_due", now=ACCEPT_BY) == 2
    lead = await one(admin, "select pool_open, claimed_by from leads")
    assert (lead["pool_open"], lead["claimed_by"]) == (True, None)
    assert (await one(admin, "select state from loan_requests"))["state"] == "OPEN"
    assert await told(admin, small_city.person_id) == ["已转入公开抢单"]
    assert await acts(admin, "lending.lead") == ["lending.lead.pooled"]

    claimed = await small_city.act(
        claim_lead, third.officer, lead_id=submitted.lead.id, profiles=PROFILES, now=ACCEPT_BY
    )
    await small_city.act(
        decline_referral,
        third.officer,
        referral_id=claimed.id,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
        now=ACCEPT_BY,
    )
    await carry_out(small_city, admin, "lending.referral.answered", now=ACCEPT_BY)
    # Now every bank has had it.
    assert (await one(admin, "select state from loan_requests"))["state"] == "UNMATCHED"
    assert (await one(admin, "select pool_open from leads"))["pool_open"] is False
    assert (await told(admin, small_city.person_id))[-1] == "暂无银行可承接"
