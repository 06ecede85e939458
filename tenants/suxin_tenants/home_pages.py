"""The desk's front door: where each desk begins, and the home page of those without a list to begin with.

A village's home says first what waits today for whoever looks.
"""

from typing import Any

from litestar import get
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.policies import CLAIM_RECORD
from suxin.kernel.queries import inbox_of_staff, unread_count
from suxin.tenancy.policies import STAFF_READ
from suxin.tenancy.profiles import TENANT_KINDS_ZH, TenantKind
from suxin.tenancy.queries import staff_count, tenant_row
from suxin_tenants.area_names import area_names
from suxin_tenants.navigation import front_page
from suxin_tenants.village_grid.waiting import waiting_for
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_tenants.words import TENANT_STATES


@get("/")
async def show_home(visit: GivenVisit) -> Answer:
    """Lead to where the desk begins, or show the organisation's own profile."""
    first = front_page(visit.actor)
    if first is not None:
        return visit.go(first)
    async with visit.reading() as session:
        tenant = await tenant_row(session, visit.actor.own_tenant)
        profile = visit.runtime.profiles[visit.kind]
        return await visit.page(
            session,
            "house/home.html",
            {
                **await _today(session, visit),
                "tenant": tenant,
                "kind": TENANT_KINDS_ZH[visit.kind],
                "state": TENANT_STATES[tenant.status],
                "area": (await area_names(session, [tenant.area_code]))[tenant.area_code],
                "staff_count": await staff_count(session, tenant.id),
                "roles": [role.zh for role in profile.roles.values()],
                "unread": await unread_count(session, inbox_of_staff(visit.actor)),
                "may_see_staff": visit.actor.may(STAFF_READ),
            },
        )


async def _today(session: AsyncSession, visit: Visit) -> dict[str, Any]:
    if visit.kind is not TenantKind.VILLAGE_GRID:
        return {"waiting": None}
    return {
        "waiting": await waiting_for(session, visit.actor, now=visit.world_now),
        "may_record": visit.actor.may(CLAIM_RECORD),
        "today": visit.world_now,
    }
