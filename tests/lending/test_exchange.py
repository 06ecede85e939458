"""What bank and applicant give each other on a referral: files, what is asked for besides while the clock stands still, messages."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from exchange_case import DAY, FILE, FRIDAY, ITEMS, PDF, Case
from observing import acts, as_platform, carry_out, nothing_written, one, told
from small_city import SmallCity, another_bank

from suxin.consent.commands import revoke_consent
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    DocumentTooLarge,
    DocumentTypeRefused,
)
from suxin.lending.commands.referrals import (
    ConsentRequired,
    decline_referral,
)
from suxin.lending.exchange.asking import (
    AskedTooOften,
    MaterialAsked,
    ask_for_material,
    close_material,
    decline_material,
)
from suxin.lending.exchange.attachments import (
    MAX_ATTACHMENTS,
    TooManyAttachments,
)
from suxin.lending.exchange.standing import ReferralEnded
from suxin.lending.models import StepNotPossible
from suxin.lending.terms import DeclineReason


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


async def test_the_receipt_names_the_ground_that_covers_it_and_not_another_of_the_matter(
    case: Case, admin: asyncpg.Connection
) -> None:
    attachment = await case.attach()
    await admin.execute(
        "insert into access_bases select (jsonb_populate_record(b, jsonb_build_object("
        "'id', $2::uuid, 'purpose', 'loan.watch', 'categories', '[\"tax\"]'::jsonb,"
        " 'source_id', gen_random_uuid()))).* from access_bases b where source_id = $1",
        case.consent_id,
        UUID(int=1),
    )
    await case.opened(attachment.id)
    receipt = await one(
        admin,
        "select * from audit_entries where object_type = 'attachment' and purpose is not null",
    )
    assert (receipt["purpose"], receipt["consent_id"]) == ("loan.match", case.consent_id)


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
            ({"content": b""}, DocumentTooLarge),
            ({"content": PDF + bytes(MAX_DOCUMENT_BYTES)}, DocumentTooLarge),
            ({"content": b"<svg/>", "name": "a.pdf"}, DocumentTypeRefused),
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
