"""Lawful channels: what of a natural person reaches no bank, what of a bank no other bank, and no tenant a score."""

from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.commands import grant_consent
from suxin.consent.fetches import fetch_records
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.subjects.models import CreditRecord, DataCategory
from suxin.subjects.queries import records_of
from suxin.tenancy.commands import set_credit_licence


async def recorded(
    admin: asyncpg.Connection,
    subject: Any,
    category: str,
    channel: str,
    *,
    natural: bool = True,
    item: str = "X",
) -> None:
    """Put a record about somebody into the database, as a load of the city's sources would."""
    await admin.execute(
        "insert into credit_records (subject_id, id, item_code, category, channel, natural_person,"
        " source, source_ref, occurred_on, polarity, status, content, self_declared, loaded_at)"
        " values ($1, $2, $3, $4, $5, $6, 'test', $7, $8, 'negative', 'active', '{\"number\": 815}',"
        " $9, now())",
        subject,
        uuid4(),
        item,
        category,
        channel,
        natural,
        str(uuid4()),
        date(2026, 5, 1),
        channel == "filed_by_subject",
    )


def himself(city: SmallCity) -> Actor:
    return Actor.subject("test", person_id=city.person_id, subject_id=city.person_id)


async def permitted(city: SmallCity, actor: Actor, **changes: Any) -> Any:
    return await city.act(
        grant_consent,
        actor,
        **{
            "tenant_id": city.banks[0].tenant_id,
            "purpose": "loan.match",
            "categories": [DataCategory.TAX, DataCategory.HONOURS],
            "life_days": 30,
            "notice_version": "loan.match/2026-11",
            "context_id": None,
            **changes,
        },
    )


async def seen(city: SmallCity, number: int = 0) -> list[str]:
    """Return the items that an officer sees, whatever the code around the row policies does."""
    officer = city.banks[number].officer
    async with city.database.snapshot(officer, now=city.now) as session:
        return sorted(await session.scalars(select(CreditRecord.item_code)))


async def test_a_bank_reads_of_a_person_what_he_filed_himself_and_no_more(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """征信业管理条例 art. 7, 13: the platform is no unlicensed credit bureau."""
    person = small_city.person_id
    await recorded(admin, person, "honours", "filed_by_subject", item="VOL-HONOUR")
    await recorded(admin, person, "honours", "publicly_disclosed", item="HONOUR")
    await recorded(admin, person, "tax", "authorised_public", item="TAX-PAID")
    granted = await permitted(small_city, himself(small_city))
    assert DataCategory.TAX not in granted.categories
    assert [(cut.zh, cut.en) for cut in granted.cuts] == [
        (
            "“纳税信息”须经持牌个人征信渠道提供，本次不提供给该银行",
            "the category tax needs a licensed credit reporting channel",
        )
    ]
    assert await seen(small_city) == ["VOL-HONOUR"]


async def test_a_licence_opens_the_channel_and_its_end_closes_it_at_once(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    tax = {"categories": [DataCategory.TAX]}
    await recorded(admin, small_city.person_id, "tax", "authorised_public", item="TAX-PAID")
    licence = {"tenant_id": small_city.banks[0].tenant_id, "reason": "个征字第 1 号"}
    async with nothing_written(admin):
        for caller in (small_city.banks[0].officer, small_city.applicant):
            with pytest.raises(Forbidden):
                await small_city.act(set_credit_licence, caller, licensed=True, **licence)
    await small_city.act(set_credit_licence, small_city.operator, licensed=True, **licence)
    granted = await permitted(small_city, himself(small_city), **tax)
    assert DataCategory.TAX in granted.categories
    assert await seen(small_city) == ["TAX-PAID"]
    officer, consent = small_city.banks[0].officer, {"consent_id": granted.consent_id}
    assert len((await small_city.act(fetch_records, officer, **consent, **tax)).records) == 1
    await small_city.act(set_credit_licence, small_city.operator, licensed=False, **licence)
    assert await seen(small_city) == []
    async with nothing_written(admin):
        with pytest.raises(LicensedChannelRequired) as refused:
            await small_city.act(fetch_records, officer, **consent, **tax)
    assert refused.value.facts == {"category": "tax", "category_zh": "纳税信息"}


async def test_a_purpose_that_needs_what_may_not_reach_the_bank_is_refused_by_name(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    async with nothing_written(admin):
        with pytest.raises(LicensedChannelRequired) as refused:
            await permitted(
                small_city,
                himself(small_city),
                purpose="bank.credit",
                categories=[DataCategory.RURAL_RATING],
                notice_version="bank.credit/2026-11",
            )
    assert refused.value.facts["category"] == "rural_rating"


async def test_an_organisations_public_records_need_no_licence(small_city: SmallCity) -> None:
    await permitted(small_city, small_city.applicant)
    assert await seen(small_city) == ["TAX-GRADE", "TAX-PAID"]


@pytest.mark.parametrize("licensed", [False, True])
@pytest.mark.parametrize("category", ["loan_performance", "score"])
async def test_one_banks_overdue_and_a_score_never_reach_another_bank(
    small_city: SmallCity, admin: asyncpg.Connection, category: str, *, licensed: bool
) -> None:
    """Whatever is consented to, whoever holds which licence, and whatever stands in a basis."""
    for subject, natural in ((small_city.person_id, True), (small_city.firm_id, False)):
        await recorded(admin, subject, category, "licensed", natural=natural, item="SECRET")
    await admin.execute("update tenants set credit_licensed = $1", licensed)
    for actor in (himself(small_city), small_city.applicant):
        granted = await permitted(small_city, actor, categories=list(DataCategory))
        assert category not in {one.value for one in granted.categories}
    # The database takes no basis for it, and would show nothing on one.
    with pytest.raises(asyncpg.CheckViolationError, match="never_shared"):
        await admin.execute("update access_bases set categories = array[$1]", category)
    await admin.execute("alter table access_bases drop constraint ck_access_bases_never_shared")
    await admin.execute("update access_bases set categories = array[$1]", category)
    for number in (0, 1):
        assert "SECRET" not in await seen(small_city, number)
        officer = small_city.banks[number].officer
        async with small_city.database.snapshot(officer, now=small_city.now) as session:
            for subject in (small_city.person_id, small_city.firm_id):
                page = await records_of(session, officer, subject, "loan.match")
                assert page.rows == ()
    # Their subject sees them.
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        own = await records_of(session, small_city.applicant, small_city.firm_id, "loan.match")
        assert "SECRET" in {row.item_code for row in own.rows}
