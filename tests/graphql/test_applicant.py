"""Who is behind a referral: nothing without a live consent, and a receipt exactly when something was told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.lending.commands.offers import accept_offer
from suxin.subjects.policies import IDENTITY_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

SHORT = """query ($id: ID!) {
  node(id: $id) { ... on Referral { state applicant { name uscc records(first: 9) { edges { node { itemCode } } } } } }
}"""
TOLD = {
    "state": "ACCEPTED",
    "applicant": {
        "name": "宿迁市沭河木业有限公司",
        "uscc": "91321302MATE5T017A",
        "records": {
            "edges": [
                {"node": {"itemCode": "SI-HEADCOUNT"}},
                {"node": {"itemCode": "TAX-PAID"}},
                {"node": {"itemCode": "TAX-GRADE"}},
            ]
        },
    },
}
NOTHING = {"state": "ACCEPTED", "applicant": None}


@pytest.fixture
async def accepted(case):
    await case.accept()
    return case


async def test_before_consent_nothing_is_told_and_no_receipt_written(bank_a, accepted, receipts):
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == NOTHING
    assert await receipts() == []


async def test_with_consent_all_is_told_and_the_receipts_are_there_before_the_answer(
    bank_a, accepted, receipts, small_city
):
    await accepted.consent()
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == TOLD
    written = await receipts()
    common = {
        "tenant_id": bank_a.bank.tenant_id,
        "subject_id": small_city.firm_id,
        "purpose": "loan.match",
    }
    assert written == [
        {
            **common,
            "categories": ["loan_request", "registration"],
            "fields": ["name", "uscc", "request"],
            "row_count": 1,
        },
        {
            **common,
            "categories": ["social_insurance", "tax"],
            "fields": ["item_code", "occurred_on", "amount_fen", "content"],
            "row_count": 3,
        },
    ]


async def test_whoever_does_not_ask_for_the_applicant_leaves_no_receipt(bank_a, accepted, receipts):
    await accepted.consent()
    await bank_a.run("inbox", first=5)
    document = """query ($id: ID!, $told: Boolean!) {
      node(id: $id) { ... on Referral { state applicant @include(if: $told) { name } } }
    }"""
    assert await bank_a.data(document, id=accepted.referral_id, told=False) == {
        "node": {"state": "ACCEPTED"}
    }
    assert await receipts() == []
    await bank_a.data(document, id=accepted.referral_id, told=True)
    assert len(await receipts()) == 1


async def test_a_pause_acts_on_the_very_next_request(bank_a, accepted, receipts, small_city):
    consent_id = await accepted.consent()
    subject = small_city.applicant
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == TOLD
    await small_city.act(pause_consent, subject, consent_id=consent_id)
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == NOTHING
    assert len(await receipts()) == 2
    await small_city.act(resume_consent, subject, consent_id=consent_id)
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == TOLD
    assert len(await receipts()) == 4


async def test_a_revoked_consent_tells_nothing(bank_a, accepted, receipts, small_city):
    consent_id = await accepted.consent()
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=consent_id, reason="不再需要"
    )
    assert (await bank_a.data(SHORT, id=accepted.referral_id))["node"] == NOTHING
    assert await receipts() == []


async def test_an_expired_consent_tells_nothing(desks, accepted, receipts, small_city, clock):
    await accepted.consent(life_days=2)
    clock.pass_time(days=2, seconds=-1)
    before = await desks.open(small_city.banks[0], now=clock.now())
    assert (await before.data(SHORT, id=accepted.referral_id))["node"] == TOLD
    assert len(await receipts()) == 2
    clock.pass_time(seconds=1)
    assert (await before.data(SHORT, id=accepted.referral_id))["node"] == NOTHING
    assert len(await receipts()) == 2


CONTRACTED = """query ($id: ID!) {
  referral(id: $id) {
    applicant {
      basis name kind uscc countyCode county { name } town { name } industry registeredOn
      records(first: 9) { totalCount } consent { state } request { amountFen purpose } person { name phone }
    }
  }
}"""
REGISTERED = ("name", "kind", "uscc", "countyCode", "county", "town", "industry", "registeredOn")
BY_CONTRACT = {
    "applicant": {
        "basis": "CONTRACT",
        **dict.fromkeys(REGISTERED),
        "records": None,
        "consent": None,
        "request": {"amountFen": 50_000_000, "purpose": "WORKING_CAPITAL"},
        "person": {"name": "王小明", "phone": "19900000001"},
    }
}


async def contracted(bank, accepted, small_city, admin, **given):
    """Let the bank offer and the applicant accept; return the consent that is still live."""
    consent_id = await accepted.consent(**given)
    terms = {
        "amountFen": 40_000_000,
        "termMonths": 12,
        "rateBps": 435,
        "repaymentMethod": "BULLET",
        "guarantee": "CREDIT",
    }
    await bank.write("make_offer", referralId=accepted.referral_id, terms=terms)
    offer_id = await admin.fetchval("select id from offers")
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    return consent_id


async def test_a_contract_alone_tells_who_borrows_and_no_records(
    bank_a, accepted, receipts, small_city, admin
):
    consent_id = await contracted(bank_a, accepted, small_city, admin)
    known = (await bank_a.data(CONTRACTED, id=accepted.referral_id))["referral"]["applicant"]
    assert (known["basis"], known["name"]) == ("CONSENT", "宿迁市沭河木业有限公司")
    before = len(await receipts())
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    assert await admin.fetchval("select count(*) from access_bases where ended_at is null") == 1
    assert (await bank_a.data(CONTRACTED, id=accepted.referral_id))["referral"] == BY_CONTRACT
    common = {"tenant_id": bank_a.bank.tenant_id, "purpose": "loan.contract", "row_count": 1}
    assert (await receipts())[before:] == [
        {
            **common,
            "subject_id": small_city.firm_id,
            "categories": ["loan_request"],
            "fields": ["request"],
        },
        {
            **common,
            "subject_id": small_city.person_id,
            "categories": ["identity", "contact"],
            "fields": ["name", "resident_id", "phone"],
        },
    ]


async def test_what_a_paused_consent_no_longer_opens_a_contract_opens_in_part(
    bank_a, accepted, small_city, admin
):
    consent_id = await contracted(bank_a, accepted, small_city, admin)
    await small_city.act(pause_consent, small_city.applicant, consent_id=consent_id)
    assert (await bank_a.data(CONTRACTED, id=accepted.referral_id))["referral"] == BY_CONTRACT
    await small_city.act(resume_consent, small_city.applicant, consent_id=consent_id)
    again = (await bank_a.data(CONTRACTED, id=accepted.referral_id))["referral"]["applicant"]
    assert again["basis"] == "CONSENT"
    assert again["records"]["totalCount"] == 3


async def test_a_contract_outlives_the_consent_and_ends_itself(
    desks, bank_a, accepted, small_city, admin, receipts, clock
):
    await contracted(bank_a, accepted, small_city, admin, life_days=2)
    clock.pass_time(days=2)
    later = await desks.open(small_city.banks[0], now=clock.now())
    assert (await later.data(CONTRACTED, id=accepted.referral_id))["referral"] == BY_CONTRACT
    before = await receipts()
    clock.pass_time(days=12 * 31 + 5 * 365)
    over = await desks.open(small_city.banks[0], now=clock.now())
    assert (await over.data(CONTRACTED, id=accepted.referral_id))["referral"] == {"applicant": None}
    assert await receipts() == before


async def test_a_contract_tells_nothing_to_whom_may_not_read_identities(
    desks, bank_a, accepted, receipts, small_city, admin
):
    consent_id = await contracted(bank_a, accepted, small_city, admin)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    viewer = await desks.open(small_city.banks[0], roles=["viewer"])
    body = await viewer.answer(CONTRACTED, id=accepted.referral_id)
    assert body["data"]["referral"] == {"applicant": None}
    assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await receipts() == []


async def test_the_other_bank_learns_nothing(bank_b, accepted, receipts):
    await accepted.consent()
    inbox = await bank_b.run("inbox", first=5)
    own = inbox["referrals"]["edges"][0]["node"]["id"]
    assert (await bank_b.data(SHORT, id=own))["node"] == {"state": "DISPATCHED", "applicant": None}
    assert await receipts() == []


async def test_a_viewer_without_the_right_to_records_is_refused(
    desks, accepted, receipts, small_city
):
    await accepted.consent()
    viewer = await desks.open(small_city.banks[0], roles=["viewer"])
    body = await viewer.answer(SHORT, id=accepted.referral_id)
    assert body["data"]["node"] == NOTHING
    assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert body["errors"][0]["path"] == ["node", "applicant"]
    assert await receipts() == []


PERSON = """query ($id: ID!) {
  referral(id: $id) { applicant { person { name residentId phone } } }
}"""


async def test_whom_to_call_is_told_in_full_and_on_a_receipt_of_its_own(
    bank_a, accepted, receipts, small_city
):
    assert (await bank_a.data(PERSON, id=accepted.referral_id))["referral"] == {"applicant": None}
    await accepted.consent()
    told = await bank_a.data(PERSON, id=accepted.referral_id)
    assert told["referral"]["applicant"]["person"] == {
        "name": "王小明",
        "residentId": "321302199001010012",
        "phone": "19900000001",
    }
    written = (await receipts())[-1]
    assert (written["subject_id"], written["categories"]) == (
        small_city.person_id,
        ["identity", "contact"],
    )


async def test_identity_needs_its_own_permission(desks, accepted, small_city, receipts, runtime):
    await accepted.consent()
    bank = small_city.banks[0]
    clerk = await desks.open(bank, roles=["loan_officer"])
    assert IDENTITY_READ in bank.officer.permissions
    blind = replace(
        PROFILES[TenantKind.BANK].roles["loan_officer"],
        permissions=frozenset({*bank.officer.permissions} - {IDENTITY_READ}),
    )
    profile = replace(PROFILES[TenantKind.BANK], roles={"loan_officer": blind})
    object.__setattr__(runtime, "profiles", {**PROFILES, TenantKind.BANK: profile})
    body = await clerk.answer(PERSON, id=accepted.referral_id)
    assert body["data"]["referral"] == {"applicant": {"person": None}}
    assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert {receipt["subject_id"] for receipt in await receipts()} == {small_city.firm_id}


async def test_one_request_opens_a_bounded_number_of_dossiers(
    bank_a, accepted, receipts, monkeypatch
):
    monkeypatch.setattr("suxin_graphql.applicants.MAX_DOSSIERS", 1)
    await accepted.consent()
    document = """query ($id: ID!) {
      a: referral(id: $id) { applicant { name } }
      b: referral(id: $id) { applicant { name } }
    }"""
    body = await bank_a.answer(document, id=accepted.referral_id)
    told = {"applicant": {"name": "宿迁市沭河木业有限公司"}}
    assert body["data"] == {"a": told, "b": {"applicant": None}}
    assert body["errors"][0]["extensions"]["code"] == "TOO_MANY_APPLICANTS"
    assert len(await receipts()) == 1


async def test_what_a_mutation_shows_is_on_record_too(bank_a, case, receipts):
    await case.consent()
    document = """mutation ($input: AcceptReferralInput!) {
      acceptReferral(input: $input) {
        ... on AcceptReferralPayload { referral { state applicant { name } } }
      }
    }"""
    given = {"referralId": case.referral_id, "idempotencyKey": "accept-and-look"}
    data = await bank_a.data(document, input=given)
    assert data["acceptReferral"]["referral"] == {
        "state": "ACCEPTED",
        "applicant": {"name": "宿迁市沭河木业有限公司"},
    }
    assert len(await receipts()) == 1


async def test_receipts_that_cannot_be_written_keep_the_answer_back(
    bank_a, accepted, receipts, monkeypatch
):
    await accepted.consent()

    async def fail(*_: object) -> None:
        raise ConnectionResetError("the audit stream is gone")

    monkeypatch.setattr("suxin.kernel.database.write_receipts", fail)
    response = await bank_a.post({"query": SHORT, "variables": {"id": accepted.referral_id}})
    assert response.status_code == 503
    assert "沭河" not in response.text
    assert await receipts() == []


async def test_consents_period_is_shown(bank_a, accepted, small_city):
    await accepted.consent()
    shown = await bank_a.run("referral", id=accepted.referral_id)
    consent = shown["applicant"]["consent"]
    assert consent["state"] == "ACTIVE"
    assert consent["startsAt"] == small_city.now.isoformat()
    assert consent["expiresAt"] == (small_city.now + timedelta(days=30)).isoformat()
