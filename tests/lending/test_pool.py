"""The open pool (抢单): the first bank to claim a lead holds it, until the claim ends or is given back."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, carry_out, nothing_written, one, posted, told
from small_city import Bank, SmallCity, another_bank

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.lending import policies
from suxin.lending.commands.referrals import (
    LeadNotClaimable,
    claim_lead,
    decline_referral,
    record_contact,
)
from suxin.lending.models import DispatchMode
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.queries.referrals import inbox_counts, pool_leads
from suxin.lending.terms import DeclineReason
from suxin.tenancy.profiles import QuotaName
from suxin.tenancy.quotas import QuotaExhausted, set_quota
from suxin_tenants import PROFILES

ROW = "select * from referrals where id = $1"
LEAD = "select * from leads"


async def pooled(city: SmallCity) -> UUID:
    submitted = await city.submit(mode=DispatchMode.OPEN_POOL)
    assert submitted.lead is not None
    assert not submitted.referrals
    return submitted.lead.id


async def may_hold(city: SmallCity, bank: Bank, ceiling: int) -> None:
    await city.act(
        set_quota,
        city.operator,
        tenant_id=bank.tenant_id,
        name=QuotaName.OPEN_CLAIMS,
        ceiling=ceiling,
        profiles=PROFILES,
    )


async def test_a_claim_locks_the_lead_for_one_bank(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    lead_id = await pooled(small_city)
    bank, rival = small_city.banks
    referral = await small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)

    row = await one(admin, ROW, referral.id)
    assert (row["tenant_id"], row["state"], row["mode"], row["product_id"]) == (
        bank.tenant_id,
        "ACCEPTED",
        "open_pool",
        None,
    )
    lead = await one(admin, LEAD)
    # Claimed on a Friday: it is held until contact is due, the end of the third working day, a Wednesday.
    assert (lead["claimed_by"], lead["claim_expires_at"].isoformat(), lead["pool_open"]) == (
        bank.tenant_id,
        "2026-11-25T15:59:59+00:00",
        True,
    )
    assert lead["claim_expires_at"] == row["contact_by"]
    assert len(await posted(admin, "lending.referral.accept_due")) == 1
    assert await acts(admin, "lending.referral") == ["lending.referral.claimed"]
    for caller in (rival.officer, bank.officer):
        async with nothing_written(admin):
            with pytest.raises(LeadNotClaimable):
                await small_city.act(claim_lead, caller, lead_id=lead_id, profiles=PROFILES)
    await carry_out(small_city, admin, "lending.referral.answered", now=small_city.now)
    assert await told(admin, small_city.person_id) == ["银行已受理"]


async def test_a_claim_that_ends_or_is_given_back_lets_another_bank_in(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    lead_id = await pooled(small_city)
    bank, rival = small_city.banks
    await small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
    ends = (await one(admin, LEAD))["claim_expires_at"]
    with pytest.raises(LeadNotClaimable):
        await small_city.act(
            claim_lead,
            rival.officer,
            lead_id=lead_id,
            profiles=PROFILES,
            now=ends - timedelta(seconds=1),
        )
    # At its end the claim lapses with its referral, and not before: no two banks ever hold one claim.
    with pytest.raises(LeadNotClaimable):
        await small_city.act(
            claim_lead, rival.officer, lead_id=lead_id, profiles=PROFILES, now=ends
        )
    assert await carry_out(small_city, admin, "lending.referral.contact_due", now=ends) == 1
    assert (await one(admin, "select state from referrals"))["state"] == "LAPSED"
    with pytest.raises(LeadNotClaimable):
        await small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES, now=ends)
    second = await small_city.act(
        claim_lead, rival.officer, lead_id=lead_id, profiles=PROFILES, now=ends
    )
    assert (await one(admin, LEAD))["claimed_by"] == rival.tenant_id

    await small_city.act(
        decline_referral,
        rival.officer,
        referral_id=second.id,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
        now=ends,
    )
    lead = await one(admin, LEAD)
    assert (lead["claimed_by"], lead["claim_expires_at"], lead["pool_open"]) == (None, None, True)
    third = await another_bank(small_city, 2)
    assert await small_city.act(
        claim_lead, third.officer, lead_id=lead_id, profiles=PROFILES, now=ends
    )


async def test_contact_holds_the_claim_until_the_decision_is_due(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    bank = small_city.banks[0]
    referral = await small_city.act(
        claim_lead, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES
    )
    await small_city.consent(submitted.request.id, bank)
    await small_city.act(record_contact, bank.officer, referral_id=referral.id)
    assert (await one(admin, LEAD))["claim_expires_at"] == referral.decide_by


async def test_a_bank_holds_only_so_many_claims(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    await may_hold(small_city, bank, 2)
    leads = [await pooled(small_city) for _ in range(3)]
    for lead_id in leads[:2]:
        await small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
    async with nothing_written(admin):
        with pytest.raises(QuotaExhausted) as refused:
            await small_city.act(claim_lead, bank.officer, lead_id=leads[2], profiles=PROFILES)
    assert refused.value.zh_message == "“在手线索”已达上限 2"
    assert await small_city.act(claim_lead, rival.officer, lead_id=leads[2], profiles=PROFILES)


async def test_what_is_not_in_the_pool_cannot_be_claimed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    named = await small_city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
    )
    pool = await pooled(small_city)
    over = small_city.now + timedelta(days=30)
    viewer = rival.officer.with_permissions({policies.REFERRAL_READ})
    cases = [
        (rival.officer, named.lead.id, small_city.now, LeadNotClaimable),
        (rival.officer, uuid4(), small_city.now, LeadNotClaimable),
        (rival.officer, pool, over, LeadNotClaimable),
        (viewer, pool, small_city.now, Forbidden),
        (small_city.applicant, pool, small_city.now, Forbidden),
    ]
    async with nothing_written(admin):
        for caller, lead_id, moment, refusal in cases:
            with pytest.raises(refusal):
                await small_city.act(
                    claim_lead, caller, lead_id=lead_id, profiles=PROFILES, now=moment
                )


async def pool_of(city: SmallCity, officer: Actor) -> list[UUID]:
    async with city.database.snapshot(officer, now=city.now) as session:
        rows = (await session.scalars(pool_leads(officer, now=city.now))).all()
        counts = await inbox_counts(session, officer, now=city.now)
    assert counts.pool == len(rows)
    return [lead.id for lead in rows]


async def test_an_officer_sees_and_claims_only_the_pool_of_his_areas(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    lead_id = await pooled(small_city)
    officer = small_city.banks[0].officer
    elsewhere = replace(officer, areas=("321324",))
    near = [replace(officer, areas=areas) for areas in ((), ("321302150",), ("321300",))]
    assert await pool_of(small_city, elsewhere) == []
    assert [await pool_of(small_city, one) for one in near] == [[lead_id]] * 3
    async with nothing_written(admin):
        with pytest.raises(OutsideOwnArea):
            await small_city.act(claim_lead, elsewhere, lead_id=lead_id, profiles=PROFILES)
    # Coarsened to the whole city it could be from anywhere, and whoever claims it can work on it.
    await admin.execute("update leads set county_code = '321300'")
    assert await pool_of(small_city, elsewhere) == [lead_id]
    referral = await small_city.act(claim_lead, elsewhere, lead_id=lead_id, profiles=PROFILES)
    await small_city.act(
        decline_referral,
        elsewhere,
        referral_id=referral.id,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
    )
    assert (await one(admin, ROW, referral.id))["state"] == "DECLINED"
