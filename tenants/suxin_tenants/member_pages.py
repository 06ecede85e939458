"""One staff member of one's own house: roles given and taken, a password set anew, the account ended."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.tenancy.password_changes import reset_password
from suxin.tenancy.policies import STAFF_MANAGE, STAFF_READ
from suxin.tenancy.providers.queries import own_link
from suxin.tenancy.queries import branches_by_id, memberships_of, own_staff_member
from suxin.tenancy.roles import RoleGrant, grant_role, revoke_role
from suxin.tenancy.staff import end_staff
from suxin_tenants.area_names import area_names
from suxin_tenants.forms import Form
from suxin_tenants.reach_choices import reach_choices
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

ROLE_FIELDS: Final = ("role", "branchId", "areaCodes")
PASSWORD_FIELDS: Final = ("password",)


@get("/staff/{staff_id:uuid}")
async def show_member(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Show one staff member."""
    return await _show(visit, staff_id, None, {}, status=200)


@post("/staff/{staff_id:uuid}/roles", status_code=200)
async def send_grant(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Give one more role."""
    form = await visit.form()
    branch_id = form.id("branchId")
    form.require("role")
    if form.errors:
        return await _show(visit, staff_id, form, form.errors, status=422)
    grant = RoleGrant(form.text("role"), branch_id=branch_id, area_codes=form.texts("areaCodes"))

    async def work(session: AsyncSession) -> dict[str, Any]:
        given = await grant_role(
            session,
            visit.actor,
            staff_id=staff_id,
            grant=grant,
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {"id": str(given)}

    try:
        await visit.once(form, "role.grant", work, staff=staff_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, staff_id, form, errors_of(refusal, {}, ROLE_FIELDS), status=422)
    return visit.go(_place(staff_id), "已授予角色，下一次操作起生效")


@post("/staff/{staff_id:uuid}/roles/{membership_id:uuid}/revoke", status_code=200)
async def send_revoke(
    visit: GivenVisit, staff_id: FromPath[UUID], membership_id: FromPath[UUID]
) -> Answer:
    """Take a role away."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await revoke_role(
            session,
            visit.actor,
            membership_id=membership_id,
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {}

    return await visit.press(
        "role.revoke",
        work,
        back=_place(staff_id),
        done="已收回角色，下一次操作起生效",
        membership=membership_id,
    )


@post("/staff/{staff_id:uuid}/password", status_code=200)
async def send_reset(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Set a temporary password, which the staff member changes before all else."""
    form = await visit.form()
    form.require("password")
    if form.errors:
        return await _show(visit, staff_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await reset_password(
            session,
            visit.actor,
            staff_id=staff_id,
            password=form.secret("password"),
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "password.reset", work, staff=staff_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, PASSWORD_FIELDS)
        return await _show(visit, staff_id, form, errors, status=422)
    return visit.go(_place(staff_id), "已重置密码，其登录已全部退出，再次登录时须先修改密码")


@post("/staff/{staff_id:uuid}/end", status_code=200)
async def send_end_staff(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Take a staff member's roles and log-in away."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_staff(
            session,
            visit.actor,
            staff_id=staff_id,
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {}

    return await visit.press(
        "staff.end", work, back=_place(staff_id), done="已停用该账号", staff=staff_id
    )


def _place(staff_id: UUID) -> str:
    return f"/desk/staff/{staff_id}"


async def _show(
    visit: Visit, staff_id: UUID, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    actor = visit.actor
    actor.require(STAFF_READ)
    async with visit.reading() as session:
        member = await own_staff_member(session, actor, staff_id)
        held = (await session.scalars(memberships_of(actor.own_tenant, staff_id))).all()
        # All roles of one person share one reach, so that the first one's is what a further role is offered with.
        branch_id, areas = (held[0].branch_id, held[0].area_codes) if held else (None, [])
        branch = await session.scalar(
            branches_by_id(actor.own_tenant, [] if branch_id is None else [branch_id])
        )
        left = [
            pair for pair in visit.role_names.items() if pair[0] not in {one.role for one in held}
        ]
        context = {
            "member": member,
            "held": held,
            "role_names": visit.role_names,
            "branch": branch.name if branch is not None else "不限",
            "areas": list((await area_names(session, areas)).values()),
            "choices": await reach_choices(session, actor.own_tenant),
            "roles_left": left,
            "values": {
                "role": form.text("role") if form else "",
                "branchId": form.text("branchId") if form else str(branch_id or ""),
                "areaCodes": form.texts("areaCodes") if form else areas,
            },
            "errors": errors,
            "link": await own_link(session, actor, staff_id),
            "may_manage": actor.may(STAFF_MANAGE) and member.ended_at is None,
            "oneself": staff_id == actor.staff_id,
        }
        return await visit.page(session, "house/member.html", context, status=status)
