"""Beside a consent: the permission that another replaces."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.commands import grant_consent
from suxin.consent.giving import ConsentExists, Granted
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
