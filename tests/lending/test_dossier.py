"""The dossier: who is behind a referral and what he lets this bank see, each reading with a receipt."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_city import Bank, SmallCity, offered

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.consent.notice_texts import current_text
from suxin.consent.queries import reads_of
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.lending import policies
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.requests import consent_to_bank
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.queries.dossier import Dossier, dossier, dossier_records
from suxin.lending.queries.referrals import own_referral
from suxin.subjects.models import DataCategory
from suxin.subjects.queries import RecordPage


async def read(
    city: SmallCity, referral_id: UUID, actor: Actor, *, now: datetime | None = None
) -> Dossier | None:
    async with city.database.snapshot(actor, now=now or city.now) as session:
        referral, _ = await own_referral(session, actor, referral_id)
        return await dossier(session, actor, referral)


async def recorded(
    city: SmallCity, referral_id: UUID, actor: Actor, *, now: datetime | None = None, **page: Any
) -> RecordPage:
    """Open the dossier and read a page of its records."""
    async with city.database.snapshot(actor, now=now or city.now) as session:
        referral, _ = await own_referral(session, actor, referral_id)
        found = await dossier(session, actor, referral)
        assert found is not None
        return await dossier_records(session, actor, found, **page)


def codes(page: RecordPage) -> list[str]:
    return [record.item_code for record in page.rows]


async def referred(city: SmallCity, bank: Bank) -> tuple[UUID, UUID]:
    submitted = await city.submit()
    return submitted.request.id, await city.referral_to(submitted, bank)


async def consent_for(
    city: SmallCity, request_id: UUID, bank: Bank, categories: list[DataCategory]
) -> UUID:
    granted = await city.act(
        consent_to_bank,
        city.applicant,
        request_id=request_id,
        tenant_id=bank.tenant_id,
        categories=categories,
        life_days=30,
        notice_version=current_text("loan.match").version,
    )
    consent_id: UUID = granted.consent_id
    return consent_id


async def test_an_active_consent_opens_it_with_exactly_its_fields(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)
    granted = await small_city.consent(request_id, bank)

    found = await read(small_city, referral_id, bank.officer)
    assert found is not None
    assert (found.subject.id, found.subject.name) == (small_city.firm_id, "宿迁市沭河木业有限公司")
    assert (found.request.id, found.request.amount_fen) == (request_id, 50_000_000)
    assert found.consent.id == granted.consent_id
    page = await recorded(small_city, referral_id, bank.officer, counted=True)
    assert codes(page) == ["SI-HEADCOUNT", "TAX-PAID", "TAX-GRADE"]
    assert (page.more, page.total) == (False, 3)


async def test_only_the_permitted_categories_are_in_it(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)
    await consent_for(small_city, request_id, bank, [DataCategory.SOCIAL_INSURANCE])
    assert codes(await recorded(small_city, referral_id, bank.officer)) == ["SI-HEADCOUNT"]


async def test_a_consent_to_another_request_adds_nothing_to_this_one(
    small_city: SmallCity,
) -> None:
    bank = small_city.banks[0]
    narrow, narrow_referral = await referred(small_city, bank)
    wide, wide_referral = await referred(small_city, bank)
    await consent_for(small_city, narrow, bank, [DataCategory.SOCIAL_INSURANCE])
    await consent_for(small_city, wide, bank, [DataCategory.TAX])
    assert codes(await recorded(small_city, narrow_referral, bank.officer)) == ["SI-HEADCOUNT"]
    assert codes(await recorded(small_city, wide_referral, bank.officer)) == [
        "TAX-PAID",
        "TAX-GRADE",
    ]


async def test_the_subject_sees_the_receipts_at_once(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)
    await small_city.consent(request_id, bank)
    later = small_city.now + timedelta(minutes=1)
    await recorded(small_city, referral_id, bank.officer, now=later)

    async with small_city.database.snapshot(small_city.applicant, now=later) as session:
        entries = (await session.scalars(reads_of(small_city.firm_id))).all()
    assert [
        (entry.object_type, entry.categories, entry.fields, entry.row_count)
        for entry in reversed(entries)
    ] == [
        ("loan_request", ["loan_request", "registration"], ["name", "uscc", "request"], 1),
        (
            "credit_record",
            ["social_insurance", "tax"],
            ["item_code", "occurred_on", "amount_fen", "content"],
            3,
        ),
    ]
    assert {(entry.tenant_id, entry.staff_id, entry.purpose, entry.at) for entry in entries} == {
        (bank.tenant_id, bank.staff_id, "loan.match", later)
    }
    async with small_city.database.snapshot(small_city.stranger, now=later) as session:
        assert (await session.scalars(reads_of(small_city.firm_id))).all() == []


async def test_without_a_live_consent_there_is_none_and_no_receipt(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)

    async def closed(now: datetime | None = None) -> None:
        async with nothing_written(admin):
            assert await read(small_city, referral_id, bank.officer, now=now) is None

    await closed()
    granted = await small_city.consent(request_id, bank)
    consent_id = granted.consent_id
    assert await read(small_city, referral_id, bank.officer)
    await closed(granted.expires_at)
    assert await read(
        small_city, referral_id, bank.officer, now=granted.expires_at - timedelta(seconds=1)
    )
    await small_city.act(pause_consent, small_city.applicant, consent_id=consent_id)
    await closed()
    await small_city.act(resume_consent, small_city.applicant, consent_id=consent_id)
    assert await read(small_city, referral_id, bank.officer)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    await closed()


async def test_a_contract_alone_opens_no_dossier(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Its basis is identity and contact; what was read to decide was read on the consent that is gone."""
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    assert await read(small_city, referral_id, bank.officer)
    (consent_id,) = [row["id"] for row in await admin.fetch("select id from consents")]
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    async with nothing_written(admin):
        assert await read(small_city, referral_id, bank.officer) is None


async def test_a_token_narrowed_to_another_consent_opens_none(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)
    granted = await small_city.consent(request_id, bank)
    mine = replace(bank.officer, consent_id=granted.consent_id)
    assert await read(small_city, referral_id, mine)
    assert await read(small_city, referral_id, replace(mine, consent_id=uuid4())) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"permissions": frozenset({policies.REFERRAL_WORK})}, Forbidden),
        # May see referrals, but not the records of those behind them.
        ({"permissions": frozenset({policies.REFERRAL_READ})}, Forbidden),
        ({"areas": ("321324",)}, OutsideOwnArea),
        ({"purposes": ("loan.contract",)}, None),
        ({"purposes": ()}, None),
    ],
    ids=str,
)
async def test_the_reader_needs_the_right_the_reach_and_the_purpose(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Exception] | None,
) -> None:
    bank = small_city.banks[0]
    request_id, referral_id = await referred(small_city, bank)
    await small_city.consent(request_id, bank)
    reader = replace(bank.officer, **changes)
    async with nothing_written(admin):
        if refusal is None:
            assert await read(small_city, referral_id, reader) is None
        else:
            with pytest.raises(refusal):
                await read(small_city, referral_id, reader)
