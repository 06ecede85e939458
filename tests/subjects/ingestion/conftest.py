"""Batches as a source sends them, read to their end."""

import json
from collections.abc import Callable

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.ingestion.queries import ingestion_batch, ingestion_rejects
from suxin.subjects.ingestion.runs import run_batch

SYSTEM = Actor.system("test")
SOURCE = "税务局"
HEADER = (
    "uscc,item_code,source,source_ref,occurred_on,published_until,valid_until,polarity,status,"
    "amount_fen,content\n"
)


@pytest.fixture
def line() -> Callable[..., str]:
    """Write a line of a file of records: a tax grade unless something else is said."""

    def write(number: str = "1", **changes: object) -> str:
        values: dict[str, object] = {
            "uscc": "91321302MATE5T017A",
            "item_code": "TAX-GRADE",
            "source": SOURCE,
            "source_ref": number,
            "occurred_on": "2026-11-10",
            "content": {"grade": "A", "year": 2025},
            **changes,
        }
        if not isinstance(values["content"], str):
            values["content"] = json.dumps(values["content"], ensure_ascii=False)
        cells = [str(values.get(name, "")) for name in HEADER.strip().split(",")]
        return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"

    return write


@pytest.fixture
def sealer(people) -> Sealer:
    """The keys that batches and people share."""
    return people.sealer


@pytest.fixture
def ingest(batch, sealer, now):
    """Send a file and read it to its end; return the batch and its rejects by line."""

    async def run(
        content: str | bytes, *, key: str = "k", source: str = SOURCE
    ) -> tuple[IngestionBatch, list[tuple[int, str]]]:
        sent = content.encode() if isinstance(content, str) else content
        delivery = Delivery(source=source, batch_key=key, file_name="records.csv", content=sent)
        async with batch.transaction(SYSTEM, now=now) as session:
            put = await put_down(
                session, delivery=delivery, sealer=sealer, staff_id=None, client_id=None, now=now
            )
        assert not await run_batch(
            batch, put.id, sealer=sealer, clock=lambda: now, go_on=lambda: True
        )
        async with batch.snapshot(SYSTEM, now=now) as session:
            kept = await session.scalars(ingestion_rejects(put.id))
            return await ingestion_batch(session, put.id), [(one.line, one.code) for one in kept]

    return run
