"""Month-end sheets: a town writes down its form, a village makes the month's by it, and another person signs that."""

import hashlib
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.models import SheetForm, VillageSheet
from suxin.grid.policies import SHEET_FORM, SHEET_MAKE, SHEET_SIGN
from suxin.grid.refusals import (
    MonthNotOver,
    NoSheetForm,
    SheetDiffers,
    SheetOutdated,
    SheetSignedByAnother,
    SheetTooLong,
)
from suxin.grid.sheets.layouts import COMPARED, Line, SheetLayout, check_layout, totals_of
from suxin.grid.sheets.lines import book_says, bounds_of, lines_of
from suxin.grid.sheets.queries import lock_sheet, newest_form, newest_sheet
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.tenancy.queries import tenant_row
from suxin.villages.queries import village_of

MAX_LINES: Final = 5_000
"""How many lines one sheet has; a village has a few hundred households."""

_TOWN_DIGITS: Final = 9


async def write_sheet_form(
    session: AsyncSession, actor: Actor, *, town_code: str, layout: SheetLayout, now: datetime
) -> SheetForm:
    """Write down the next version of a town's form; the same once more changes nothing.

    :raises Forbidden: without the right to keep towns' forms
    :raises Invalid: if the town's code is none, or a heading is out of bounds
    :raises SheetLayoutUnsound: as ``layouts.check_layout``
    """
    actor.require(SHEET_FORM)
    if len(town_code) != _TOWN_DIGITS or not (town_code.isascii() and town_code.isdigit()):
        raise Invalid(
            field="townCode",
            reason_zh=f"乡镇代码为 {_TOWN_DIGITS} 位数字",
            reason_en=f"a town's code has {_TOWN_DIGITS} digits",
        )
    check_layout(layout)
    key = func.hashtextextended(f"grid.sheet_forms:{town_code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    last = await newest_form(session, town_code)
    if last is not None and last.read == layout:
        return last
    form = SheetForm(
        id=new_id(now),
        town_code=town_code,
        number=1 if last is None else last.number + 1,
        layout=layout.stored(),
        written_by=actor.own_staff,
        written_at=now,
    )
    session.add(form)
    append_act(
        session,
        action="grid.sheet_form.written",
        now=now,
        object_type="grid_sheet_form",
        object_id=form.id,
        detail={"town": town_code, "number": form.number},
    )
    await session.flush()
    return form


async def make_sheet(
    session: AsyncSession, actor: Actor, *, month: date, now: datetime
) -> VillageSheet:
    """Make a month's sheet by the town's form of today; where nothing changed since the last, that is the one.

    :raises Forbidden: without the right to make sheets
    :raises NotFound: if the village has opened no register
    :raises MonthNotOver: if the month is not over
    :raises NoSheetForm: if its town has written down no form
    :raises SheetTooLong: if it has more than ``MAX_LINES`` lines
    :raises SheetDiffers: if its total is not what the village's book says
    Source: plan §29 (the township's own form)
    """
    actor.require(SHEET_MAKE)
    tenant_id, first = actor.own_tenant, month.replace(day=1)
    if bounds_of(first)[1] > now:
        raise MonthNotOver(field="month", month=f"{first:%Y-%m}")
    village = await village_of(session, tenant_id)
    form = await newest_form(session, village.town_code)
    if form is None:
        raise NoSheetForm(town=village.town_code)
    await queries.take_turn(session, tenant_id)
    kind = form.read.lines
    lines = await lines_of(session, tenant_id, first, kind, most=MAX_LINES)
    if len(lines) > MAX_LINES:
        raise SheetTooLong(limit=MAX_LINES)
    totals = totals_of(lines, kind)
    said = await book_says(session, tenant_id, first, kind)
    if totals[COMPARED[kind].stored] != said:
        raise SheetDiffers(total=totals[COMPARED[kind].stored], book=said)
    name = (await tenant_row(session, tenant_id)).name
    content_hash = _digest(first, form, name, lines)
    last = await newest_sheet(session, tenant_id, first)
    if last is not None and last.content_hash == content_hash:
        return last
    sheet = VillageSheet(
        tenant_id=tenant_id,
        id=new_id(now),
        month=first,
        number=1 if last is None else last.number + 1,
        form_id=form.id,
        village_name=name,
        lines=lines,
        totals=totals,
        content_hash=content_hash,
        made_by=actor.own_staff,
        made_at=now,
    )
    session.add(sheet)
    _record(session, sheet, "made", now=now)
    await session.flush()
    return sheet


async def sign_sheet(
    session: AsyncSession, actor: Actor, *, sheet_id: UUID, now: datetime
) -> VillageSheet:
    """Answer for a sheet that another person made; once more changes nothing.

    :raises Forbidden: without the right to sign
    :raises NotFound: if it is not this tenant's
    :raises SheetSignedByAnother: if the actor made it
    :raises SheetOutdated: if there is a newer version of its month
    """
    actor.require(SHEET_SIGN)
    await queries.take_turn(session, actor.own_tenant)
    sheet = await lock_sheet(session, actor.own_tenant, sheet_id)
    if sheet.signed_at is not None:
        return sheet
    if sheet.made_by == actor.own_staff:
        raise SheetSignedByAnother
    newest = await newest_sheet(session, sheet.tenant_id, sheet.month)
    if newest is not None and newest.id != sheet.id:
        raise SheetOutdated(number=newest.number)
    sheet.sign(by=actor.own_staff, now=now)
    _record(session, sheet, "signed", now=now)
    await session.flush()
    return sheet


def _digest(month: date, form: SheetForm, village: str, lines: list[Line]) -> str:
    content = (month, form.id, village, lines)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _record(session: AsyncSession, sheet: VillageSheet, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.sheet.{step}",
        now=now,
        object_type="grid_sheet",
        object_id=sheet.id,
        detail={"month": f"{sheet.month:%Y-%m}", "number": sheet.number},
    )
