"""The file of a batch while it waits: kept in sealed pieces under a key of its own, which ends with it.

A file may hold what people are known by, and is written down before any row of it is looked at. So all of it is sealed as it
comes, by a key that the keyring seals and that is forgotten with the pieces.
"""

import secrets
from typing import IO, Final
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.sealing import MAX_PLAINTEXT_BYTES, SECRET_BYTES, SealBroken, Sealer
from suxin.subjects.ingestion.models import FILE_KEY, IngestionBatch, IngestionPart

_PIECE: Final = "ingestion.piece"


def keep_file(session: AsyncSession, sealer: Sealer, batch: IngestionBatch, content: bytes) -> None:
    """Keep what was sent with its batch, under a new key, until it has been read."""
    secret = secrets.token_hex(SECRET_BYTES)
    own, size = sealer.under(bytes.fromhex(secret)), MAX_PLAINTEXT_BYTES
    batch.key_sealed = sealer.seal(secret, purpose=FILE_KEY, row=batch.id)
    for number, start in enumerate(range(0, len(content), size)):
        piece = content[start : start + size]
        sealed = own.seal_bytes(piece, purpose=_PIECE, row=_place(batch.id, number))
        session.add(IngestionPart(batch_id=batch.id, number=number, content=sealed))


async def put_together(
    session: AsyncSession, sealer: Sealer, batch: IngestionBatch, file: IO[bytes]
) -> None:
    """Write a batch's pieces into a file, opened, one after the other.

    :raises SealBroken: if the key is forgotten already, or a piece is not the one that was kept in its place
    """
    if batch.key_sealed is None:
        raise SealBroken("the file of a batch is forgotten")
    secret = sealer.open(batch.key_sealed, purpose=FILE_KEY, row=batch.id)
    own = sealer.under(bytes.fromhex(secret))
    parts = await session.stream(
        select(IngestionPart.number, IngestionPart.content)
        .where(IngestionPart.batch_id == batch.id)
        .order_by(IngestionPart.number)
        .execution_options(yield_per=16)
    )
    async for number, content in parts:
        file.write(own.open_bytes(content, purpose=_PIECE, row=_place(batch.id, number)))
    file.flush()


async def forget_file(session: AsyncSession, batch: IngestionBatch) -> None:
    """Erase what was sent and its key, so that no copy of the pieces opens either."""
    batch.key_sealed = None
    await session.flush()
    await session.execute(delete(IngestionPart).where(IngestionPart.batch_id == batch.id))


def _place(batch_id: UUID, number: int) -> UUID:
    return uuid5(batch_id, str(number))
