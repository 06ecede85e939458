"""Exports as whoever started them sees them, and as the platform's jobs find them."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.exports.models import OPEN_STATES, Export
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound


def own_exports(actor: Actor) -> Select[Export]:
    """Return what the very caller started: the same person, through the same client.

    Another's may hold what this one may not read: a colleague's reach is another, and so are the scopes of another client.
    """
    return select(Export).where(
        Export.tenant_id == actor.own_tenant,
        Export.staff_id.is_not_distinct_from(actor.staff_id),
        Export.client_id.is_not_distinct_from(actor.client_id),
    )


async def own_export(session: AsyncSession, actor: Actor, export_id: UUID) -> Export:
    """Return one export that the caller started.

    :raises NotFound: if it is not his
    """
    return _found(await session.scalar(own_exports(actor).where(Export.id == export_id)))


async def lock_own_export(session: AsyncSession, actor: Actor, export_id: UUID) -> Export:
    """Return one export that the caller started, locked.

    :raises NotFound: if it is not his
    """
    statement = own_exports(actor).where(Export.id == export_id)
    return _found(await session.scalar(statement.with_for_update()))


async def open_exports(session: AsyncSession, actor: Actor) -> int:
    """Return how many exports wait or run for the caller's client of his tenant."""
    counted = select(func.count()).where(
        Export.tenant_id == actor.own_tenant,
        Export.client_id.is_not_distinct_from(actor.client_id),
        Export.state.in_(OPEN_STATES),
    )
    return await session.scalar(counted) or 0


async def kept_files(session: AsyncSession, actor: Actor) -> int:
    """Return how many files are kept for the caller's tenant."""
    counted = select(func.count()).where(
        Export.tenant_id == actor.own_tenant, Export.key_sealed.is_not(None)
    )
    return await session.scalar(counted) or 0


async def lock_export(session: AsyncSession, *, tenant_id: UUID, export_id: UUID) -> Export | None:
    """Return an export, locked, for the platform; nothing where it is gone."""
    return await session.scalar(
        select(Export)
        .where(Export.tenant_id == tenant_id, Export.id == export_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def export_linked(session: AsyncSession, *, export_id: UUID) -> Export | None:
    """Return the export that a link names, for the platform: whoever holds the link is not known otherwise."""
    return await session.scalar(select(Export).where(Export.id == export_id))


def _found(export: Export | None) -> Export:
    if export is None:
        raise NotFound(thing_zh="导出任务", thing_en="export")
    return export
