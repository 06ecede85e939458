"""The chain of the audit stream: its entries are sealed in their order, and the past cannot be rewritten unnoticed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import AuditEntry, AuditHead

GENESIS: Final = bytes(32)
SEAL_BATCH: Final = 2_000
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_SEALER_LOCK: Final = 0x53555849


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of replaying the chain.

    ``broken_at`` is the sequence number of the first entry that does not fit; ``unsealed`` counts the tail that the
    sealer has not reached.
    """

    sealed: int
    head: bytes
    broken_at: int | None
    broken_id: UUID | None
    unsealed: int


def chained_hash(previous: bytes, entry: AuditEntry) -> bytes:
    """Return SHA-256 over the previous hash and the entry's canonical JSON (sorted keys, UTC, no spaces)."""
    content = {
        "seq": entry.seq,
        "id": str(entry.id),
        "at": entry.at.astimezone(UTC).isoformat(),
        "request_id": entry.request_id,
        "actor_kind": entry.actor_kind,
        "tenant_id": str(entry.tenant_id or ""),
        "staff_id": str(entry.staff_id or ""),
        "client_id": entry.client_id or "",
        "person_id": str(entry.person_id or ""),
        "subject_id": str(entry.subject_id or ""),
        "consent_id": str(entry.consent_id or ""),
        "contract_id": str(entry.contract_id or ""),
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": str(entry.object_id or ""),
        "purpose": entry.purpose,
        "categories": entry.categories,
        "fields": entry.fields,
        "row_count": entry.row_count,
        "detail": entry.detail,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


async def seal(session: AsyncSession) -> int:
    """Chain the entries that are not sealed yet, oldest first; return how many.

    Runs as the batch role. An advisory lock keeps a second sealer out; it then seals nothing.
    """
    # The entries are read after the lock is held: those read before it might be sealed by then.
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_SEALER_LOCK))):
        return 0
    entries = (
        await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.seq.is_(None))
            .order_by(AuditEntry.id)
            .limit(SEAL_BATCH)
        )
    ).all()
    if not entries:
        return 0
    last = (
        await session.execute(
            select(AuditEntry.seq, AuditEntry.hash, AuditEntry.at)
            .where(AuditEntry.seq.is_not(None))
            .order_by(AuditEntry.seq.desc())
            .limit(1)
        )
    ).first()
    session.expunge_all()
    seq, previous, day = (
        (last.seq or 0, last.hash or GENESIS, _local_day(last.at)) if last else (0, GENESIS, None)
    )
    sealed: list[dict[str, Any]] = []
    for entry in entries:
        entry_day = _local_day(entry.at)
        if day is not None and entry_day > day:
            await _publish_head(session, day, seq, previous)
        day = max(day, entry_day) if day else entry_day
        seq += 1
        entry.seq = seq
        previous = chained_hash(previous, entry)
        sealed.append({"id": entry.id, "seq": seq, "hash": previous})
    await session.execute(update(AuditEntry), sealed)
    return len(sealed)


async def unsealed_tail(session: AsyncSession, *, now: datetime) -> tuple[int, timedelta]:
    """Return how many entries wait for the sealer and for how long the oldest has, for the metrics."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.coalesce(func.min(AuditEntry.at), literal(now, DateTime(timezone=True))),
            ).where(AuditEntry.seq.is_(None))
        )
    ).one()
    return row[0], max(now - row[1], timedelta(0))


async def verify(session: AsyncSession) -> Verification:
    """Replay the chain from its first entry and compare every hash and every published head."""
    previous, expected, sealed = GENESIS, 0, 0
    heads = {head.seq: head.hash for head in await session.scalars(select(AuditHead))}
    unsealed = (
        await session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.seq.is_(None))
        )
        or 0
    )
    while page := await _sealed_page(session, expected):
        for entry in page:
            expected += 1
            previous = chained_hash(previous, entry)
            published_head = heads.pop(expected, previous)
            if entry.seq != expected or entry.hash != previous or published_head != previous:
                return Verification(sealed, previous, expected, entry.id, unsealed)
            sealed += 1
        session.expunge_all()
    if heads:
        return Verification(sealed, previous, min(heads), None, unsealed)
    return Verification(sealed, previous, None, None, unsealed)


async def _sealed_page(session: AsyncSession, after: int) -> Sequence[AuditEntry]:
    return (
        await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.seq > after)
            .order_by(AuditEntry.seq)
            .limit(SEAL_BATCH)
        )
    ).all()


async def _publish_head(session: AsyncSession, day: date, seq: int, head: bytes) -> None:
    known = await session.get(AuditHead, day)
    if known is None:
        session.add(AuditHead(day=day, seq=seq, hash=head))
        await session.flush()


def _local_day(at: datetime) -> date:
    return at.astimezone(_SHANGHAI).date()
