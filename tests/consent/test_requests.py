"""Requests for consent: asked by a tenant, answered by the subject, lapsed by time; a no is not asked again soon."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from observing import acts, carry_out, nothing_written, one, told
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.giving import ConsentExists, NoticeOutdated
from suxin.consent.models import ConsentStateConflict
from suxin.consent.purposes import FetchUnit, Frequency
from suxin.consent.requests import (
    Asked,
    AskedAgainTooSoon,
    ConsentForm,
    approve_request,
    refuse_consent,
    reject_request,
    request_consent,
)
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.subjects.models import CreditRecord, DataCategory

TEXT = "loan.match/2026-11"


def form(city: SmallCity, **changes: Any) -> ConsentForm:
    return ConsentForm(
        **{
            "subject_id": city.firm_id,
            "purpose": "loan.match",
            "categories": [DataCategory.TAX],
            "life_days": 30,
            **changes,
        }
    )


async def ask(city: SmallCity, *, now: Any = None, number: int = 0, **changes: Any) -> Asked:
    asked: Asked = await city.act(
        request_consent, city.banks[number].officer, form=form(city, **changes), now=now
    )
    return asked


async def approve(city: SmallCity, asked: Asked, **changes: Any) -> Any:
    given = {
        "consent_id": asked.consent_id,
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": TEXT,
        **changes,
    }
    actor = given.pop("actor", city.applicant)
    return await city.act(approve_request, actor, **given)


async def seen(city: SmallCity) -> int:
    async with city.database.snapshot(city.banks[0].officer, now=city.now) as session:
        return len((await session.scalars(select(CreditRecord.id))).all())


async def test_a_request_reads_nothing_until_it_is_approved_and_then_no_more_than_was_chosen(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city, categories=[DataCategory.TAX, DataCategory.SOCIAL_INSURANCE])
    assert await carry_out(small_city, admin, "consent.request.asked", now=small_city.now) == 1
    assert await told(admin, small_city.person_id) == ["有机构请求您的授权"]
    assert await seen(small_city) == 0
    granted = await approve(
        small_city, asked, categories=[DataCategory.TAX, DataCategory.PENALTIES], life_days=90
    )
    # Neither a category nor a day more than was asked.
    assert DataCategory.PENALTIES not in granted.categories
    assert granted.expires_at == small_city.now + timedelta(days=30)
    assert await seen(small_city) == 2
    row = await one(admin, "select state, decided_by, natural_person from consents")
    assert tuple(row.values()) == ("ACTIVE", small_city.person_id, False)
    assert await acts(admin, "consent.consent") == [
        "consent.consent.requested",
        "consent.consent.granted",
    ]


async def test_a_request_that_is_too_wide_is_narrowed_and_says_so_in_both_languages(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 6, 19."""
    asked = await ask(
        small_city,
        categories=[DataCategory.TAX, DataCategory.GRID_POINTS],
        life_days=365,
        range_months=120,
        retention_days=3650,
        frequency=Frequency(50, FetchUnit.DAY),
    )
    assert [(cut.zh, cut.en) for cut in asked.cuts] == [
        (
            "“网格积分（仅加分项合计）”与用途无关",
            "the category grid_points has nothing to do with the purpose",
        ),
        ("有效期由 365 天调整为 90 天", "the life was cut from 365 days to 90 days"),
        ("数据范围由 120 个月调整为 60 个月", "the range was cut from 120 months to 60 months"),
        ("保存期限由 3650 天调整为 180 天", "the retention was cut from 3650 days to 180 days"),
        (
            "查询频次由每日 50 次调整为每日 20 次",
            "the frequency was cut from 50 a day to 20 a day",
        ),
    ]
    row = await one(
        admin, "select life_days, retention_days, frequency_times, records_from::text from consents"
    )
    assert tuple(row.values()) == (90, 180, 20, "2021-11-20")


async def test_nobody_but_its_subject_answers_a_request(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city)
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await approve(small_city, asked, actor=small_city.stranger)
        for caller in (small_city.banks[0].officer, small_city.operator):
            with pytest.raises(Forbidden):
                await approve(small_city, asked, actor=caller)
        with pytest.raises(NoticeOutdated):
            await approve(small_city, asked, notice_version="loan.match/2020-01")
    await approve(small_city, asked)
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await approve(small_city, asked)
        with pytest.raises(ConsentStateConflict):
            await small_city.act(
                reject_request, small_city.applicant, consent_id=asked.consent_id, reason=None
            )


