"""Offers: what a bank offers and takes back, what the applicant accepts, and what stays readable afterwards."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, nothing_written, one, posted, told
from small_city import Bank, SmallCity, offer_terms, offered
from sqlalchemy import select

from suxin.consent.commands import pause_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending import policies
from suxin.lending.commands.offers import (
    OfferAboveRequest,
    OfferLapsed,
    OfferOutsideProduct,
    accept_offer,
    make_offer,
    price,
    withdraw_offer,
)
from suxin.lending.commands.referrals import ConsentRequired, accept_referral, claim_lead
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.models import (
    DispatchMode,
    LeadParty,
    StepNotPossible,
)
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.terms import GuaranteeMode, LoanTermOutOfRange, RepaymentMethod
from suxin_tenants import PROFILES

OFFER = "select * from offers where id = $1"


async def ready(city: SmallCity, bank: Bank) -> tuple[UUID, UUID]:
    """Bring a request to where the bank may offer; return the request's and the referral's id."""
    submitted = await city.submit()
    await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    return submitted.request.id, referral_id


async def test_an_offer_carries_what_it_costs_and_is_told(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await ready(small_city, bank)
    terms = offer_terms(upfront_fee_bps=100, conditions="结算户开在本行", valid_days=5)
    offer = await small_city.act(make_offer, bank.officer, referral_id=referral_id, terms=terms)

    row, priced = await one(admin, OFFER, offer.id), price(terms)
    # 400,000 yuan at 4.35 % in twelve equal instalments: r(1+r)^12/((1+r)^12-1) of it, and 1 % in fees.
    assert (row["monthly_payment_fen"], row["total_fees_fen"]) == (3_412_396, 400_000)
    assert row["total_interest_fen"] == priced.total_interest_fen
    assert row["total_cost_fen"] == row["total_interest_fen"] + row["total_fees_fen"]
    assert row["annualised_rate_bps"] == priced.annualised_rate_bps > 435
    assert (row["state"], row["made_at"], row["made_by"], row["decided_at"]) == (
        "OPEN",
        small_city.now,
        bank.staff_id,
        None,
    )
    assert row["valid_until"] == small_city.now + timedelta(days=5)
    assert (row["request_id"], row["subject_id"], row["product_id"], row["conditions"]) == (
        request_id,
        small_city.firm_id,
        bank.product_id,
        "结算户开在本行",
    )
    referral = await one(admin, "select * from referrals where id = $1", referral_id)
    assert (referral["state"], referral["decided_at"]) == ("OFFERED", small_city.now)
    assert (await one(admin, "select state from loan_requests"))["state"] == "OFFERED"
    (timer,) = await posted(admin, "lending.offer.expire")
    assert (json.loads(timer["payload"]), timer["not_before"]) == (
        {"tenant_id": str(bank.tenant_id), "offer_id": str(offer.id)},
        row["valid_until"],
    )
    assert await acts(admin, "lending.offer") == ["lending.offer.made"]
    assert await told(admin, small_city.person_id) == ["收到新的贷款报价"]
    assert len(await posted(admin, "kernel.notice.deliver")) == 1


async def test_an_offer_ends_no_later_than_its_request(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, referral_id = await ready(small_city, bank)
    ends = (await one(admin, "select expires_at from loan_requests"))["expires_at"]
    offer = await small_city.act(
        make_offer,
        bank.officer,
        referral_id=referral_id,
        terms=offer_terms(valid_days=30),
        now=small_city.now + timedelta(days=1),
    )
    assert (await one(admin, OFFER, offer.id))["valid_until"] == ends
    (timer,) = await posted(admin, "lending.offer.expire")
    assert timer["not_before"] == ends


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"amount_fen": 50_000_001}, OfferAboveRequest, "amountFen"),
        ({"rate_bps": 379}, OfferOutsideProduct, "rateBps"),
        ({"rate_bps": 561}, OfferOutsideProduct, "rateBps"),
        ({"term_months": 37}, OfferOutsideProduct, "termMonths"),
        ({"term_months": 2}, OfferOutsideProduct, "termMonths"),
        ({"amount_fen": 999_999}, OfferOutsideProduct, "amountFen"),
        ({"upfront_fee_bps": 101}, OfferOutsideProduct, "upfrontFeeFen"),
        ({"guarantee": GuaranteeMode.PLEDGE}, OfferOutsideProduct, "guarantee"),
        (
            {"repayment_method": RepaymentMethod.EQUAL_PRINCIPAL},
            OfferOutsideProduct,
            "repaymentMethod",
        ),
        ({"term_months": 0}, LoanTermOutOfRange, "termMonths"),
        ({"amount_fen": 0}, LoanTermOutOfRange, "amountFen"),
        ({"amount_fen": -1}, LoanTermOutOfRange, "amountFen"),
        ({"rate_bps": 2_401}, LoanTermOutOfRange, "rateBps"),
        ({"upfront_fee_bps": 1_001}, LoanTermOutOfRange, "upfrontFeeBps"),
        ({"valid_days": 0}, Invalid, "validDays"),
        ({"valid_days": 31}, Invalid, "validDays"),
        ({"cooling_off_days": -1}, Invalid, "coolingOffDays"),
        ({"cooling_off_days": 31}, Invalid, "coolingOffDays"),
        ({"conditions": "长" * 501}, Invalid, "conditions"),
    ],
    ids=str,
)
async def test_an_offer_out_of_bounds_is_refused_at_its_field(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Exception],
    field: str,
) -> None:
    bank = small_city.banks[0]
    _, referral_id = await ready(small_city, bank)
    async with nothing_written(admin):
        with pytest.raises(refusal) as refused:
            await small_city.act(
                make_offer, bank.officer, referral_id=referral_id, terms=offer_terms(**changes)
            )
    assert refused.value.field == field
    units = {"validDays": " 天", "coolingOffDays": " 天", "conditions": " 个字"}
    assert refused.value.zh_message.endswith(units.get(field, ""))


async def test_an_offer_on_what_is_not_ones_own_or_without_consent_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted = await small_city.submit()
    blind = await small_city.referral_to(submitted, rival)
    granted = await small_city.consent(submitted.request.id, bank)
    referral_id = await small_city.referral_to(submitted, bank)
    officer = bank.officer
    cases = [
        (rival.officer, referral_id, NotFound),
        (rival.officer, blind, ConsentRequired),
        (officer, uuid4(), NotFound),
        # Consented, but not taken up yet.
        (officer, referral_id, StepNotPossible),
        (officer.with_permissions({policies.REFERRAL_WORK}), referral_id, Forbidden),
        (replace(officer, areas=("321324",)), referral_id, OutsideOwnArea),
        (small_city.applicant, referral_id, Forbidden),
        (small_city.operator, referral_id, Forbidden),
    ]
    for caller, given, refusal in cases:
        async with nothing_written(admin):
            with pytest.raises(refusal):
                await small_city.act(make_offer, caller, referral_id=given, terms=offer_terms())
    await small_city.act(accept_referral, officer, referral_id=referral_id)
    await small_city.act(pause_consent, small_city.applicant, consent_id=granted.consent_id)
    async with nothing_written(admin):
        with pytest.raises(ConsentRequired):
            await small_city.act(make_offer, officer, referral_id=referral_id, terms=offer_terms())


async def test_a_second_offer_on_the_same_referral_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, referral_id = await ready(small_city, bank)
    await small_city.act(make_offer, bank.officer, referral_id=referral_id, terms=offer_terms())
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(
                make_offer, bank.officer, referral_id=referral_id, terms=offer_terms()
            )


async def test_an_offer_out_of_the_pool_frees_the_lead_for_others(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The applicant shall compare: once one bank has offered, another may claim and offer too."""
    bank, rival = small_city.banks
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    for holder in (bank, rival):
        referral = await small_city.act(
            claim_lead, holder.officer, lead_id=submitted.lead.id, profiles=PROFILES
        )
        await small_city.consent(submitted.request.id, holder)
        await small_city.act(
            make_offer, holder.officer, referral_id=referral.id, terms=offer_terms(rate_bps=1_000)
        )
    lead = await one(admin, "select * from leads")
    assert (lead["claimed_by"], lead["pool_open"]) == (None, True)
    assert await admin.fetchval("select count(*) from offers where state = 'OPEN'") == 2


