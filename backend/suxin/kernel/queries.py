"""What is read of the kernel's own tables: the audit stream, and the inboxes of notices."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry
from suxin.kernel.notices import Notice


def entries(
    *, action: str | None = None, tenant_ids: Collection[UUID] | None = None
) -> Select[AuditEntry]:
    """Return the entries of the audit stream that the caller sees, of one act and some tenants or all, newest first."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc())
    if action is not None:
        found = found.where(AuditEntry.action == action)
    return found if tenant_ids is None else found.where(AuditEntry.tenant_id.in_(tenant_ids))


async def latest_acts(
    session: AsyncSession, *, prefix: str, tenant_id: UUID, limit: int
) -> Sequence[AuditEntry]:
    """Return the latest ``limit`` acts on a tenant whose names begin with ``prefix``, newest first."""
    named = AuditEntry.action.startswith(prefix, autoescape=True)
    return (await session.scalars(entries(tenant_ids=[tenant_id]).where(named).limit(limit))).all()


async def acts_counted(
    session: AsyncSession, *, actions: Collection[str], since: datetime
) -> dict[tuple[UUID, str], int]:
    """Return how often each tenant did each of these acts, since a moment."""
    rows = await session.execute(
        select(AuditEntry.tenant_id, AuditEntry.action, func.count())
        .where(
            AuditEntry.at >= since,
            AuditEntry.action.in_(actions),
        )
        .group_by(AuditEntry.tenant_id, AuditEntry.action)
    )
    return {(row[0], row[1]): row[2] for row in rows if row[0] is not None}


def inbox_of_person(person_id: UUID) -> Select[Notice]:
    """Return the person's notices, newest first."""
    return select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc())


def inbox_of_staff(actor: Actor) -> Select[Notice]:
    """Return the notices for a staff member, to all of his house, to a right he holds or to him alone, newest first."""
    rights = [str(permission) for permission in actor.permissions]
    return (
        select(Notice)
        .where(
            Notice.tenant_id == actor.own_tenant,
            or_(Notice.permission.is_(None), Notice.permission.in_(rights)),
            or_(Notice.staff_id.is_(None), Notice.staff_id == actor.staff_id),
        )
        .order_by(Notice.id.desc())
    )


def unread(inbox: Select[Notice]) -> Select[Notice]:
    """Return what nobody has read of an inbox."""
    return inbox.where(Notice.read_at.is_(None))


async def unread_count(session: AsyncSession, inbox: Select[Notice]) -> int:
    """Return how many notices of an inbox nobody has read."""
    waiting = unread(inbox).order_by(None).subquery()
    return await session.scalar(select(func.count()).select_from(waiting)) or 0
