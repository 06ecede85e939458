"""Lists of households: sending one, what came of each line, and the report as a file."""

import csv
import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.row_files import ACCEPTED, FORMATS_ZH
from suxin.villages import queries
from suxin.villages.importing import import_roster
from suxin.villages.models import RegisterImport
from suxin.villages.policies import REGISTER_MANAGE
from suxin.villages.roster import HEADING, MAX_FILE_BYTES, MAX_LINES
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.fields import AT, require_village
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = f"{AT}/imports"
_MIB: Final = 1024 * 1024
_REPORT: Final = ("行", "户号", "原因", "代码")


@get("/village/imports")
async def show_imports(visit: GivenVisit) -> Answer:
    """Show the form for a list, and those that were sent."""
    return await _show(visit, {}, status=200)


@post("/village/imports", status_code=200)
async def send_import(visit: GivenVisit) -> Answer:
    """Take a list and show what came of it, or show the form again with what is wrong with it."""
    _require(visit)
    form, sent = await visit.form_with_bytes("file")
    if sent is None:
        return await _show(visit, {"file": "请选择文件"}, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        done = await import_roster(
            session,
            visit.actor,
            import_id=parse_id(form.text("idempotencyKey"), field="idempotencyKey"),
            file_name=sent.name,
            content=sent.content,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        return {"id": str(done.id)}

    try:
        done = await visit.once(form, "village.import", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, {}, ("file",)), status=422)
    return visit.go(f"{PLACE}/{done['id']}", "名册已导入")


@get("/village/imports/{import_id:uuid}")
async def show_import(visit: GivenVisit, import_id: FromPath[UUID]) -> Answer:
    """Show what came of a list, with each line that was not taken and why."""
    _require(visit)
    async with visit.reading() as session:
        done = await queries.register_import(session, visit.actor.own_tenant, import_id)
        return await visit.page(session, "village/import.html", {"done": done})


@get("/village/imports/{import_id:uuid}/report.csv")
async def download_report(visit: GivenVisit, import_id: FromPath[UUID]) -> Answer:
    """Send the lines that were not taken as a file that spreadsheets open."""
    _require(visit)
    async with visit.reading() as session:
        done = await queries.register_import(session, visit.actor.own_tenant, import_id)
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(_REPORT)
        for one in done.rejects:
            rows.writerow([one["line"], _plain(one["reference"]), one["zh"], one["code"]])
    return Response(
        text.getvalue().encode("utf-8-sig"),
        status_code=HTTPStatus.OK,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="register-import-{import_id}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _plain(cell: str) -> str:
    # What a spreadsheet would take for a formula is text.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


async def _show(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        context = {
            "page": await read_page(
                session,
                visit.request,
                queries.imports(visit.actor.own_tenant),
                RegisterImport.id,
            ),
            "errors": errors,
            "heading": HEADING,
            "formats": FORMATS_ZH,
            "accepted": ACCEPTED,
            "max_mib": MAX_FILE_BYTES // _MIB,
            "max_lines": MAX_LINES,
        }
        return await visit.page(session, "village/imports.html", context, status=status)


def _require(visit: Visit) -> None:
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_imports,
    send_import,
    show_import,
    download_report,
)
