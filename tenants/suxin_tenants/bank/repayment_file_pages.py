"""Repayments by file: sending one, what came of each, and the lines that were not taken."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.row_files import ACCEPTED, FORMATS_ZH
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.files import HEADING, MAX_FILE_BYTES, report_file
from suxin.lending.loans.models import RepaymentFile
from suxin.lending.loans.reporting import MAX_REPORTS
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_AT: Final = "/desk/repayment-files"
_KIB: Final = 1024


@get("/repayment-files")
async def show_files(visit: GivenVisit) -> Answer:
    """Show the form for a file, and those that were sent."""
    return await _show(visit, {}, status=200)


@post("/repayment-files", status_code=200)
async def send_file(visit: GivenVisit) -> Answer:
    """Take a file and show what came of it, or show the form again with what is wrong with it."""
    _require(visit)
    form, sent = await visit.form_with_bytes("file")
    if sent is None:
        return await _show(visit, {"file": "请选择文件"}, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        file = await report_file(
            session, visit.actor, name=sent.name, content=sent.content, now=visit.world_now
        )
        return {"id": str(file.id)}

    try:
        done = await visit.once(form, "repayment_file", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, {}, ("file",)), status=422)
    return visit.go(f"{_AT}/{done['id']}", "还款清单已处理")


@get("/repayment-files/{file_id:uuid}")
async def show_file(visit: GivenVisit, file_id: FromPath[UUID]) -> Answer:
    """Show what came of a file, with each line that was not taken and why."""
    _require(visit)
    async with visit.reading() as session:
        file = await session.scalar(
            queries.own_files(visit.actor).where(RepaymentFile.id == file_id)
        )
        if file is None:
            raise NotFound(thing_zh="还款清单", thing_en="file of repayments")
        return await visit.page(session, "bank/repayment_file.html", {"file": file})


async def _show(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_files(visit.actor), RepaymentFile.id
        )
        context = {
            "page": page,
            "errors": errors,
            "heading": HEADING,
            "formats": FORMATS_ZH,
            "accepted": ACCEPTED,
            "max_kib": MAX_FILE_BYTES // _KIB,
            "max_rows": MAX_REPORTS,
        }
        return await visit.page(session, "bank/repayment_files.html", context, status=status)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.REPAYMENT_REPORT)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_files, send_file, show_file)
