"""Fetches: each counts against what was agreed, once; none comes after the consent's end."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import nothing_written, one
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.commands import grant_consent, pause_consent, resume_consent, revoke_consent
from suxin.consent.fetches import Delivery, RangeOutsideConsent, fetch_records
from suxin.consent.purposes import CategoriesOutsidePurpose, FetchUnit, Frequency
from suxin.consent.requests import ConsentForm, approve_request, request_consent
from suxin.consent.uses import ConsentNotActive, FrequencyExhausted
from suxin.kernel.database import Database
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.queries.dossier import dossier
from suxin.lending.queries.referrals import own_referral
from suxin.subjects.models import CreditRecord, DataCategory

ONCE = Frequency(1, FetchUnit.ONCE)


async def agreed(city: SmallCity, frequency: Frequency, **changes: Any) -> UUID:
    """Let the first bank ask for tax records at this frequency, and the applicant approve it; return the consent."""
    form = ConsentForm(
        **{
            "subject_id": city.firm_id,
            "purpose": "loan.match",
            "categories": [DataCategory.TAX],
            "life_days": 30,
            "frequency": frequency,
            **changes,
        }
    )
    asked = await city.act(request_consent, city.banks[0].officer, form=form)
    await city.act(
        approve_request,
        city.applicant,
        consent_id=asked.consent_id,
        categories=form.categories,
        life_days=form.life_days,
        notice_version="loan.match/2026-11",
    )
    consent_id: UUID = asked.consent_id
    return consent_id


async def fetch(city: SmallCity, consent_id: UUID, **given: Any) -> Delivery:
    number = given.pop("number", 0)
    delivered: Delivery = await city.act(
        fetch_records, city.banks[number].officer, consent_id=consent_id, **given
    )
    return delivered


async def test_a_fetch_delivers_what_was_agreed_and_leaves_a_receipt(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await agreed(small_city, Frequency(3, FetchUnit.DAY))
    delivered = await fetch(small_city, consent_id)
    assert sorted(record["item"] for record in delivered.records) == ["TAX-GRADE", "TAX-PAID"]
    kept = await one(admin, "select number, sha256, at_desk, period from consent_fetches")
    assert tuple(kept.values()) == (1, delivered.sha256, False, "2026-11-20")
    receipt = await one(
        admin,
        "select tenant_id, staff_id, subject_id, purpose, row_count, consent_id, object_type"
        " from audit_entries where action = 'data.read'",
    )
    bank = small_city.banks[0]
    assert tuple(receipt.values()) == (
        bank.tenant_id,
        bank.staff_id,
        small_city.firm_id,
        "loan.match",
        2,
        consent_id,
        "credit_record",
    )


@pytest.mark.parametrize(
    ("frequency", "again_after"),
    [
        (Frequency(2, FetchUnit.DAY), timedelta(hours=14)),
        (Frequency(2, FetchUnit.MONTH), timedelta(days=11)),
        (ONCE, None),
    ],
    ids=["a day", "a month", "one-time"],
)
async def test_no_more_is_fetched_than_was_agreed(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    frequency: Frequency,
    again_after: timedelta | None,
) -> None:
    consent_id = await agreed(small_city, frequency)
    for _ in range(frequency.times):
        await fetch(small_city, consent_id)
    async with nothing_written(admin):
        with pytest.raises(FrequencyExhausted):
            await fetch(small_city, consent_id)
    if again_after is None:
        with pytest.raises(FrequencyExhausted):
            await fetch(small_city, consent_id, now=small_city.now + timedelta(days=29))
        return
    # 10:00 in Shanghai: the next day begins after fourteen hours, the next month after eleven days.
    with pytest.raises(FrequencyExhausted):
        early = small_city.now + again_after - timedelta(seconds=1)
        await fetch(
            small_city, consent_id, now=early - timedelta(hours=10) * (again_after.days > 0)
        )
    await fetch(small_city, consent_id, now=small_city.now + again_after)


async def test_sixteen_fetches_of_a_one_time_consent_deliver_exactly_once(
    small_city: SmallCity, city: Any, admin: asyncpg.Connection
) -> None:
    consent_id = await agreed(small_city, ONCE)
    database = Database.connect(city.app, pool_size=16)
    officer, now = small_city.banks[0].officer, small_city.now

    async def once() -> bool:
        try:
            await database.run(
                officer,
                lambda session: fetch_records(session, officer, consent_id=consent_id, now=now),
                now=now,
            )
        except FrequencyExhausted:
            return False
        return True

    try:
        outcomes = await asyncio.gather(*(once() for _ in range(16)))
    finally:
        await database.close()
    assert sum(outcomes) == 1
    assert await admin.fetchval("select count(*) from consent_fetches") == 1
    assert (
        await admin.fetchval("select count(*) from audit_entries where action = 'data.read'") == 1
    )


async def test_a_consent_that_is_not_active_delivers_nothing(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await agreed(small_city, Frequency(9, FetchUnit.DAY))
    mine, subject = {"consent_id": consent_id}, small_city.applicant

    async def refused(state: str, now: datetime | None = None) -> None:
        async with nothing_written(admin):
            with pytest.raises(ConsentNotActive) as refusal:
                await fetch(small_city, consent_id, now=now or small_city.now)
        assert refusal.value.facts["state"] == state

    await small_city.act(pause_consent, subject, **mine)
    await refused("PAUSED")
    await small_city.act(resume_consent, subject, **mine)
    assert (await fetch(small_city, consent_id)).number == 1
    await refused("EXPIRED", small_city.now + timedelta(days=30))
    await small_city.act(revoke_consent, subject, reason=None, **mine)
    await refused("REVOKED")


async def test_a_fetch_stays_within_what_was_agreed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await agreed(small_city, Frequency(9, FetchUnit.DAY), range_months=12)
    async with nothing_written(admin):
        with pytest.raises(CategoriesOutsidePurpose):
            await fetch(small_city, consent_id, categories=[DataCategory.SOCIAL_INSURANCE])
        with pytest.raises(CategoriesOutsidePurpose):
            await fetch(small_city, consent_id, categories=[])
        with pytest.raises(RangeOutsideConsent):
            await fetch(small_city, consent_id, since=date(2025, 11, 19))
        with pytest.raises(NotFound):
            await fetch(small_city, consent_id, number=1)
        with pytest.raises(NotFound):
            await fetch(small_city, uuid4())
        with pytest.raises(Forbidden):
            await small_city.act(fetch_records, small_city.operator, consent_id=consent_id)
    assert (await fetch(small_city, consent_id, since=date(2026, 4, 2))).records == ()


async def test_records_from_before_the_range_are_out_of_sight_by_row_policy(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await agreed(small_city, Frequency(9, FetchUnit.DAY), range_months=12)
    await admin.execute(
        "update credit_records set occurred_on = '2025-11-19' where item_code = 'TAX-PAID'"
    )
    officer = small_city.banks[0].officer
    async with small_city.database.snapshot(officer, now=small_city.now) as session:
        assert list(await session.scalars(select(CreditRecord.item_code))) == ["TAX-GRADE"]


async def test_what_a_fetch_delivered_is_read_by_its_tenant_only_while_the_consent_lives(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    from suxin.consent.models import ConsentFetch

    consent_id = await agreed(small_city, Frequency(9, FetchUnit.DAY))
    await fetch(small_city, consent_id)

    async def kept(actor: Any) -> int:
        async with small_city.database.snapshot(actor, now=small_city.now) as session:
            return len((await session.scalars(select(ConsentFetch.number))).all())

    bank, rival = small_city.banks
    assert [await kept(one.officer) for one in (bank, rival)] == [1, 0]
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    assert [await kept(bank.officer), await kept(small_city.applicant)] == [0, 1]


async def test_a_day_at_the_desk_is_one_use_however_often_one_looks(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, bank)
    referral_id = await small_city.referral_to(submitted, bank)

    async def look(now: datetime) -> None:
        async with small_city.database.snapshot(bank.officer, now=now) as session:
            referral, _ = await own_referral(session, bank.officer, referral_id)
            assert await dossier(session, bank.officer, referral)

    for hours in (0, 1, 2, 14, 15):
        await look(small_city.now + timedelta(hours=hours))
    rows = await admin.fetch("select number, period, at_desk, content from consent_fetches")
    assert [tuple(row) for row in rows] == [
        (1, "2026-11-20", True, None),
        (2, "2026-11-21", True, None),
    ]
    # A day on which the system fetched is counted already, also when that used the day up.
    third = small_city.now + timedelta(days=2)
    for _ in range(20):
        await fetch(small_city, granted.consent_id, now=third)
    await look(third)
    assert await admin.fetchval("select count(*) from consent_fetches where at_desk") == 2


async def test_a_one_time_consent_that_was_used_opens_no_desk_on_another_day(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """What a reading uses up is used up before its answer is sent; if nothing is left, there is no answer."""
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    await small_city.consent(submitted.request.id, bank)
    await admin.execute("update consents set frequency_times = 1, frequency_unit = 'ONCE'")
    referral_id = await small_city.referral_to(submitted, bank)

    async def look(now: datetime) -> bool:
        async with small_city.database.snapshot(bank.officer, now=now) as session:
            referral, _ = await own_referral(session, bank.officer, referral_id)
            return await dossier(session, bank.officer, referral) is not None

    assert await look(small_city.now)
    assert await look(small_city.now + timedelta(hours=1))
    async with nothing_written(admin):
        with pytest.raises(FrequencyExhausted):
            await look(small_city.now + timedelta(days=1))


async def test_superseding_does_not_let_a_fetch_slip_in_between(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await agreed(small_city, Frequency(9, FetchUnit.DAY))
    await small_city.act(
        grant_consent,
        small_city.applicant,
        tenant_id=small_city.banks[0].tenant_id,
        purpose="loan.match",
        categories=[DataCategory.SOCIAL_INSURANCE],
        life_days=10,
        notice_version="loan.match/2026-11",
        context_id=None,
    )
    async with nothing_written(admin):
        with pytest.raises(ConsentNotActive) as refused:
            await fetch(small_city, consent_id)
    assert refused.value.zh_message == "授权当前状态为“已被替代”，不能查询"
