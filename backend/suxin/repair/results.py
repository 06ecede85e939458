"""Carrying out what the window has decided: every copy of the record counts no more, and whoever may have one is told.

In the transaction that learns of the decision: the record and whatever tells the same under another source is marked
repaired, which every reader, the next score run and the next export see, also where a dispute or an exemption holds it back: such a
record is shared with that word, what is repaired is not. When the exemption ends the record stays repaired. What was delivered of it is erased, so that no replay
tells it again; each tenant that may read it finds an event in its feed. The measures' working day runs from the decision: when it was learnt too late, that is on record.

Source: 信用修复管理办法 art. 3 (no longer published, shared or used)
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.retention import erase_deliveries_of
from suxin.events.feed import record_event
from suxin.kernel.audit import append_act
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.database import act_for
from suxin.repair import queries
from suxin.repair.clocks import Clock, due
from suxin.repair.event_types import READ_BY_CONSENT, READ_BY_CONTRACT
from suxin.repair.models import RepairApplication, RepairState
from suxin.repair.retention import end_application
from suxin.repair.telling import record_step
from suxin.subjects.models import CreditRecord, RecordStatus

_TOLD_ANEW: Final = text(
    """
    update credit_records r
    set status = 'repaired'
    from repair_applications a
    where a.state = 'REPAIRED' and a.subject_id = r.subject_id and a.item_code = r.item_code
      and r.content ->> 'number' = a.record_ref and r.batch_id = :batch_id
      and r.status in ('active', 'disputed', 'exempted')
    """
)
_BY_KIND: Final = {BasisKind.CONSENT: READ_BY_CONSENT, BasisKind.CONTRACT: READ_BY_CONTRACT}


async def carry_out(
    session: AsyncSession, application: RepairApplication, *, decided_at: datetime, now: datetime
) -> None:
    """Mark every copy of an application's record repaired, tell whoever may read one, and end the application."""
    async with act_for(session, subject_id=application.subject_id, reason="credit repaired"):
        copies = await queries.copies_of(session, application)
        for record in copies:
            record.status = RecordStatus.REPAIRED
        await session.flush()
        erased = await erase_deliveries_of(session, copies, now=now)
    for basis, record in await _readers(session, copies, now=now):
        record_event(
            session,
            _BY_KIND[basis.kind],
            tenant_id=basis.tenant_id,
            object_id=basis.source_id,
            now=now,
            item=record.item_code,
            repairedAt=decided_at,
        )
    by = due(Clock.APPLY, decided_at, calendar=await calendar_for_deadlines(session)).at
    if now > by and application.late_at is None:
        application.late_clock, application.late_at = Clock.APPLY.value, now
    application.decided_at, application.applied_at = decided_at, now
    application.copies = len(copies)
    await end_application(session, application, RepairState.REPAIRED, now=now)
    detail = {
        "copies": len(copies),
        "deliveries_erased": erased,
        "decided_at": decided_at.isoformat(),
    }
    record_step(session, application, "repaired", detail, now=now)


async def mark_told_anew(session: AsyncSession, *, batch_id: UUID, now: datetime) -> int:
    """Mark repaired what a batch told anew of records that were repaired before, as the batch role; return how many.

    It is told anew by another source under the same document's number; the source itself does not lift a repair. Called in the
    transaction that writes a chunk (``ingestion.runs.Follow``); done again, it changes nothing.
    """
    told = await session.execute(_TOLD_ANEW, {"batch_id": batch_id})
    marked = int(getattr(told, "rowcount", 0))
    if marked:
        append_act(
            session,
            action="repair.copies.marked",
            now=now,
            object_type="ingestion_batch",
            object_id=batch_id,
            detail={"copies": marked},
        )
    return marked


async def _readers(
    session: AsyncSession, copies: Iterable[CreditRecord], *, now: datetime
) -> list[tuple[AccessBasis, CreditRecord]]:
    """Return each live basis that lets a tenant read one of the copies, once, with the first of them."""
    found: dict[object, tuple[AccessBasis, CreditRecord]] = {}
    for record in copies:
        bases = await queries.bases_reading(
            session,
            record.subject_id,
            category=record.category,
            occurred_on=record.occurred_on,
            now=now,
        )
        for basis in bases:
            if basis.kind in _BY_KIND:
                found.setdefault(basis.id, (basis, record))
    return list(found.values())
