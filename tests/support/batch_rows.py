"""What the batch role has written before anybody acts: areas, the catalogue, figures, and a batch on its way."""

from datetime import date
from uuid import UUID, uuid4

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.lending.models import BankSpeed
from suxin.places.commands import load_areas
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion import models as ingestion

NAMED = {"source": "x", "batch_key": "x", "rows_read": 4, "uscc": "x"}


async def fill_by_batch(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Fill what requests only read; return the batch that waits."""
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        await load_areas(session)
        await load_catalogue(session)
        session.add_all(
            BankSpeed(
                tenant_id=bank.tenant_id,
                measured_on=date(2026, 11, 1),
                referrals=10,
                answered_on_time=9,
                median_response_hours=5,
            )
            for bank in city.banks
        )
    batch_id = uuid4()
    for model in (
        ingestion.IngestionBatch,
        ingestion.IngestionPart,
        ingestion.IngestionReject,
        ingestion.SourceQuality,
        ingestion.StagedRecord,
        ingestion.StagedPerson,
    ):
        key = {"id": batch_id} if model is ingestion.IngestionBatch else {"batch_id": batch_id}
        await insert(admin, model, sample(model, city.now, **key, **NAMED))
    return batch_id
