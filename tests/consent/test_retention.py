"""Retention: at its end nothing is left of what a tenant received on a consent, and the tenant is told."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from observing import acts, carry_out, posted, told
from small_city import SmallCity, offered
from sqlalchemy import select

from suxin.consent.commands import expire_consent, revoke_consent
from suxin.consent.fetches import fetch_records
from suxin.consent.retention import erase_received
from suxin.kernel.actor import Actor
from suxin.lending.commands.offers import accept_offer
from suxin.lending.models import DecisionSnapshot

ERASE = "consent.received.erase"
ERASED = "consent.received.erased"
TOLD = "授权数据已到期删除"


async def delivered(city: SmallCity) -> UUID:
    """Let the first bank fetch once on a consent of the applicant; return the consent."""
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, city.banks[0])
    consent_id: UUID = granted.consent_id
    await city.act(fetch_records, city.banks[0].officer, consent_id=consent_id)
    return consent_id


async def received(admin: asyncpg.Connection) -> list[tuple[Any, ...]]:
    rows = await admin.fetch(
        "select content is null, sha256 is null, erased_at from consent_fetches"
    )
    return [tuple(row) for row in rows]


async def test_what_ran_out_is_erased_at_the_end_of_its_retention_and_not_before(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 19, 47(1): kept no longer than was told."""
    consent_id, ended = await delivered(small_city), small_city.now + timedelta(days=30)
    assert await carry_out(small_city, admin, "consent.consent.expire", now=ended) == 1
    over = ended + timedelta(days=180)
    assert await carry_out(small_city, admin, ERASE, now=over - timedelta(seconds=1)) == 0
    assert await received(admin) == [(False, False, None)]
    assert await carry_out(small_city, admin, ERASE, now=over) == 1
    # The content is gone wherever it was; that it was delivered stays on record.
    assert await received(admin) == [(True, False, over)]
    left = await admin.fetchval(
        "select count(*) from consent_fetches where content::text like '%TAX-GRADE%'"
    )
    assert left == 0
    assert await acts(admin, "consent.received") == ["consent.received.erased"]
    assert await admin.fetchval("select state from consents where id = $1", consent_id) == "EXPIRED"


async def test_what_was_taken_back_is_erased_at_once(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 47(1)(3)."""
    consent_id = await delivered(small_city)
    later = small_city.now + timedelta(days=1)
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=consent_id, reason=None, now=later
    )
    assert await carry_out(small_city, admin, ERASE, now=later) == 1
    assert await received(admin) == [(True, False, later)]


async def test_the_tenant_is_told_by_an_event_that_names_nobody(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id, later = await delivered(small_city), small_city.now + timedelta(days=1)
    bank_id = small_city.banks[0].tenant_id
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=consent_id, reason=None, now=later
    )
    await carry_out(small_city, admin, ERASE, now=later)
    [event] = await posted(admin, ERASED)
    assert event["tenant_id"] == bank_id
    assert json.loads(event["payload"]) == {
        "tenant_id": str(bank_id),
        "consent_id": str(consent_id),
        "deliveries": 1,
        "erased_at": later.isoformat(),
    }
    assert TOLD not in await told(admin, bank_id)
    assert await carry_out(small_city, admin, ERASED, now=later) == 1
    assert (await told(admin, bank_id)).count(TOLD) == 1
    assert TOLD not in await told(admin, small_city.banks[1].tenant_id)


async def test_a_consent_that_stands_is_left_alone(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await delivered(small_city)
    system, now = Actor.system("test"), small_city.now
    async with small_city.database.transaction(system, now=now) as session:
        given = {"subject_id": small_city.firm_id, "consent_id": consent_id}
        assert await erase_received(session, **given, now=now) == 0
        assert await expire_consent(session, **given, now=now) is False
    assert await received(admin) == [(False, False, None)]


async def test_what_an_accepted_offer_was_decided_on_stays_on_its_contract(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 13(2): the contract's own ground; its subject sees it as well."""
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    consent_id = await admin.fetchval("select id from consents where state = 'ACTIVE'")
    await small_city.act(fetch_records, bank.officer, consent_id=consent_id)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    year_later = small_city.now + timedelta(days=365)
    assert await carry_out(small_city, admin, ERASE, now=year_later) == 1
    assert [row[0] for row in await received(admin)] == [True]
    for reader in (bank.officer, small_city.applicant):
        async with small_city.database.snapshot(reader, now=year_later) as session:
            kept = (await session.scalars(select(DecisionSnapshot))).one()
            assert kept.request_id == submitted.request.id
            assert len(kept.content["records"]) == 3
    over = await admin.fetchval("select ends_at from access_bases where kind = 'contract'")
    async with small_city.database.snapshot(bank.officer, now=over) as session:
        assert (await session.scalars(select(DecisionSnapshot))).all() == []
