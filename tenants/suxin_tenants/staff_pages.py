"""The staff of one's own house, the same pages at every desk: the list, and taking somebody in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.tenancy.models import Membership, StaffMember
from suxin.tenancy.policies import STAFF_MANAGE, STAFF_READ
from suxin.tenancy.queries import branches_by_id, memberships_by_staff, staff_of
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants.area_names import area_names
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.reach_choices import reach_choices
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

STAFF_FIELDS: Final = ("name", "login", "password", "roles", "branchId", "areaCodes")
PLACE: Final = "/desk/staff"


@get("/staff")
async def show_staff(visit: GivenVisit) -> Answer:
    """Show who works here, and in which roles."""
    return await _show(visit, None, {}, status=200)


@post("/staff", status_code=200)
async def send_new_staff(visit: GivenVisit) -> Answer:
    """Add a staff member."""
    form = await visit.form()
    branch_id = form.id("branchId")
    form.require("name", "login", "password", "roles")
    if form.errors:
        return await _show(visit, form, form.errors, status=422)
    grants = [
        RoleGrant(role, branch_id=branch_id, area_codes=form.texts("areaCodes"))
        for role in form.texts("roles")
    ]

    async def work(session: AsyncSession) -> dict[str, Any]:
        added = await add_staff(
            session,
            visit.actor,
            name=form.text("name"),
            login=form.text("login"),
            password=form.secret("password"),
            roles=grants,
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {"id": str(added)}

    try:
        await visit.once(form, "staff.add", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {"role": "roles"}, STAFF_FIELDS)
        return await _show(visit, form, errors, status=422)
    return visit.go(PLACE, f"已添加 {form.text('name')}，首次登录时须修改初始密码")


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    actor = visit.actor
    actor.require(STAFF_READ)
    typed = form or Form({})
    search = asked_text(visit.request, "q")
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            staff_of(actor.own_tenant, search=search),
            StaffMember.id,
            kept={"q": search} if search else {},
        )
        roles = await memberships_by_staff(
            session, actor.own_tenant, [row[0].id for row in page.rows]
        )
        held = [one for found in roles.values() for one in found]
        return await visit.page(
            session,
            "house/staff.html",
            {
                "page": page,
                "search": search,
                "roles": roles,
                "role_names": visit.role_names,
                "branch_names": await _branch_names(session, visit, held),
                "areas": await area_names(
                    session, {code for one in held for code in one.area_codes}
                ),
                "choices": await reach_choices(session, actor.own_tenant),
                "values": {name: typed.text(name) for name in STAFF_FIELDS if name != "password"},
                "chosen": {name: typed.texts(name) for name in ("roles", "areaCodes")},
                "errors": errors,
                "may_manage": actor.may(STAFF_MANAGE),
            },
            status=status,
        )


async def _branch_names(
    session: AsyncSession, visit: Visit, held: Sequence[Membership]
) -> dict[UUID, str]:
    wanted = {one.branch_id for one in held if one.branch_id is not None}
    rows = await session.scalars(branches_by_id(visit.actor.own_tenant, wanted))
    return {branch.id: branch.name for branch in rows}
