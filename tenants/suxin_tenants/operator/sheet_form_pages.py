"""The towns' forms of month-end sheets at the operator's desk: which columns, in which order, under which headings."""

from typing import Any, Final

from litestar import get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import SheetForm
from suxin.grid.policies import SHEET_FORM
from suxin.grid.sheets.commands import write_sheet_form
from suxin.grid.sheets.layouts import FIELDS, SheetColumn, SheetField, SheetLayout, SheetLines
from suxin.grid.sheets.queries import sheet_forms
from suxin.kernel.refusals import Refusal
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/sheet-forms"
_FIELDS: Final = ("townCode", "title", "lines", "columns")
_BY_NAME: Final = {field.zh: field for field in SheetField}


@get("/sheet-forms")
async def show_sheet_forms(visit: GivenVisit) -> Answer:
    """Show the towns' forms with their versions, and the form to write the next by."""
    return await _show(visit, None, {}, status=200)


@post("/sheet-forms", status_code=200)
async def send_sheet_form(visit: GivenVisit) -> Answer:
    """Write down the next version of a town's form."""
    _require(visit)
    form = await visit.form()
    layout = _typed(form)
    if layout is None:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        town = form.text("townCode")
        written = await write_sheet_form(session, visit.actor, town_code=town, layout=layout, now=visit.now)  # fmt: skip
        return {"number": written.number}

    try:
        result = await visit.once(form, "sheet_form", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(PLACE, f"已保存为第 {result['number']} 版，下次生成台账时使用")


def _typed(form: Form) -> SheetLayout | None:
    """Return the layout that was typed: one column a line, its content and, behind a colon, the town's own heading."""
    form.require("townCode", "title", "columns")
    lines = form.choice("lines", SheetLines)
    columns = []
    for line in form.text("columns").splitlines():
        shown, _, heading = line.replace("：", ":").partition(":")
        field = _BY_NAME.get(shown.strip())
        if field is None:
            form.fail("columns", f"没有“{shown.strip()}”这一项")
        else:
            columns.append(SheetColumn(shows=field, heading=heading.strip() or field.zh))
    if form.errors or lines is None:
        return None
    return SheetLayout(title=form.text("title"), lines=lines, columns=tuple(columns))


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(SHEET_FORM)


async def _show(visit: Visit, form: Form | None, errors: dict[str, str], *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        context = {
            "page": await read_page(session, visit.request, sheet_forms(visit.actor), SheetForm.id),
            "form": form or Form({}),
            "errors": errors,
            "kinds": options(SheetLines),
            "fields": [
                (kind.zh, "、".join(field.zh for field in FIELDS[kind])) for kind in SheetLines
            ],
        }
        return await visit.page(session, "operator/sheet_forms.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_sheet_forms, send_sheet_form)
