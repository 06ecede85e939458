"""When a referral falls due next: nobody is late to call an applicant whom he is not let know."""

from datetime import datetime, timedelta
from uuid import UUID

from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.lending.commands.referrals import accept_referral, claim_lead
from suxin.lending.models import DispatchMode, Referral
from suxin.lending.queries.referrals import inbox_counts, next_dues
from suxin_tenants import PROFILES

# Dispatched on a Friday morning: contact until the end of Wednesday, a decision until the end of Friday.
AFTER_CONTACT = timedelta(days=6)


async def late(city: SmallCity, *, now: datetime) -> tuple[str, int]:
    """Which deadline the first bank's only referral is under, and how many of its referrals are late."""
    actor = city.banks[0].officer
    async with city.database.snapshot(actor, now=now) as session:
        [referral] = (await session.scalars(select(Referral))).all()
        [due] = (await next_dues(session, [referral])).values()
        counts = await inbox_counts(session, actor, now=now)
    names = {referral.contact_by: "contact", referral.decide_by: "decide"}
    return names[due], counts.overdue


async def accepted(city: SmallCity) -> UUID:
    """Let the first bank accept a referral; return the request."""
    submitted = await city.submit()
    referral_id = await city.referral_to(submitted, city.banks[0])
    await city.act(accept_referral, city.banks[0].officer, referral_id=referral_id)
    request_id: UUID = submitted.request.id
    return request_id


async def test_a_bank_that_waits_for_the_applicant_is_not_late_to_call_him(
    small_city: SmallCity,
) -> None:
    request_id, later = await accepted(small_city), small_city.now + AFTER_CONTACT
    assert await late(small_city, now=later) == ("decide", 0)
    given = {"consent_id": (await small_city.consent(request_id, small_city.banks[0])).consent_id}
    assert await late(small_city, now=later) == ("contact", 1)
    await small_city.act(pause_consent, small_city.applicant, **given)
    assert await late(small_city, now=later) == ("decide", 0)
    await small_city.act(resume_consent, small_city.applicant, **given)
    assert await late(small_city, now=later) == ("contact", 1)
    await small_city.act(revoke_consent, small_city.applicant, reason=None, **given)
    assert await late(small_city, now=later) == ("decide", 0)
    assert await late(small_city, now=small_city.now + timedelta(days=8)) == ("decide", 1)


async def test_a_claim_is_late_with_its_contact_whether_or_not_the_applicant_is_known(
    small_city: SmallCity,
) -> None:
    """It keeps the lead from every other bank."""
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    assert submitted.lead is not None
    given = {"lead_id": submitted.lead.id, "profiles": PROFILES}
    await small_city.act(claim_lead, small_city.banks[0].officer, **given)
    assert await late(small_city, now=small_city.now + AFTER_CONTACT) == ("contact", 1)


async def test_what_the_bank_has_answered_falls_due_no_more(small_city: SmallCity) -> None:
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, small_city.banks[0])
    actor = small_city.banks[0].officer
    async with small_city.database.snapshot(actor, now=small_city.now) as session:
        referral = await session.get_one(Referral, (actor.own_tenant, referral_id))
        assert await next_dues(session, [referral]) == {referral_id: referral.accept_by}
        answered = Referral(tenant_id=actor.own_tenant, id=referral_id, state="OFFERED")
        assert await next_dues(session, [answered]) == {}
