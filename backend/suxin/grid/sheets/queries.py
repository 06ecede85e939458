"""The towns' forms, and the sheets that a village made by them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import SheetForm, VillageSheet
from suxin.grid.policies import POINT_READ, SHEET_FORM
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound


def sheet_forms(actor: Actor) -> Select[SheetForm]:
    """Return the towns' forms in all their versions, town by town, the newest first.

    :raises Forbidden: if the actor does not keep them
    """
    actor.require(SHEET_FORM)
    return select(SheetForm).order_by(SheetForm.town_code, SheetForm.number.desc())


async def newest_form(session: AsyncSession, town_code: str) -> SheetForm | None:
    """Return the form that a town uses, if it has written one down."""
    return await session.scalar(
        select(SheetForm)
        .where(SheetForm.town_code == town_code)
        .order_by(SheetForm.number.desc())
        .limit(1)
    )


def own_sheets(actor: Actor) -> Select[VillageSheet]:
    """Return the tenant's sheets, the latest month first.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(VillageSheet)
        .where(VillageSheet.tenant_id == actor.own_tenant)
        .order_by(VillageSheet.month.desc(), VillageSheet.number.desc())
    )


async def own_sheet(
    session: AsyncSession, actor: Actor, sheet_id: UUID
) -> tuple[VillageSheet, SheetForm]:
    """Return one of the tenant's sheets with the form by which it was made.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    found = (
        await session.execute(
            own_sheets(actor)
            .where(VillageSheet.id == sheet_id)
            .join(SheetForm, SheetForm.id == VillageSheet.form_id)
            .add_columns(SheetForm)
        )
    ).one_or_none()
    if found is None:
        raise _missing()
    return found[0], found[1]


async def newest_sheet(session: AsyncSession, tenant_id: UUID, month: date) -> VillageSheet | None:
    """Return the last version of a village's month, if there is one that the caller sees."""
    return await session.scalar(
        select(VillageSheet)
        .where(VillageSheet.tenant_id == tenant_id, VillageSheet.month == month)
        .order_by(VillageSheet.number.desc())
        .limit(1)
    )


async def lock_sheet(session: AsyncSession, tenant_id: UUID, sheet_id: UUID) -> VillageSheet:
    """Return one sheet of a village, locked.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.get(
        VillageSheet, (tenant_id, sheet_id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound(thing_zh="月度台账", thing_en="month-end sheet")
