"""Month-end sheets at the village's desk: made for a month, signed by another person, and taken away as workbooks."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import VillageSheet
from suxin.grid.policies import SHEET_MAKE, SHEET_SIGN
from suxin.grid.sheets import commands as sheets
from suxin.grid.sheets.layouts import COMPARED
from suxin.grid.sheets.queries import newest_form, own_sheet, own_sheets
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.villages.queries import village_of
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.village_grid.point_words import PLACE
from suxin_tenants.village_grid.sheet_files import MEDIA_TYPE, name_of, workbook_of
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.downloads import file_answer

SHEETS: Final = f"{PLACE}/sheets"


@get("/points/sheets")
async def show_sheets(visit: GivenVisit) -> Answer:
    """Show the village's sheets, the latest month first, and the form by which the next is made."""
    return await _show(visit, "", {}, status=200)


@post("/points/sheets", status_code=200)
async def send_sheet(visit: GivenVisit) -> Answer:
    """Make a month's sheet."""
    require(visit, SHEET_MAKE)
    form = await visit.form()
    month = _month(form)
    if month is None:
        return await _show(visit, form.text("month"), form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        made = await sheets.make_sheet(session, visit.actor, month=month, now=visit.now)
        return {"id": str(made.id)}

    try:
        await visit.once(form, "point.sheet", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("month",))
        return await _show(visit, form.text("month"), errors, status=422)
    return visit.go(SHEETS, "台账已生成，请由另一人核对后签署")


@post("/points/sheets/{sheet_id:uuid}/sign", status_code=200)
async def send_signature(visit: GivenVisit, sheet_id: FromPath[UUID]) -> Answer:
    """Sign a sheet."""
    require(visit, SHEET_SIGN)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await sheets.sign_sheet(session, visit.actor, sheet_id=sheet_id, now=visit.now)
        return {}

    return await visit.press(
        "point.sheet.sign", work, back=SHEETS, done="台账已签署", sheet=sheet_id
    )


@get("/points/sheets/{sheet_id:uuid}/file")
async def send_workbook(visit: GivenVisit, sheet_id: FromPath[UUID]) -> Answer:
    """Send a sheet as a workbook."""
    require(visit)
    async with visit.reading() as session:
        sheet, form = await own_sheet(session, visit.actor, sheet_id)
        content = workbook_of(sheet, form.read)
    return file_answer(content, media_type=MEDIA_TYPE, name=name_of(sheet))


async def _show(visit: Visit, month: str, errors: dict[str, str], *, status: int) -> Answer:
    require(visit)
    async with visit.reading() as session:
        page = await read_page(session, visit.request, own_sheets(visit.actor), VillageSheet.id)
        form = await newest_form(
            session, (await village_of(session, visit.actor.own_tenant)).town_code
        )
        context = {
            "page": page,
            "form": None if form is None else form.read,
            "form_number": None if form is None else form.number,
            "compared": None if form is None else COMPARED[form.read.lines],
            "month": month or f"{_month_before(local_day(visit.world_now)):%Y-%m}",
            "errors": errors,
            "may_make": visit.actor.may(SHEET_MAKE),
            "may_sign": visit.actor.may(SHEET_SIGN),
            "own": visit.actor.staff_id,
        }
        return await visit.page(session, "village_grid/sheets.html", context, status=status)


def _month(form: Form) -> date | None:
    try:
        return date.fromisoformat(f"{form.text('month')}-01")
    except ValueError:
        form.fail("month", "请填写月份，如 2026-11")
        return None


def _month_before(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month - 2, 12)
    return date(year, month + 1, 1)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_sheets,
    send_sheet,
    send_signature,
    send_workbook,
)
