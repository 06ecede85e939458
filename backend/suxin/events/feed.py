"""The feed: events are recorded with the change they tell of, put in order once they have committed, and kept 30 days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.catalogue import EventType
from suxin.events.deliveries import send_to_endpoints
from suxin.events.models import EventFeed, TenantEvent
from suxin.kernel.ids import new_id

BATCH: Final = 500
_ORDER_LOCK: Final = 0x53555846


def record_event(
    session: AsyncSession,
    kind: EventType,
    *,
    tenant_id: UUID,
    object_id: UUID,
    now: datetime,
    **data: UUID | datetime | str | int,
) -> UUID:
    """Add an event to a tenant's feed in this transaction; return its id.

    ``data`` are the fields that the kind declares, all of them and no other: a wrong one is a defect.
    """
    event = event_of(kind, tenant_id=tenant_id, object_id=object_id, now=now, **data)
    session.add(event)
    return event.id


def event_of(
    kind: EventType,
    *,
    tenant_id: UUID,
    object_id: UUID,
    now: datetime,
    **data: UUID | datetime | str | int,
) -> TenantEvent:
    """Return an event as ``record_event`` adds it, for whoever writes it down himself."""
    if data.keys() != kind.fields.keys():
        message = f"{kind.name} has the fields {sorted(kind.fields)}, not {sorted(data)}"
        raise ValueError(message)
    return TenantEvent(
        tenant_id=tenant_id,
        id=new_id(now),
        type=kind.name,
        object_id=object_id,
        data={name: _plain(value) for name, value in data.items()},
        occurred_at=now,
        position=None,
    )


async def put_in_order(session: AsyncSession, *, now: datetime, limit: int = BATCH) -> int:
    """Give the events that have committed their positions, and put them on their way to endpoints; return how many.

    A duty of the platform. An advisory lock lets one worker do so at a time. A position is given only here: were it given
    where an event is recorded, a slow transaction would commit behind a reader who has passed it.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_ORDER_LOCK))):
        return 0
    events = (
        await session.scalars(
            select(TenantEvent)
            .where(TenantEvent.position.is_(None))
            # Ids made on one machine may sort before those of another whose clock is ahead.
            .order_by(TenantEvent.recorded_at, TenantEvent.id)
            .limit(limit)
        )
    ).all()
    if not events:
        return 0
    by_tenant = defaultdict(list)
    for event in events:
        by_tenant[event.tenant_id].append(event)
    last = await _last_positions(session, by_tenant)
    for tenant_id, own in by_tenant.items():
        for place, event in enumerate(own, start=last[tenant_id] + 1):
            event.position = place
    await session.flush()
    await session.execute(
        update(EventFeed),
        [
            {"tenant_id": tenant_id, "last_position": own[-1].position}
            for tenant_id, own in by_tenant.items()
        ],
    )
    await send_to_endpoints(session, events, now=now)
    return len(events)


async def prune_events(session: AsyncSession, *, before: datetime, limit: int = BATCH) -> int:
    """Delete at most ``limit`` events recorded before then, and with them their deliveries; return how many.

    A duty of the platform. How far each feed was pruned stays, so that a reader who stopped before it is told.
    """
    old = (
        await session.execute(
            select(TenantEvent.tenant_id, TenantEvent.id, TenantEvent.position)
            .where(TenantEvent.id < new_id(before), TenantEvent.position.is_not(None))
            .order_by(TenantEvent.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not old:
        return 0
    furthest = {
        row.tenant_id: row.position for row in sorted(old, key=lambda row: row.position or 0)
    }
    for tenant_id in sorted(furthest):
        await session.execute(
            update(EventFeed)
            .where(EventFeed.tenant_id == tenant_id)
            .values(pruned_position=func.greatest(EventFeed.pruned_position, furthest[tenant_id]))
            .execution_options(synchronize_session=False)
        )
    gone = [(row.tenant_id, row.id) for row in old]
    await session.execute(
        delete(TenantEvent)
        .where(tuple_(TenantEvent.tenant_id, TenantEvent.id).in_(gone))
        .execution_options(synchronize_session=False)
    )
    return len(gone)


async def _last_positions(session: AsyncSession, tenants: Iterable[UUID]) -> Mapping[UUID, int]:
    """Lock the feeds of these tenants in one order; return the last position of each."""
    ids: Sequence[UUID] = sorted(tenants)
    await session.execute(
        insert(EventFeed)
        .values([{"tenant_id": one, "last_position": 0, "pruned_position": 0} for one in ids])
        .on_conflict_do_nothing()
    )
    rows = await session.execute(
        select(EventFeed.tenant_id, EventFeed.last_position)
        .where(EventFeed.tenant_id.in_(ids))
        .order_by(EventFeed.tenant_id)
        .with_for_update()
    )
    return {row.tenant_id: row.last_position for row in rows}


def _plain(value: UUID | datetime | str | int) -> str | int:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
