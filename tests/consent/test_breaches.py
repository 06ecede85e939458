"""The scope of a breach: whose data given tenants and clients read in a time; and receipts that nothing prunes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from observing import acts, nothing_written
from small_city import SmallCity

from suxin.consent.breaches import Concerned, report_breach_scope
from suxin.consent.fetches import fetch_records
from suxin.kernel.refusals import Forbidden, Invalid
from suxin_server.pruning import prune

RECEIPTS = "select count(*) from audit_entries where action = 'data.read'"


async def read_twice(city: SmallCity) -> UUID:
    """Let the first bank read by an officer, and by a client an hour later; return the consent."""
    bank = city.banks[0]
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, bank)
    consent_id: UUID = granted.consent_id
    await city.act(fetch_records, bank.officer, consent_id=consent_id)
    client = replace(bank.officer, client_id="a-client", staff_id=None)
    await city.act(fetch_records, client, consent_id=consent_id, now=city.now + timedelta(hours=1))
    return consent_id


async def report(city: SmallCity, **given: object) -> list[Concerned]:
    found: list[Concerned] = await city.act(
        report_breach_scope,
        city.operator,
        **{
            "tenant_ids": [],
            "client_ids": [],
            "since": city.now,
            "until": city.now + timedelta(days=1),
            **given,
        },
    )
    return found


async def test_a_receipt_names_the_client_and_the_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await read_twice(small_city)
    rows = await admin.fetch(
        "select staff_id, client_id, consent_id from audit_entries where action = 'data.read' order by id"
    )
    assert [tuple(row) for row in rows] == [
        (small_city.banks[0].staff_id, None, consent_id),
        (None, "a-client", consent_id),
    ]


async def test_whose_data_was_read_by_whom_and_when(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 57."""
    await read_twice(small_city)
    bank, rival = small_city.banks
    (one,) = await report(small_city, tenant_ids=[bank.tenant_id])
    assert (one.subject_id, one.reads, one.rows) == (small_city.firm_id, 2, 6)
    assert (one.first_at, one.last_at) == (
        small_city.now,
        small_city.now + timedelta(hours=1),
    )
    assert {"tax", "social_insurance"} <= set(one.categories)
    (one,) = await report(small_city, client_ids=["a-client"])
    assert (one.reads, one.first_at) == (1, small_city.now + timedelta(hours=1))
    assert await report(small_city, tenant_ids=[rival.tenant_id]) == []
    assert await report(small_city, client_ids=["another"]) == []
    # Half-open: what was read at its end is outside, and so is what was read before it began.
    hour = small_city.now + timedelta(hours=1)
    for span, at in (({"until": hour}, small_city.now), ({"since": hour}, hour)):
        (one,) = await report(small_city, tenant_ids=[bank.tenant_id], **span)
        assert (one.reads, one.first_at, one.last_at) == (1, at, at)
    assert await acts(admin, "consent.breach") == ["consent.breach.reported"] * 6


async def test_only_the_operator_asks_and_must_say_about_whom(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    span = {"since": small_city.now, "until": small_city.now + timedelta(days=1)}
    async with nothing_written(admin):
        for caller in (small_city.banks[0].officer, small_city.applicant):
            with pytest.raises(Forbidden):
                await small_city.act(
                    report_breach_scope,
                    caller,
                    tenant_ids=[small_city.banks[0].tenant_id],
                    client_ids=[],
                    **span,
                )
        with pytest.raises(Invalid):
            await report(small_city)
        with pytest.raises(Invalid):
            await report(small_city, client_ids=["x"], until=small_city.now)


async def test_receipts_outlive_every_pruning(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Kept for five years at least (深圳经济特区社会信用条例; proposed here): nobody may delete one at all."""
    await read_twice(small_city)
    await prune(small_city.database, now=small_city.now + timedelta(days=6 * 365))
    assert await admin.fetchval(RECEIPTS) == 2
    may_delete = await admin.fetch(
        "select grantee from information_schema.role_table_grants"
        " where table_name = 'audit_entries' and privilege_type in ('DELETE', 'TRUNCATE')"
        " and grantee like 'suxin_%' and grantee <> 'suxin_owner'"
    )
    assert may_delete == []
