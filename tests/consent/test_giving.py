"""Before and beside a consent: the impact assessment that must be on file, and the permission that another replaces."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import nothing_written, one
from small_city import SmallCity
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from suxin.consent.assessments import AssessmentMissing, file_assessment
from suxin.consent.commands import grant_consent
from suxin.consent.giving import ConsentExists, Granted
from suxin.consent.models import AssessedKind
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.subjects.models import CreditRecord, DataCategory


async def grant(city: SmallCity, **changes: Any) -> Granted:
    given: dict[str, Any] = {
        "tenant_id": city.banks[0].tenant_id,
        "purpose": "loan.match",
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": "loan.match/2026-11",
        "context_id": UUID(int=7),
        **changes,
    }
    granted: Granted = await city.act(grant_consent, city.applicant, **given)
    return granted


async def seen(city: SmallCity, *, now: Any) -> list[str]:
    async with city.database.snapshot(city.banks[0].officer, now=now) as session:
        return sorted(await session.scalars(select(CreditRecord.item_code)))


async def test_another_wish_supersedes_what_is_open_and_the_same_one_does_not(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 14: another manner or category is another consent, which takes the place of the first."""
    first = await grant(small_city)
    later = small_city.now + timedelta(hours=1)
    second = await grant(small_city, categories=[DataCategory.SOCIAL_INSURANCE], now=later)
    assert second.supersedes == first.consent_id
    assert await seen(small_city, now=later) == ["SI-HEADCOUNT"]
    rows = await admin.fetch("select id, state, ended_at from consents order by id")
    assert [tuple(row) for row in rows] == [
        (first.consent_id, "SUPERSEDED", later),
        (second.consent_id, "ACTIVE", None),
    ]
    ended = await admin.fetchval(
        "select ended_at from access_bases where source_id = $1", first.consent_id
    )
    assert ended == later
    async with nothing_written(admin):
        with pytest.raises(ConsentExists):
            await grant(small_city, categories=[DataCategory.SOCIAL_INSURANCE], now=later)
    shorter = await grant(small_city, categories=[DataCategory.SOCIAL_INSURANCE], life_days=7)
    assert shorter.supersedes == second.consent_id


async def test_nobody_is_asked_before_an_impact_assessment_is_on_file(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 55, 56."""
    await admin.execute("delete from impact_assessments where code = 'loan.match'")
    async with nothing_written(admin):
        with pytest.raises(AssessmentMissing) as refused:
            await grant(small_city)
    assert refused.value.facts == {"about": "loan.match"}
    given = {
        "kind": AssessedKind.PURPOSE,
        "code": "loan.match",
        "title": "评估",
        "conclusion": "风险可控",
        "document": b"the report",
    }
    async with nothing_written(admin):
        for caller in (small_city.applicant, small_city.banks[0].officer):
            with pytest.raises(Forbidden):
                await small_city.act(file_assessment, caller, **given)
    await small_city.act(file_assessment, small_city.operator, **given)
    row = await one(admin, "select * from impact_assessments where code = 'loan.match'")
    assert row["document_sha256"] == hashlib.sha256(b"the report").hexdigest()
    assert row["filed_by"] == small_city.operator.staff_id
    assert await grant(small_city)


@pytest.mark.parametrize("statement", ["delete from", "update"])
async def test_an_assessment_on_file_is_neither_changed_nor_deleted(
    small_city: SmallCity, statement: str
) -> None:
    """PIPL art. 56: kept for three years at least."""
    rest = " set title = 'x'" if statement == "update" else ""
    for actor in (small_city.operator, Actor.system("test")):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with small_city.database.transaction(actor, now=small_city.now) as session:
                await session.execute(text(f"{statement} impact_assessments{rest}"))
