"""Staff and branches of one's own house: the same page at every desk."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.tenancy.houses import add_branch
from suxin.tenancy.models import StaffMember
from suxin.tenancy.policies import BRANCH_MANAGE, STAFF_MANAGE, STAFF_READ
from suxin.tenancy.queries import branches, memberships_by_staff, staff_of
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff, end_staff
from suxin_tenants.area_names import area_names, county_options
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

STAFF_FIELDS: Final = ("name", "login", "password", "roles", "branchId", "areaCodes")
BRANCH_FIELDS: Final = ("branchName", "branchAreas")
_BRANCH_NAMES: Final = {"name": "branchName", "areaCodes": "branchAreas"}
PLACE: Final = "/desk/staff"


@get("/staff")
async def show_staff(visit: GivenVisit) -> Answer:
    """Show who works here, in which roles, and the branches."""
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
    return visit.go(PLACE, f"已添加 {form.text('name')}")


@post("/staff/{staff_id:uuid}/end", status_code=200)
async def send_end_staff(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Take a staff member's roles and log-in away; nobody ends himself."""
    if staff_id == visit.actor.staff_id:
        return visit.go(PLACE, "不能停用自己的账号", good=False)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_staff(session, visit.actor, staff_id=staff_id, now=visit.now)
        return {}

    return await visit.press("staff.end", work, back=PLACE, done="已停用该账号", staff=staff_id)


@post("/branches", status_code=200)
async def send_new_branch(visit: GivenVisit) -> Answer:
    """Add a branch."""
    form = await visit.form()
    form.require("branchName")
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        added = await add_branch(
            session,
            visit.actor,
            name=form.text("branchName"),
            area_codes=form.texts("branchAreas"),
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {"id": str(added)}

    try:
        await visit.once(form, "branch.add", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _BRANCH_NAMES, BRANCH_FIELDS)
        return await _show(visit, form, errors, status=422)
    return visit.go(PLACE, f"已添加网点 {form.text('branchName')}")


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    actor = visit.actor
    actor.require(STAFF_READ)
    typed = form or Form({})
    profile = visit.runtime.profiles[visit.kind]
    async with visit.reading() as session:
        page = await read_page(session, visit.request, staff_of(actor.own_tenant), StaffMember.id)
        houses = (await session.scalars(branches(actor.own_tenant))).all()
        roles = await memberships_by_staff(
            session, actor.own_tenant, [row[0].id for row in page.rows]
        )
        codes = {code for held in roles.values() for code in held[0].area_codes}
        codes |= {code for house in houses for code in house.area_codes}
        return await visit.page(
            session,
            "house/staff.html",
            {
                "page": page,
                "roles": roles,
                "role_names": {code: role.zh for code, role in profile.roles.items()},
                "branches": houses,
                "branch_names": {house.id: house.name for house in houses},
                "areas": await area_names(session, codes),
                "counties": await county_options(session),
                "values": {name: typed.text(name) for name in (*STAFF_FIELDS, *BRANCH_FIELDS)},
                "chosen": {
                    name: typed.texts(name) for name in ("roles", "areaCodes", "branchAreas")
                },
                "errors": errors,
                "adding": _adding(errors),
                "may_manage": actor.may(STAFF_MANAGE),
                "may_build": actor.may(BRANCH_MANAGE),
            },
            status=status,
        )


def _adding(errors: Mapping[str, str]) -> str:
    """Return which of the two forms failed, so that the page opens it."""
    if not errors:
        return ""
    return "branch" if set(errors) & set(BRANCH_FIELDS) else "staff"
