"""How an export goes on: what the platform writes of it, each step under the lock of its row and in the platform's own rows."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.exports import queries
from suxin.exports.commands import END_TOPIC, GIVE_UP_AFTER
from suxin.exports.files import ExportFile, checksum, delete_file, file_of
from suxin.exports.models import FILE_KEY, OPEN_STATES, Export, ExportState
from suxin.exports.refusals import ExportStalled, ExportTooLarge
from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import SECRET_BYTES, Sealer

MAX_ROWS: Final = 1_000_000
MAX_BYTES: Final = 512 * 1024 * 1024
"""How much text one file may hold (proposed defaults, as is ``MAX_ROWS``)."""

KEPT_FOR: Final = timedelta(hours=24)
"""How long a file is kept (proposed default)."""

ROWS_KEPT_FOR: Final = timedelta(days=30)
"""How long it is told that there was an export."""

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """A page as it was read: its lines, how many, and where the next one begins; nothing after the last."""

    text: bytes
    rows: int
    following: str | None


async def begin(
    session: AsyncSession, *, tenant_id: UUID, export_id: UUID, sealer: Sealer, now: datetime
) -> Export | None:
    """Return an export that has pages to read, begun if it was not; nothing where it has ended."""
    export = await queries.lock_export(session, tenant_id=tenant_id, export_id=export_id)
    if export is None or not export.is_open:
        return None
    if export.state is ExportState.QUEUED:
        secret = token_bytes(SECRET_BYTES).hex()
        export.begin(key_sealed=sealer.seal(secret, purpose=FILE_KEY, row=export_id), now=now)
    return export


async def keep_page(
    session: AsyncSession,
    *,
    read_for: Export,
    page: ExportPage,
    folder: Path,
    sealer: Sealer,
    now: datetime,
) -> bool:
    """Append a page that was read for an export as it stood then; return whether another follows.

    The page is dropped where the export has ended or gone on meanwhile. The file is written under the lock of the row, so that
    whoever ends the export finds it whole or not at all.

    :raises SealBroken: if the file is not what was written
    """
    export = await queries.lock_export(session, tenant_id=read_for.tenant_id, export_id=read_for.id)
    if export is None or not export.is_open or export.position != read_for.position:
        return False
    rows, length = export.row_count + page.rows, export.byte_count + len(page.text)
    file = opened_file(export, folder=folder, sealer=sealer)
    if file is None or rows > MAX_ROWS or length > MAX_BYTES:
        _fail(session, export, ExportTooLarge(rows=MAX_ROWS, mib=MAX_BYTES // _MIB), now=now)
        delete_file(folder, export.id)
        return False
    export.position = await asyncio.to_thread(file.append, page.text, at=export.position)
    export.row_count, export.byte_count = rows, length
    export.crc, export.cursor = checksum(page.text, export.crc), page.following
    if page.following is not None:
        return True
    await _complete(session, export, file, now=now)
    return False


async def fail_export(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    export_id: UUID,
    refusal: Refusal,
    folder: Path,
    now: datetime,
) -> None:
    """End an export that is not over for a named reason, and delete what it wrote."""
    export = await queries.lock_export(session, tenant_id=tenant_id, export_id=export_id)
    if export is not None and export.is_open:
        _fail(session, export, refusal, now=now)
        delete_file(folder, export_id)


async def end_overdue(
    session: AsyncSession, *, tenant_id: UUID, export_id: UUID, folder: Path, now: datetime
) -> None:
    """Give up an export that did not end in time, or erase the file whose time is over."""
    export = await queries.lock_export(session, tenant_id=tenant_id, export_id=export_id)
    if export is None:
        return
    if export.is_open and export.created_at + GIVE_UP_AFTER <= now:
        hours = int(GIVE_UP_AFTER.total_seconds()) // 3600
        _fail(session, export, ExportStalled(hours=hours), now=now)
        delete_file(folder, export_id)
    elif export.expires_at is not None and export.expires_at <= now:
        _erase(session, export, folder, now=now)


async def erase_of_tenant(
    session: AsyncSession, *, tenant_id: UUID, refusal: Refusal, folder: Path, now: datetime
) -> None:
    """End every export of a tenant that may not act any more, and erase every file."""
    exports = await session.scalars(
        select(Export)
        .where(
            Export.tenant_id == tenant_id,
            Export.key_sealed.is_not(None) | Export.state.in_(OPEN_STATES),
        )
        .order_by(Export.id)
        .with_for_update()
    )
    for export in exports:
        if export.is_open:
            _fail(session, export, refusal, now=now)
            delete_file(folder, export.id)
        else:
            _erase(session, export, folder, now=now)


async def kept_of(session: AsyncSession, export_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these exports have a file, or may yet write one."""
    found = await session.scalars(
        select(Export.id).where(
            Export.id.in_(export_ids),
            Export.key_sealed.is_not(None) | Export.state.in_(OPEN_STATES),
        )
    )
    return frozenset(found)


async def prune_exports(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Forget at most ``limit`` exports that ended long ago and have no file; return how many."""
    key = (Export.tenant_id, Export.id)
    over = Export.key_sealed.is_(None) & (Export.finished_at < now - ROWS_KEPT_FOR)
    gone = await session.execute(
        delete(Export)
        .where(tuple_(*key).in_(select(*key).where(over).limit(limit)))
        .returning(Export.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def record_download(session: AsyncSession, *, export: Export, now: datetime) -> None:
    """Record that the file was sent to whoever holds a link to it."""
    _record(session, "exports.file.downloaded", export, now=now)


def opened_file(export: Export, *, folder: Path, sealer: Sealer) -> ExportFile | None:
    """Return the file of an export under its key; nothing where that is forgotten."""
    if export.key_sealed is None:
        return None
    secret = sealer.open(export.key_sealed, purpose=FILE_KEY, row=export.id)
    own = sealer.under(bytes.fromhex(secret))
    return ExportFile(file_of(folder, export.id), export.id, own)


async def _complete(
    session: AsyncSession, export: Export, file: ExportFile, *, now: datetime
) -> None:
    # The whole file is read once more: what does not open is found now and not by whoever downloads it.
    sha256 = await asyncio.to_thread(_digest, file, export.position)
    expires_at = now + KEPT_FOR
    export.complete(sha256=sha256, now=now, expires_at=expires_at)
    _record(session, "exports.export.completed", export, now=now)
    await outbox.post(
        session,
        END_TOPIC,
        {"tenant_id": export.tenant_id, "export_id": export.id},
        now=now,
        tenant_id=export.tenant_id,
        not_before=expires_at,
    )


def _digest(file: ExportFile, until: int) -> str:
    digest = hashlib.sha256()
    for text in file.text(until=until):
        digest.update(text)
    return digest.hexdigest()


def _fail(session: AsyncSession, export: Export, refusal: Refusal, *, now: datetime) -> None:
    export.fail(refusal, now=now)
    _record(session, "exports.export.failed", export, now=now, code=refusal.code)


def _erase(session: AsyncSession, export: Export, folder: Path, *, now: datetime) -> None:
    if export.key_sealed is not None:
        export.forget_key(now=now)
        _record(session, "exports.file.erased", export, now=now)
    delete_file(folder, export.id)


def _record(
    session: AsyncSession, action: str, export: Export, *, now: datetime, **detail: str
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=export.tenant_id,
        object_type="export",
        object_id=export.id,
        detail={"rows": export.row_count, **detail},
    )