async def test_silence_lapses_and_the_subject_is_told(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city)
    topic = "consent.request.lapse"
    assert await carry_out(small_city, admin, topic, now=small_city.now) == 0
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await approve(small_city, asked, now=asked.answer_by)
    assert await carry_out(small_city, admin, topic, now=asked.answer_by) == 1
    assert await admin.fetchval("select state from consents") == "LAPSED"
    assert await told(admin, small_city.person_id) == ["授权请求已失效"]
    # Silence is no refusal: the same may be asked again.
    await ask(small_city, now=asked.answer_by)


async def test_what_was_answered_does_not_lapse(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city)
    await approve(small_city, asked)
    assert await carry_out(small_city, admin, "consent.request.lapse", now=asked.answer_by) == 1
    assert await admin.fetchval("select state from consents") == "ACTIVE"


async def test_a_refusal_is_not_asked_again_for_a_while_and_a_second_for_longer(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """网络数据安全管理条例 art. 22(5): nobody is asked again and again after he refused."""
    asked, now = await ask(small_city), small_city.now
    for pause in (timedelta(hours=48), timedelta(days=30)):
        await small_city.act(
            reject_request,
            small_city.applicant,
            consent_id=asked.consent_id,
            reason="不需要",
            now=now,
        )
        async with nothing_written(admin):
            with pytest.raises(AskedAgainTooSoon) as refused:
                await ask(small_city, now=now + pause - timedelta(seconds=1))
        assert refused.value.facts == {"again_at": (now + pause).isoformat()}
        now += pause
        # Another bank, and another matter, are other questions.
        asked = await ask(small_city, now=now)
    await ask(small_city, number=1)
    await ask(small_city, context_id=uuid4())


async def test_a_no_said_on_a_clients_page_counts_as_well(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    said = {
        "tenant_id": small_city.banks[0].tenant_id,
        "purpose": "loan.match",
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "context_id": None,
    }
    refused_id = await small_city.act(refuse_consent, small_city.applicant, **said)
    row = await one(admin, "select id, state from consents")
    assert tuple(row.values()) == (refused_id, "REJECTED")
    assert await admin.fetchval("select count(*) from access_bases") == 0
    with pytest.raises(AskedAgainTooSoon):
        await ask(small_city)
    # What was given is not taken back by a no to the same question.
    later = small_city.now + timedelta(days=3)
    asked = await ask(small_city, now=later)
    await approve(small_city, asked, now=later)
    async with nothing_written(admin):
        assert await small_city.act(refuse_consent, small_city.applicant, now=later, **said) is None


async def test_the_same_is_not_asked_twice_nor_what_is_given(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city)
    async with nothing_written(admin):
        with pytest.raises(ConsentExists):
            await ask(small_city)
    await approve(small_city, asked)
    async with nothing_written(admin):
        with pytest.raises(ConsentExists):
            await ask(small_city)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"life_days": 0}, "lifeDays"),
        ({"range_months": -1}, "rangeMonths"),
        ({"retention_days": 0}, "retentionDays"),
        ({"frequency": Frequency(0, FetchUnit.DAY)}, "frequency"),
    ],
    ids=["life", "range", "retention", "frequency"],
)
async def test_syntax_is_checked_before_anything_else(
    small_city: SmallCity, admin: asyncpg.Connection, changes: dict[str, Any], field: str
) -> None:
    async with nothing_written(admin):
        with pytest.raises(Invalid) as refused:
            await ask(small_city, purpose="no.such.purpose", **changes)
    assert refused.value.field == field


async def test_whether_a_subject_exists_is_not_told_to_who_asks(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await ask(small_city, subject_id=uuid4())
    assert await carry_out(small_city, admin, "consent.request.asked", now=small_city.now) == 1
    assert await carry_out(small_city, admin, "consent.request.lapse", now=asked.answer_by) == 1
    assert await admin.fetchval("select count(*) from notices") == 0
