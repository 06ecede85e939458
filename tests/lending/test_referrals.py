"""What a bank does with a referral: each step, what follows from it, and each refusal without a trace."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, carry_out, nothing_written, one, posted, told
from small_city import Bank, SmallCity, another_bank

from suxin.consent.commands import revoke_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending import policies
from suxin.lending.commands.referrals import (
    ConsentRequired,
    accept_referral,
    decline_referral,
    record_contact,
    start_due_diligence,
)
from suxin.lending.models import ReferralState, StepNotPossible
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.queries.referrals import inbox
from suxin.lending.terms import DeclineReason

ROW = "select * from referrals where id = $1"
STEPS = (accept_referral, record_contact, start_due_diligence, decline_referral)


async def referred(city: SmallCity, bank: Bank, *, consented: bool = False) -> UUID:
    submitted = await city.submit()
    if consented:
        await city.consent(submitted.request.id, bank)
    return await city.referral_to(submitted, bank)


def reason_for(step: object) -> dict[str, object]:
    return {"reason": DeclineReason.OVER_INDEBTED, "note": None} if step is decline_referral else {}


async def test_accepting_is_recorded_posted_and_told_to_the_applicant(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    later = small_city.now + timedelta(hours=1)

    await small_city.act(accept_referral, bank.officer, referral_id=referral_id, now=later)

    row = await one(admin, ROW, referral_id)
    assert (row["state"], row["accepted_at"], row["accepted_by"]) == (
        "ACCEPTED",
        later,
        bank.staff_id,
    )
    assert row["contacted_at"] is row["consented_at"] is row["decided_at"] is None
    (event,) = await posted(admin, "lending.referral.answered")
    assert json.loads(event["payload"]) == {
        "tenant_id": str(bank.tenant_id),
        "referral_id": str(referral_id),
        "step": "accepted",
    }
    assert (event["tenant_id"], event["not_before"]) == (bank.tenant_id, later)
    assert await acts(admin, "lending.referral") == ["lending.referral.accepted"]

    assert await carry_out(small_city, admin, "lending.referral.answered", now=later) == 1
    assert await told(admin, small_city.person_id) == ["银行已受理"]


async def test_contact_and_due_diligence_follow_the_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, consented=True)
    (consented,) = await posted(admin, "lending.referral.consented")
    assert json.loads(consented["payload"])["referral_id"] == str(referral_id)
    assert (await one(admin, ROW, referral_id))["consented_at"] == small_city.now

    await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
    later = small_city.now + timedelta(hours=2)
    await small_city.act(record_contact, bank.officer, referral_id=referral_id, now=later)
    row = await one(admin, ROW, referral_id)
    assert (row["state"], row["contacted_at"]) == ("CONTACTED", later)
    await small_city.act(start_due_diligence, bank.officer, referral_id=referral_id, now=later)
    assert (await one(admin, ROW, referral_id))["state"] == "DUE_DILIGENCE"
    assert await acts(admin, "lending.referral") == [
        "lending.referral.accepted",
        "lending.referral.contacted",
        "lending.referral.examined",
    ]
    assert [
        json.loads(row["payload"])["step"]
        for row in await posted(admin, "lending.referral.answered")
    ] == ["accepted", "contacted", "examined"]
    # The applicant himself consented, was called and is being examined: none of it is news to him.
    assert await carry_out(small_city, admin, "lending.referral.answered", now=later) == 3
    assert await told(admin, small_city.person_id) == []
    assert await carry_out(small_city, admin, "lending.referral.consented", now=later) == 1
    assert await told(admin, bank.tenant_id) == ["收到新的贷款线索", "申请人已授权"]


@pytest.mark.parametrize("revoked", [False, True], ids=["never given", "taken back"])
async def test_without_consent_there_is_nobody_to_contact(
    small_city: SmallCity, admin: asyncpg.Connection, *, revoked: bool
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
    if revoked:
        granted = await small_city.consent(submitted.request.id, bank)
        await small_city.act(
            revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
        )
    async with nothing_written(admin):
        with pytest.raises(ConsentRequired):
            await small_city.act(record_contact, bank.officer, referral_id=referral_id)


async def test_declining_tells_the_applicant_the_reason_and_ends_his_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, other = small_city.banks
    submitted = await small_city.submit()
    await small_city.consent(submitted.request.id, bank)
    await small_city.consent(submitted.request.id, other)
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(
        decline_referral,
        bank.officer,
        referral_id=referral_id,
        reason=DeclineReason.OTHER_WITH_NOTE,
        note="  超出额度  ",
    )
    row = await one(admin, ROW, referral_id)
    assert (row["state"], row["decline_reason"], row["decline_note"], row["decided_at"]) == (
        "DECLINED",
        "OTHER_WITH_NOTE",
        "超出额度",
        small_city.now,
    )
    assert await carry_out(small_city, admin, "lending.referral.answered", now=small_city.now) == 1
    assert await told(admin, small_city.person_id) == ["银行未予受理"]
    body = await admin.fetchval("select body from notices where person_id is not null")
    assert body == "一行未予受理：其他原因（须附说明）。"
    # The other bank still answers, so the request goes on, and its consent stands; the decliner's is over.
    assert (await one(admin, "select state from loan_requests"))["state"] == "OPEN"
    assert dict(await admin.fetch("select tenant_id, state from consents")) == {
        bank.tenant_id: "REVOKED",
        other.tenant_id: "ACTIVE",
    }


async def test_when_every_bank_declines_the_request_ends_and_its_applicant_is_told(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    submitted = await small_city.submit()
    for bank in small_city.banks:
        await small_city.act(
            decline_referral,
            bank.officer,
            referral_id=await small_city.referral_to(submitted, bank),
            reason=DeclineReason.INDUSTRY_POLICY,
            note=None,
        )
        await carry_out(small_city, admin, "lending.referral.answered", now=small_city.now)
    row = await one(admin, "select state, ended_at from loan_requests")
    assert (row["state"], row["ended_at"]) == ("UNMATCHED", small_city.now)
    assert await told(admin, small_city.person_id) == [
        "银行未予受理",
        "银行未予受理",
        "暂无银行可承接",
    ]


async def test_a_declined_lead_goes_to_the_next_best_bank_that_may_act(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Three banks are asked at once; the fourth is suspended by the time the first of them declines, so the fifth gets it."""
    third, fourth, fifth = [await another_bank(small_city, number) for number in (2, 3, 4)]
    submitted = await small_city.submit()
    first, second = small_city.banks
    assert [found.tenant_id for found in submitted.referrals] == [
        second.tenant_id,
        first.tenant_id,
        third.tenant_id,
    ]
    await admin.execute("update tenants set status = 'SUSPENDED' where id = $1", fourth.tenant_id)
    await small_city.act(
        decline_referral,
        third.officer,
        referral_id=await small_city.referral_to(submitted, third),
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
    )
    await carry_out(small_city, admin, "lending.referral.answered", now=small_city.now)
    row = await one(admin, "select * from referrals order by id desc limit 1")
    assert (row["tenant_id"], row["product_id"], row["state"], row["mode"]) == (
        fifth.tenant_id,
        fifth.product_id,
        "DISPATCHED",
        "recommended",
    )
    assert await told(admin, fifth.tenant_id) == ["收到新的贷款线索"]
    assert await told(admin, fourth.tenant_id) == []


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        (DeclineReason.OTHER_WITH_NOTE, None, "note"),
        (DeclineReason.OTHER_WITH_NOTE, "   ", "note"),
        (DeclineReason.OVER_INDEBTED, "长" * 301, "note"),
    ],
)
async def test_a_decline_without_its_words_is_refused(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    reason: DeclineReason,
    note: str | None,
    field: str,
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    async with nothing_written(admin):
        with pytest.raises(Invalid) as refused:
            await small_city.act(
                decline_referral, bank.officer, referral_id=referral_id, reason=reason, note=note
            )
    assert refused.value.field == field


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_step_on_what_is_not_ones_to_work_on_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection, step: object
) -> None:
    bank, rival = small_city.banks
    referral_id = await referred(small_city, bank, consented=True)
    officer = bank.officer
    viewer = officer.with_permissions({policies.REFERRAL_READ})
    callers: list[tuple[Actor, UUID, type[Exception]]] = [
        (rival.officer, referral_id, NotFound),
        (officer, uuid4(), NotFound),
        (small_city.applicant, referral_id, Forbidden),
        (Actor.anonymous("r1"), referral_id, Forbidden),
        (viewer, referral_id, Forbidden),
        (replace(officer, areas=("321324",)), referral_id, OutsideOwnArea),
    ]
    await admin.execute("update referrals set branch_id = $1", uuid4())
    callers.append((replace(officer, branch_id=uuid4()), referral_id, OutsideOwnArea))
    async with nothing_written(admin):
        for caller, given, refusal in callers:
            with pytest.raises(refusal) as refused:
                await small_city.act(step, caller, referral_id=given, **reason_for(step))
            assert type(refused.value) is refusal


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_step_from_a_state_that_does_not_lead_there_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection, step: object
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, consented=True)
    for state in (ReferralState.LAPSED, ReferralState.PASSED, ReferralState.OFFERED):
        await admin.execute("update referrals set state = $1", state.value)
        async with nothing_written(admin):
            with pytest.raises(StepNotPossible) as refused:
                await small_city.act(
                    step, bank.officer, referral_id=referral_id, **reason_for(step)
                )
        assert refused.value.facts["state_zh"] == state.zh


async def test_a_lead_of_the_whole_city_is_in_everyones_inbox(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    elsewhere = replace(bank.officer, areas=("321324",))

    async def seen() -> list[UUID]:
        async with small_city.database.snapshot(elsewhere, now=small_city.now) as session:
            return [row[0].id for row in (await session.execute(inbox(elsewhere))).all()]

    assert await seen() == []
    await admin.execute("update referrals set county_code = '321300'")
    assert await seen() == [referral_id]
    referral = await small_city.act(accept_referral, elsewhere, referral_id=referral_id)
    assert referral.state is ReferralState.ACCEPTED


async def test_an_officer_of_a_town_works_on_leads_of_its_county(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    townsman = replace(bank.officer, areas=("321302150",), branch_id=uuid4())
    referral = await small_city.act(accept_referral, townsman, referral_id=referral_id)
    assert referral.state is ReferralState.ACCEPTED
