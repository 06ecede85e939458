"""The desk's front door: where each desk begins, and the home page of those without a list to begin with."""

from litestar import get
from sqlalchemy import func, select

from suxin.tenancy.models import StaffMember, Tenant
from suxin.tenancy.policies import STAFF_READ
from suxin_tenants.area_names import area_names
from suxin_tenants.navigation import front_page, unread_notices
from suxin_tenants.visits import Answer, GivenVisit
from suxin_tenants.words import TENANT_KINDS, TENANT_STATES


@get("/")
async def show_home(visit: GivenVisit) -> Answer:
    """Lead to where the desk begins, or show the organisation's own profile."""
    first = front_page(visit.actor)
    if first is not None:
        return visit.go(first)
    async with visit.reading() as session:
        tenant = (
            await session.scalars(select(Tenant).where(Tenant.id == visit.actor.own_tenant))
        ).one()
        staff = await session.scalar(
            select(func.count())
            .select_from(StaffMember)
            .where(StaffMember.tenant_id == visit.actor.own_tenant, StaffMember.ended_at.is_(None))
        )
        profile = visit.runtime.profiles[visit.kind]
        return await visit.page(
            session,
            "house/home.html",
            {
                "tenant": tenant,
                "kind": TENANT_KINDS[visit.kind],
                "state": TENANT_STATES[tenant.status],
                "area": (await area_names(session, [tenant.area_code]))[tenant.area_code],
                "staff_count": staff,
                "roles": [role.zh for role in profile.roles.values()],
                "unread": await unread_notices(session, visit.actor),
                "may_see_staff": visit.actor.may(STAFF_READ),
            },
        )
