"""What a caller does about exports: starting one, cancelling one, and having a link to its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.exports import queries
from suxin.exports.models import Export, ExportState
from suxin.exports.policies import EXPORT_RUN
from suxin.exports.refusals import ExportEnded, ExportRunning, TooManyExports
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id

MAX_KEPT: Final = 20
"""How many files are kept for one tenant at a time (proposed default)."""

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""How long an export may wait and run (proposed default)."""

RUN_TOPIC: Final = "exports.export.run"
END_TOPIC: Final = "exports.export.end"
ERASE_TOPIC: Final = "exports.file.erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What is to be exported: the document with its variables, its id, and the right that its list needs, if any."""

    document: str
    document_id: str
    variables: Mapping[str, Any]
    needs: str | None


async def start_export(
    session: AsyncSession, actor: Actor, *, order: ExportOrder, now: datetime
) -> Export:
    """Put an export in the queue; it reads as this caller, who is looked up anew before every page.

    :raises Forbidden: if the actor may not export
    :raises ExportRunning: if one of the same client waits or runs
    :raises TooManyExports: if ``MAX_KEPT`` files are kept for his tenant
    """
    actor.require(EXPORT_RUN)
    tenant_id = actor.own_tenant
    # Counting under the tenant's own lock: two that start at once would each see one place left.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"exports:{tenant_id}", 0)))
    )
    if await queries.open_exports(session, actor):
        raise ExportRunning
    if await queries.kept_files(session, actor) >= MAX_KEPT:
        raise TooManyExports(limit=MAX_KEPT)
    export = Export(
        tenant_id=tenant_id,
        id=new_id(now),
        staff_id=actor.staff_id,
        client_id=actor.client_id,
        scopes=sorted(actor.permissions),
        branch_id=actor.branch_id,
        area_codes=list(actor.areas),
        needs=order.needs,
        document=order.document,
        variables=dict(order.variables),
        state=ExportState.QUEUED,
        created_at=now,
        row_count=0,
        byte_count=0,
        position=0,
        crc=0,
    )
    session.add(export)
    append_act(
        session,
        action="exports.export.started",
        now=now,
        object_type="export",
        object_id=export.id,
        detail={"document": order.document_id},
    )
    named = {"tenant_id": tenant_id, "export_id": export.id}
    await outbox.post(
        session, RUN_TOPIC, named, now=now, tenant_id=tenant_id, wake=True, by_machine=True
    )
    await outbox.post(
        session,
        END_TOPIC,
        named,
        now=now,
        tenant_id=tenant_id,
        not_before=now + GIVE_UP_AFTER,
        by_machine=True,
    )
    return export


async def cancel_export(
    session: AsyncSession, actor: Actor, *, export_id: UUID, now: datetime
) -> Export:
    """End an export that waits or runs; what it wrote is erased.

    :raises Forbidden: if the actor may not export
    :raises NotFound: if it is not his
    :raises ExportEnded: if it has ended
    """
    actor.require(EXPORT_RUN)
    export = await queries.lock_own_export(session, actor, export_id)
    if not export.is_open:
        raise ExportEnded
    export.cancel(now=now)
    _record(session, "exports.export.cancelled", export, now=now)
    named = {"tenant_id": export.tenant_id, "export_id": export.id}
    await outbox.post(
        session, ERASE_TOPIC, named, now=now, tenant_id=export.tenant_id, wake=True, by_machine=True
    )
    return export


async def record_link(
    session: AsyncSession, actor: Actor, *, export_id: UUID, now: datetime
) -> None:
    """Record that the caller was given a link to his file.

    :raises Forbidden: if the actor may not export
    :raises NotFound: if it is not his
    """
    actor.require(EXPORT_RUN)
    export = await queries.own_export(session, actor, export_id)
    _record(session, "exports.link.issued", export, now=now)


def _record(session: AsyncSession, action: str, export: Export, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="export",
        object_id=export.id,
        detail={"rows": export.row_count},
    )
