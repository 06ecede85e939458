"""``suxin records load``: read the records of a file as a batch of its source, and list the rows that were not taken."""

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.subjects.ingestion.columns import field_zh
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import BatchState, IngestionBatch, IngestionReject
from suxin.subjects.ingestion.queries import ingestion_batch, ingestion_rejects
from suxin_server.faults import Fault
from suxin_server.ingesting import read_batch
from suxin_server.key_file import keyring_source, with_own_keys
from suxin_server.settings import Settings

SOME_REJECTED: Final = 2
_LOADER: Final = Actor.system("records-load")


class BatchFailed(Fault):
    """The file cannot be read as records."""

    exit_code = 2

    def __init__(self, batch: IngestionBatch) -> None:
        super().__init__(zh=batch.failure_zh or "", en=batch.failure_en or "")


def load_records(settings: Settings, path: Path, *, source: str, key: str | None) -> int:
    """Load the file, print what became of its rows, and return 0 when all were taken, 2 when some were not.

    Without a ``key`` the file's own hash is the batch's. Run again after it was interrupted, it goes on where it was.

    :raises BatchFailed: if it cannot be read as records
    :raises Refusal: if the source sent something else under this key, or the file is too large
    :raises NotAvailable: if the batch role's address or the sealing keys are missing
    """
    content = path.read_bytes()
    delivery = Delivery(
        source=source,
        batch_key=key or hashlib.sha256(content).hexdigest(),
        file_name=path.name,
        content=content,
    )
    url = settings.need("database_batch_url")
    sealer = Sealer(keyring_source(with_own_keys(settings)), settings.sealing_profile)
    batch, rejects = asyncio.run(_load(url, sealer, delivery))
    if batch.state is BatchState.FAILED:
        raise BatchFailed(batch)
    loaded = batch.rows_read - batch.rows_rejected
    click.echo(
        f"已装载 · loaded: {loaded}（新增 · added {batch.rows_added}，更新 · changed {batch.rows_changed}，"
        f"未变 · unchanged {batch.rows_unchanged}）"
    )
    click.echo(f"未装载 · rejected: {batch.rows_rejected}")
    for reject in rejects:
        zh, en = _with_field(reject)
        click.echo(f"  第 {reject.line} 行 · row {reject.line}: {zh} · {en}")
    return SOME_REJECTED if batch.rows_rejected else 0


def _with_field(reject: IngestionReject) -> tuple[str, str]:
    """Return why a row was not taken, with the field that it was not taken for."""
    if reject.field is None:
        return reject.zh, reject.en
    return f"{field_zh(reject.field)}：{reject.zh}", f"{reject.field}: {reject.en}"


async def _load(
    url: str, sealer: Sealer, delivery: Delivery
) -> tuple[IngestionBatch, list[IngestionReject]]:
    database = Database.connect(url, pool_size=1)
    try:
        async with database.transaction(_LOADER, now=datetime.now(UTC)) as session:
            batch = await put_down(
                session,
                delivery=delivery,
                sealer=sealer,
                staff_id=None,
                client_id=None,
                now=datetime.now(UTC),
            )
        while await read_batch(
            database,
            batch.id,
            sealer=sealer,
            clock=lambda: datetime.now(UTC),
            go_on=lambda: True,
        ):
            # Another worker was at the same batch.
            pass
        async with database.snapshot(_LOADER, now=datetime.now(UTC)) as session:
            rejects = await session.scalars(ingestion_rejects(batch.id))
            return await ingestion_batch(session, batch.id), list(rejects)
    finally:
        await database.close()
