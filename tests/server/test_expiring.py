"""Records that are over: erased with what was delivered of them, counted with their batch, and not taken in again."""

from datetime import date, timedelta

import pytest
from repairs import add_penalty
from sample_rows import insert, sample

from suxin.consent.models import ConsentFetch
from suxin.subjects.expiry import over_since
from suxin.subjects.ingestion.models import IngestionBatch
from suxin_server import expiring
from suxin_server.expiring import erase_over


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 20), date(2021, 11, 20)),
        # As PostgreSQL takes years off a day.
        (date(2028, 2, 29), date(2023, 2, 28)),
        (date(2029, 2, 28), date(2024, 2, 28)),
    ],
)
def test_a_record_is_over_five_years_after_its_day(today, since):
    """征信业管理条例 art. 16."""
    assert over_since(today) == since


@pytest.fixture
async def batch_id(small_city, admin):
    row = sample(
        IngestionBatch,
        small_city.now,
        state="COMPLETED",
        finished_at=small_city.now,
        **dict.fromkeys(("rows_read", "rows_added"), 3),
        **dict.fromkeys(("rows_changed", "rows_unchanged", "rows_rejected", "rows_erased"), 0),
    )
    await insert(admin, IngestionBatch, row)
    return row["id"]


async def test_what_is_over_is_erased_with_its_deliveries_and_counted_with_its_batch(
    small_city, admin, batch_id, monkeypatch
):
    """征信业管理条例 art. 16: from the day on which five years are over, and not a day before."""
    monkeypatch.setattr(expiring, "CHUNK", 1)
    today = date(2026, 11, 20)
    for number, day in (("1", "2021-11-20"), ("2", "2019-01-01"), ("3", "2021-11-21")):
        await add_penalty(
            small_city, number=number, occurred_on=date.fromisoformat(day), batch_id=batch_id
        )
    told = '[{"item": "PENALTY", "occurredOn": "%s", "content": %s}]'
    for number, day in (("1", "2021-11-20"), ("3", "2021-11-21")):
        content = await admin.fetchval(
            "select content::text from credit_records where content ->> 'number' = $1", number
        )
        row = sample(
            ConsentFetch,
            small_city.now,
            subject_id=small_city.firm_id,
            content=told % (day, content),
        )
        await insert(admin, ConsentFetch, row)
    assert over_since(today) == date(2021, 11, 20)

    assert await erase_over(small_city.batch, small_city.database, now=small_city.now) == 2
    assert await erase_over(small_city.batch, small_city.database, now=small_city.now) == 0

    left = await admin.fetch(
        "select content ->> 'number' from credit_records where polarity = 'negative'"
    )
    assert [row[0] for row in left] == ["3"]
    erased = await admin.fetch("select content is null from consent_fetches order by content")
    assert sorted(row[0] for row in erased) == [False, True]
    counts = await admin.fetchrow("select rows_added, rows_erased from ingestion_batches")
    assert tuple(counts) == (3, 2)
    acts = await admin.fetch(
        "select subject_id, detail ->> 'item' from audit_entries where action = 'subjects.records.expired'"
    )
    assert {tuple(row) for row in acts} == {(small_city.firm_id, "PENALTY")}

    later = small_city.now + timedelta(days=1)
    assert await erase_over(small_city.batch, small_city.database, now=later) == 1


async def test_what_one_declared_or_speaks_for_somebody_stays(small_city, admin):
    """Only what speaks against somebody and somebody else recorded goes by this."""
    await admin.execute("update credit_records set occurred_on = '2015-01-01', valid_until = null")
    await admin.execute(
        "update credit_records set polarity = 'negative', self_declared = true where item_code = 'TAX-PAID'"
    )
    before = await admin.fetchval("select count(*) from credit_records")
    assert await erase_over(small_city.batch, small_city.database, now=small_city.now) == 0
    assert await admin.fetchval("select count(*) from credit_records") == before
