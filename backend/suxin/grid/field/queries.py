"""Reading what devices sent, where captures stand, and which photos are here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field.models import (
    Capture,
    CaptureItem,
    CaptureVersion,
    FieldDevice,
    PhotoPiece,
    PhotoUpload,
)
from suxin.grid.field.states import CaptureState, ItemVerdict
from suxin.grid.policies import CLAIM_CHECK, CLAIM_RECORD
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.tenancy.policies import STAFF_MANAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStanding:
    """Where a capture stands: whether something of it is held, and whether somebody must choose."""

    capture: Capture
    held: bool
    conflict: bool


def own_devices(actor: Actor) -> Select[FieldDevice]:
    """Return the devices that the actor has enrolled, as long as they are.

    :raises Forbidden: without the right to record claims
    """
    actor.require(CLAIM_RECORD)
    return (
        select(FieldDevice)
        .where(
            FieldDevice.tenant_id == actor.own_tenant,
            FieldDevice.staff_id == actor.own_staff,
            FieldDevice.ended_at.is_(None),
        )
        .order_by(FieldDevice.id)
    )


async def device_of(session: AsyncSession, tenant_id: UUID, device_id: UUID) -> FieldDevice:
    """Return a device of a village, also one that has ended.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.get(FieldDevice, (tenant_id, device_id))
    if found is None:
        raise NotFound(thing_zh="采集设备", thing_en="device")
    return found


def devices_shown(actor: Actor) -> Select[FieldDevice]:
    """Return the devices that the actor is shown, also those that have ended: his own, or all of a village whose staff he manages.

    :raises Forbidden: without the right to record claims
    """
    actor.require(CLAIM_RECORD)
    wanted = select(FieldDevice).where(FieldDevice.tenant_id == actor.own_tenant)
    if not actor.may(STAFF_MANAGE):
        wanted = wanted.where(FieldDevice.staff_id == actor.own_staff)
    return wanted.order_by(FieldDevice.id)


async def device_shown(session: AsyncSession, actor: Actor, device_id: UUID) -> FieldDevice:
    """Return one of the devices that the actor is shown.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if he is shown none of that id
    """
    found: FieldDevice | None = await session.scalar(
        devices_shown(actor).where(FieldDevice.id == device_id)
    )
    if found is None:
        raise NotFound(thing_zh="采集设备", thing_en="device")
    return found


async def lock_device(session: AsyncSession, tenant_id: UUID, device_id: UUID) -> FieldDevice:
    """Return a device of a village, locked.

    :raises NotFound: if the caller sees none of that id
    """
    own = (FieldDevice.tenant_id == tenant_id) & (FieldDevice.id == device_id)
    wanted = select(FieldDevice).where(own).with_for_update()
    found: FieldDevice | None = await session.scalar(
        wanted.execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="采集设备", thing_en="device")
    return found


def items_of_device(tenant_id: UUID, device_id: UUID) -> Select[CaptureItem, Capture]:
    """Return what came from a device, each item with its capture where that has come too."""
    return (
        select(CaptureItem, Capture)
        .outerjoin(
            Capture,
            (Capture.tenant_id == CaptureItem.tenant_id) & (Capture.id == CaptureItem.capture_id),
        )
        .where(CaptureItem.tenant_id == tenant_id, CaptureItem.device_id == device_id)
        .order_by(CaptureItem.id)
    )


async def lock_capture(session: AsyncSession, tenant_id: UUID, capture_id: UUID) -> Capture | None:
    """Return a capture, locked, if there is one of that id."""
    own = (Capture.tenant_id == tenant_id) & (Capture.id == capture_id)
    wanted = select(Capture).where(own).with_for_update()
    found: Capture | None = await session.scalar(wanted.execution_options(populate_existing=True))
    return found


async def items_known(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID]
) -> dict[UUID, CaptureItem]:
    """Return those of some items that came before, by id."""
    found = await session.scalars(
        select(CaptureItem).where(CaptureItem.tenant_id == tenant_id, CaptureItem.id.in_(ids))
    )
    return {one.id: one for one in found}


async def item_at(
    session: AsyncSession, tenant_id: UUID, capture_id: UUID, branch_id: UUID, position: int
) -> CaptureItem | None:
    """Return what stands at a place of a branch."""
    found: CaptureItem | None = await session.scalar(
        select(CaptureItem).where(
            CaptureItem.tenant_id == tenant_id,
            CaptureItem.capture_id == capture_id,
            CaptureItem.branch_id == branch_id,
            CaptureItem.position == position,
        )
    )
    return found


async def captures_begun(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID]
) -> frozenset[UUID]:
    """Return of which of some captures an item is here, be it held or refused."""
    found = await session.scalars(
        select(CaptureItem.capture_id).where(
            CaptureItem.tenant_id == tenant_id, CaptureItem.capture_id.in_(ids)
        )
    )
    return frozenset(found)


async def nearest_before(session: AsyncSession, item: CaptureItem) -> CaptureItem | None:
    """Return what came of a branch before a place, the nearest to it."""
    found: CaptureItem | None = await session.scalar(
        select(CaptureItem)
        .where(
            CaptureItem.tenant_id == item.tenant_id,
            CaptureItem.capture_id == item.capture_id,
            CaptureItem.branch_id == item.branch_id,
            CaptureItem.position < item.position,
            CaptureItem.verdict != ItemVerdict.HELD,
        )
        .order_by(CaptureItem.position.desc())
        .limit(1)
    )
    return found


async def version_of(
    session: AsyncSession, tenant_id: UUID, capture_id: UUID, version: int
) -> CaptureVersion | None:
    """Return what a capture said in a version."""
    return await session.get(CaptureVersion, (tenant_id, capture_id, version))