async def test_taking_an_offer_back_lets_the_bank_decide_again(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, offer_id = await offered(small_city, bank)
    later = small_city.now + timedelta(hours=3)
    await small_city.act(withdraw_offer, bank.officer, offer_id=offer_id, now=later)

    row = await one(admin, OFFER, offer_id)
    assert (row["state"], row["decided_at"]) == ("WITHDRAWN", later)
    referral = await one(admin, "select * from referrals where tenant_id = $1", bank.tenant_id)
    assert (referral["state"], referral["decided_at"]) == ("DUE_DILIGENCE", None)
    assert (await one(admin, "select state from loan_requests"))["state"] == "OPEN"
    assert await acts(admin, "lending.offer") == ["lending.offer.made", "lending.offer.withdrawn"]
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(withdraw_offer, bank.officer, offer_id=offer_id, now=later)
    again = await small_city.act(
        make_offer, bank.officer, referral_id=referral["id"], terms=offer_terms(), now=later
    )
    assert again.id != offer_id
    assert (await one(admin, "select state from loan_requests"))["state"] == "OFFERED"


async def test_a_request_with_another_open_offer_stays_offered(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted, offer_id = await offered(small_city, bank)
    await second_offer(small_city, submitted.request.id, rival)
    await small_city.act(withdraw_offer, bank.officer, offer_id=offer_id)
    assert (await one(admin, "select state from loan_requests"))["state"] == "OFFERED"


async def test_an_offer_taken_back_after_the_deadline_gets_a_new_one(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Else the referral, whose duty to decide was done when it was met, would wait for ever."""
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    await small_city.consent(submitted.request.id, bank)
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
    offer = await small_city.act(
        make_offer, bank.officer, referral_id=referral_id, terms=offer_terms(valid_days=30)
    )
    # Friday 20 November: five working days end on Friday 27; a week after Monday 30 is 7 December.
    late = small_city.now + timedelta(days=10)
    await small_city.act(withdraw_offer, bank.officer, offer_id=offer.id, now=late)
    referral = await one(admin, "select * from referrals where id = $1", referral_id)
    assert referral["decide_by"].isoformat() == "2026-12-07T15:59:59+00:00"
    mine = [
        row["not_before"]
        for row in await posted(admin, "lending.referral.decide_due")
        if json.loads(row["payload"])["referral_id"] == str(referral_id)
    ]
    assert mine[1:] == [referral["decide_by"]]


async def test_taking_back_what_is_not_ones_own_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    _, offer_id = await offered(small_city, bank)
    cases = [
        (rival.officer, offer_id, NotFound),
        (bank.officer, uuid4(), NotFound),
        (bank.officer.with_permissions({policies.REFERRAL_READ}), offer_id, Forbidden),
        (replace(bank.officer, areas=("321324",)), offer_id, OutsideOwnArea),
        (small_city.applicant, offer_id, Forbidden),
    ]
    async with nothing_written(admin):
        for caller, given, refusal in cases:
            with pytest.raises(refusal):
                await small_city.act(withdraw_offer, caller, offer_id=given)


async def second_offer(city: SmallCity, request_id: UUID, bank: Bank) -> UUID:
    await city.consent(request_id, bank)
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        party = (await session.scalars(select(LeadParty))).one()
    row = await city.act(_referral_of, bank.officer, lead_id=party.lead_id)
    await city.act(accept_referral, bank.officer, referral_id=row)
    offer = await city.act(make_offer, bank.officer, referral_id=row, terms=offer_terms())
    offer_id: UUID = offer.id
    return offer_id


async def _referral_of(session: Any, actor: Actor, *, lead_id: UUID, now: object) -> UUID:
    from suxin.lending.models import Referral

    found: UUID = (
        await session.scalars(
            select(Referral.id).where(
                Referral.tenant_id == actor.tenant_id, Referral.lead_id == lead_id
            )
        )
    ).one()
    return found


async def test_accepting_passes_the_others_over_and_freezes_what_was_seen(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    submitted, offer_id = await offered(small_city, bank)
    other_id = await second_offer(small_city, submitted.request.id, rival)
    later = small_city.now + timedelta(days=1)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id, now=later)

    states = dict(await admin.fetch("select id, state from offers"))
    assert states == {offer_id: "CHOSEN", other_id: "PASSED"}
    assert dict(await admin.fetch("select tenant_id, state from referrals")) == {
        bank.tenant_id: "OFFERED",
        rival.tenant_id: "PASSED",
    }
    assert dict(await admin.fetch("select tenant_id, state from consents")) == {
        bank.tenant_id: "ACTIVE",
        rival.tenant_id: "REVOKED",
    }
    request = await one(admin, "select state, ended_at from loan_requests")
    assert (request["state"], request["ended_at"]) == ("ACCEPTED", later)
    assert (await one(admin, "select pool_open from leads"))["pool_open"] is False
    assert "lending.offer.accepted" in await acts(admin, "lending.offer")
    assert (await told(admin, bank.tenant_id))[-1] == "报价已被申请人接受"
    assert (await told(admin, rival.tenant_id)) == ["收到新的贷款线索"]

    snapshot = await one(admin, "select * from decision_snapshots")
    content = json.loads(snapshot["content"])
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert snapshot["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert (snapshot["tenant_id"], snapshot["offer_id"], snapshot["taken_at"]) == (
        bank.tenant_id,
        offer_id,
        later,
    )
    assert [record["item"] for record in content["records"]] == [
        "TAX-GRADE",
        "TAX-PAID",
        "SI-HEADCOUNT",
    ]
    assert content["offer"]["amountFen"] == 40_000_000
    assert content["request"]["number"] == submitted.request.number

    basis = await one(admin, "select * from access_bases where kind = 'contract'")
    assert (basis["tenant_id"], basis["purpose"], basis["categories"], basis["context_id"]) == (
        bank.tenant_id,
        "loan.contract",
        ["contact", "identity", "loan_request"],
        submitted.request.id,
    )
    # Twelve months of at most 31 days, and five years after.
    assert basis["ends_at"] == later + timedelta(days=12 * 31 + 5 * 365)


async def test_accepting_is_refused_for_a_lapsed_a_decided_and_a_strangers_offer(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    over = small_city.now + timedelta(days=7)
    cases = [
        (small_city.applicant, offer_id, over, OfferLapsed),
        (small_city.stranger, offer_id, small_city.now, NotFound),
        (small_city.applicant, uuid4(), small_city.now, NotFound),
        (bank.officer, offer_id, small_city.now, Forbidden),
        (Actor.anonymous("r1"), offer_id, small_city.now, Forbidden),
    ]
    async with nothing_written(admin):
        for caller, given, moment, refusal in cases:
            with pytest.raises(refusal):
                await small_city.act(accept_offer, caller, offer_id=given, now=moment)
    await small_city.act(withdraw_request, small_city.applicant, request_id=submitted.request.id)
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
