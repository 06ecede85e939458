"""Batches in the worker: what they tell anew of repaired records counts no more, from the first slice on."""

import json

import pytest
from repairs import NUMBER
from sample_rows import insert, sample

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Job
from suxin.repair.models import RepairApplication
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.commands import RUN_TOPIC, receive_batch
from suxin.subjects.ingestion.deliveries import Delivery
from suxin_server.ingesting import IngestionRuns

FIRM = "91321302MATE5T017A"
HEADER = "uscc,item_code,source_ref,occurred_on,content\n"
TOLD = (("1", NUMBER), ("2", "another"))


@pytest.fixture
async def repaired(small_city, admin):
    """A penalty of the firm's that the window has repaired."""
    row = sample(
        RepairApplication,
        small_city.now,
        subject_id=small_city.firm_id,
        state="REPAIRED",
        item_code="PENALTY",
        record_ref=NUMBER,
        applied_at=small_city.now,
        copies=1,
        ended_at=small_city.now,
    )
    await insert(admin, RepairApplication, row)


@pytest.fixture
async def batch_id(small_city):
    """A batch of another department that waits: the repaired penalty and another one."""
    now = small_city.now
    async with small_city.batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)
    lines = ""
    for reference, number in TOLD:
        content = {"authority": "市场监督管理局", "number": number, "class": "一般"}
        cell = json.dumps(content, ensure_ascii=False).replace('"', '""')
        lines += f'{FIRM},PENALTY,{reference},2026-06-01,"{cell}"\n'
    delivery = Delivery(
        source="发展改革委", batch_key="1", file_name="a.csv", content=(HEADER + lines).encode()
    )
    return (
        await small_city.act(
            receive_batch, small_city.operator, delivery=delivery, sealer=small_city.sealer
        )
    ).id


@pytest.mark.parametrize(("slice_s", "read"), [(20.0, 2), (0.0, 1)])
async def test_what_is_told_anew_of_a_repaired_record_counts_no_more(
    small_city, city, admin, monkeypatch, repaired, batch_id, slice_s, read
):
    """信用修复管理办法 art. 3; also when a long batch is read in slices, between which others look."""
    monkeypatch.setattr(limits, "CHUNK_ROWS", 1)
    runs = IngestionRuns(city.batch, small_city.sealer, slice_s=slice_s)
    payload = {"batch_id": str(batch_id)}
    job = Job(id=new_id(), topic=RUN_TOPIC, payload=payload, tenant_id=None, now=small_city.now)
    try:
        async with small_city.database.transaction(
            Actor.system("test"), now=small_city.now
        ) as session:
            await runs.run(session, job)
    finally:
        await runs.close()
    rows = await admin.fetch(
        "select source_ref, status from credit_records where batch_id = $1 order by source_ref",
        batch_id,
    )
    assert [tuple(row) for row in rows] == [("1", "repaired"), ("2", "active")][:read]
