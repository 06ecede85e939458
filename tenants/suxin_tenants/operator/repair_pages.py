"""The credit office looks on at what is relayed to the national window: what is open, what is late, what came of the rest.

It decides nothing and reads no document: an application is told by its record, its clocks and what the window said.
"""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from suxin.repair import queries
from suxin.repair.clocks import CLOCKS_ZH, WORKING_DAYS, Clock
from suxin.repair.models import RepairApplication
from suxin.repair.policies import REPAIR_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.repair_words import REPAIR_STATES
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit

OPEN_SHOWN: Final = 50
"""How many open applications are listed, what is due first at the top; the next follow as these end."""


@get("/repairs")
async def show_repairs(visit: GivenVisit) -> Answer:
    """Show the open applications, what is due first at the top, and below them those that have ended."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.applications(is_open=False), RepairApplication.id
        )
        pressing = queries.applications(is_open=True).limit(OPEN_SHOWN)
        return await visit.page(
            session,
            "operator/repairs.html",
            {
                "open": (await session.scalars(pressing)).all(),
                "counts": await queries.counts(session, now=visit.now),
                "page": page,
                "states": REPAIR_STATES,
                "clocks": CLOCKS_ZH,
            },
        )


@get("/repairs/{application_id:uuid}")
async def show_repair(visit: GivenVisit, application_id: FromPath[UUID]) -> Answer:
    """Show one application with its clocks and what the window said."""
    _require(visit)
    async with visit.reading() as session:
        application = await queries.application(session, application_id)
        late = application.late_clock
        return await visit.page(
            session,
            "operator/repair.html",
            {
                "application": application,
                "state": REPAIR_STATES[application.state],
                "clocks": CLOCKS_ZH,
                "late_clock": None if late is None else CLOCKS_ZH[Clock(late)],
                "days": WORKING_DAYS,
            },
        )


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(REPAIR_READ)