async def held_of(
    session: AsyncSession, tenant_id: UUID, capture_id: UUID
) -> Sequence[CaptureItem]:
    """Return what waits for something else of a capture, in the order of its places."""
    found = await session.scalars(
        select(CaptureItem)
        .where(
            CaptureItem.tenant_id == tenant_id,
            CaptureItem.capture_id == capture_id,
            CaptureItem.verdict == ItemVerdict.HELD,
        )
        .order_by(CaptureItem.position, CaptureItem.id)
    )
    return found.all()


async def count_held(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> int:
    """Return how many items of a worker wait."""
    return (
        await session.scalar(
            select(func.count()).where(
                CaptureItem.tenant_id == tenant_id,
                CaptureItem.captured_by == staff_id,
                CaptureItem.verdict == ItemVerdict.HELD,
            )
        )
        or 0
    )


async def captures_at(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID]
) -> dict[UUID, Capture]:
    """Return captures of a village by id."""
    found = await session.scalars(
        select(Capture).where(Capture.tenant_id == tenant_id, Capture.id.in_(ids))
    )
    return {one.id: one for one in found}


async def captures_waiting(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, sha256: str
) -> Sequence[Capture]:
    """Return the captures of a worker that are no claims yet and have a photo of this digest."""
    found = await session.scalars(
        select(Capture)
        .where(
            Capture.tenant_id == tenant_id,
            Capture.captured_by == staff_id,
            Capture.state == CaptureState.OPEN,
            Capture.content["photos"].contains([sha256]),
        )
        .order_by(Capture.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


def conflicts(actor: Actor) -> Select[CaptureItem, Capture]:
    """Return the items of which somebody must choose, with their captures.

    :raises Forbidden: without the right to check claims
    """
    actor.require(CLAIM_CHECK)
    return (
        select(CaptureItem, Capture)
        .join(
            Capture,
            (Capture.tenant_id == CaptureItem.tenant_id) & (Capture.id == CaptureItem.capture_id),
        )
        .where(
            CaptureItem.tenant_id == actor.own_tenant,
            CaptureItem.verdict == ItemVerdict.CONFLICT,
            CaptureItem.settled_at.is_(None),
        )
        .order_by(CaptureItem.id)
    )


async def conflicts_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return of how many items somebody must choose.

    :raises Forbidden: without the right to check claims
    """
    waiting = conflicts(actor).with_only_columns(CaptureItem.id).order_by(None)
    return await session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


async def own_captures(
    session: AsyncSession, actor: Actor, ids: Collection[UUID]
) -> list[CaptureStanding]:
    """Return where some of the actor's captures stand; of others' nothing.

    :raises Forbidden: without the right to record claims
    """
    actor.require(CLAIM_RECORD)
    item = exists().where(
        CaptureItem.tenant_id == Capture.tenant_id, CaptureItem.capture_id == Capture.id
    )
    conflict = (CaptureItem.verdict == ItemVerdict.CONFLICT) & CaptureItem.settled_at.is_(None)
    found = await session.execute(
        select(
            Capture,
            item.where(CaptureItem.verdict == ItemVerdict.HELD).label("held"),
            item.where(conflict).label("conflict"),
        )
        .where(
            Capture.tenant_id == actor.own_tenant,
            Capture.captured_by == actor.own_staff,
            Capture.id.in_(ids),
        )
        .order_by(Capture.id)
    )
    return [
        CaptureStanding(capture=row.Capture, held=row.held, conflict=row.conflict) for row in found
    ]


async def lock_item(session: AsyncSession, tenant_id: UUID, item_id: UUID) -> CaptureItem:
    """Return one item, locked.

    :raises NotFound: if the caller sees none of that id
    """
    own = (CaptureItem.tenant_id == tenant_id) & (CaptureItem.id == item_id)
    wanted = select(CaptureItem).where(own).with_for_update()
    found: CaptureItem | None = await session.scalar(
        wanted.execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="采集操作", thing_en="item")
    return found


async def live_upload(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, sha256: str
) -> PhotoUpload | None:
    """Return a worker's photo of a digest that is on its way or whole, locked."""
    found: PhotoUpload | None = await session.scalar(
        select(PhotoUpload)
        .where(
            PhotoUpload.tenant_id == tenant_id,
            PhotoUpload.staff_id == staff_id,
            PhotoUpload.sha256 == sha256,
            PhotoUpload.ended_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def uploads_live(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, digests: Collection[str]
) -> frozenset[str]:
    """Return which of some photos of a worker are on their way or whole, by digest."""
    found = await session.scalars(
        select(PhotoUpload.sha256).where(
            PhotoUpload.tenant_id == tenant_id,
            PhotoUpload.staff_id == staff_id,
            PhotoUpload.sha256.in_(digests),
            PhotoUpload.ended_at.is_(None),
        )
    )
    return frozenset(found)


async def count_uploads(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> int:
    """Return how many photos of a worker are on their way or whole."""
    return (
        await session.scalar(
            select(func.count()).where(
                PhotoUpload.tenant_id == tenant_id,
                PhotoUpload.staff_id == staff_id,
                PhotoUpload.ended_at.is_(None),
            )
        )
        or 0
    )


async def pieces_of(
    session: AsyncSession, tenant_id: UUID, upload_id: UUID
) -> Sequence[PhotoPiece]:
    """Return the pieces of a photo in their order."""
    found = await session.scalars(
        select(PhotoPiece)
        .where(PhotoPiece.tenant_id == tenant_id, PhotoPiece.upload_id == upload_id)
        .order_by(PhotoPiece.starts_at)
    )
    return found.all()
