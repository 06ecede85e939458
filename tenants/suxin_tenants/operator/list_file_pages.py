"""The operator's lists to take along: each as CSV or XLSX, read to its end in one snapshot, and on the audit stream.

Another list is one entry of ``LISTS``: what it is called, who may take it, and how its rows are read.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.policies import STATISTICS_READ
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.policies import POOL_READ
from suxin.rural.policies import RURAL_OVERSEE
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.league_lists import league_sheet, loans_sheet, months_sheet
from suxin_tenants.operator.list_files import Format, Sheet, read_file, write_list
from suxin_tenants.operator.perk_figure_pages import perk_figures_sheet, perk_months_sheet
from suxin_tenants.operator.plan_target_lists import targets_sheet
from suxin_tenants.operator.pool_lists import claims_sheet, figures_sheet, pools_sheet
from suxin_tenants.operator.rural_lists import coverage_sheet
from suxin_tenants.visits import GivenVisit, Visit
from suxin_web.refusals import RouteUnknown

Reading = Callable[[AsyncSession, Visit], Awaitable[Sheet]]


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that can be taken along."""

    permission: Permission
    read: Reading


LISTS: Final[Mapping[str, ListFile]] = {
    "league": ListFile(LEAGUE_READ, league_sheet),
    "loan-months": ListFile(STATISTICS_READ, months_sheet),
    "loan-figures": ListFile(STATISTICS_READ, loans_sheet),
    "perk-figures": ListFile(STATISTICS_READ, perk_figures_sheet),
    "perk-months": ListFile(STATISTICS_READ, perk_months_sheet),
    "plan-targets": ListFile(STATISTICS_READ, targets_sheet),
    "pool-claims": ListFile(CLAIM_READ, claims_sheet),
    "pool-figures": ListFile(POOL_READ, figures_sheet),
    "rural-coverage": ListFile(RURAL_OVERSEE, coverage_sheet),
    "risk-pools": ListFile(POOL_READ, pools_sheet),
}


@get("/list-files/{name:str}/{form:str}")
async def send_list(visit: GivenVisit, name: FromPath[str], form: FromPath[str]) -> Stream:
    """Give a list as a file."""
    visit.require_kind(TenantKind.OPERATOR)
    known = LISTS.get(name)
    if known is None or form not in set(Format):
        raise RouteUnknown
    visit.actor.require(known.permission)
    return await give_file(visit, name, known.read, Format(form))


async def give_file(visit: Visit, name: str, read: Reading, as_: Format) -> Stream:
    """Give a list as a file, once that is on record; who may take it was asked before."""
    database = visit.runtime.database
    async with database.snapshot(visit.actor, now=visit.world_now) as session:
        sheet = await read(session, visit)
        written = await write_list(sheet, as_)
    # Before a byte leaves: a list that is out is on record.
    async with database.transaction(visit.actor, now=visit.world_now) as session:
        append_act(
            session,
            action="suxin.list.exported",
            now=visit.now,
            detail={"list": name, "title": sheet.title, "format": as_.value, "rows": written.rows},
        )
    file_name = f"{sheet.title}-{local_day(visit.now).isoformat()}.{as_.value}"
    return Stream(
        read_file(written),
        media_type=as_.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"list.{as_.value}\"; filename*=UTF-8''{quote(file_name)}",
            "Cache-Control": "private, no-store",
        },
    )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (send_list,)
