"""One's own account: who one is here, and one's password. The only page of a desk while that is a temporary one."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.di import Provide
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.own_grants import end_own_grant, own_grants
from suxin.consent.oauth.scopes import scope_words
from suxin.kernel.refusals import Refusal
from suxin.tenancy.password_changes import change_password
from suxin.tenancy.queries import (
    branches_by_id,
    has_temporary_password,
    memberships_of,
    own_staff_member,
)
from suxin.tenancy.second_factors import has_second_factor
from suxin_tenants.area_names import area_names
from suxin_tenants.visits import (
    Answer,
    GivenVisit,
    Visit,
    can_be_set_right,
    errors_of,
    provide_account_visit,
)
from suxin_web.callers import required_cookie
from suxin_web.desk_paths import ACCOUNT_PATH, DESK_PATH

PASSWORD_FIELDS: Final = ("currentPassword", "newPassword", "newPasswordAgain")
_NAMES: Final = {"current": "currentPassword", "new": "newPassword"}
_OPEN: Final = {"visit": Provide(provide_account_visit)}


@get("/account", dependencies=_OPEN)
async def show_account(visit: GivenVisit) -> Answer:
    """Show one's own account."""
    return await _show(visit, {}, status=200)


@post("/account", status_code=200, dependencies=_OPEN)
async def send_new_password(visit: GivenVisit) -> Answer:
    """Change one's own password. It takes no key: the current password is good for it once."""
    form = await visit.form()
    form.require(*PASSWORD_FIELDS)
    if not form.errors and form.secret("newPassword") != form.secret("newPasswordAgain"):
        form.fail("newPasswordAgain", "两次输入的新密码不一致")
    if form.errors:
        return await _show(visit, form.errors, status=422)
    try:
        async with visit.runtime.database.transaction(visit.actor, now=visit.now) as session:
            await change_password(
                session,
                visit.actor,
                token=required_cookie(visit.request),
                current=form.secret("currentPassword"),
                new=form.secret("newPassword"),
                sealer=visit.runtime.sealer,
                now=visit.now,
            )
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, _NAMES, PASSWORD_FIELDS), status=422)
    return visit.go(DESK_PATH, "密码已修改，您在其他设备上的登录已退出")


@post("/account/grants/{grant_id:uuid}/end", status_code=200)
async def send_end_grant(visit: GivenVisit, grant_id: FromPath[UUID]) -> Answer:
    """Take back what an application was allowed to do."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_own_grant(session, visit.actor, grant_id=grant_id, now=visit.now)
        return {}

    return await visit.press(
        "grant.end", work, back=ACCOUNT_PATH, done="已终止，该应用不能再代您操作", grant=grant_id
    )


async def _show(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    actor = visit.actor
    async with visit.reading() as session:
        member = await own_staff_member(session, actor, actor.own_staff)
        if await has_temporary_password(session, actor):
            context = {"name": member.name, "login": member.login, "errors": errors}
            return visit.part("house/first_password.html", context, status=status)
        held = (await session.scalars(memberships_of(actor.own_tenant, member.id))).all()
        branch = await session.scalar(
            branches_by_id(actor.own_tenant, [] if actor.branch_id is None else [actor.branch_id])
        )
        second_factor = await has_second_factor(
            session, tenant_id=actor.own_tenant, staff_id=member.id
        )
        profile = visit.runtime.profiles[visit.kind]
        roles, grants = profile.roles, await own_grants(session, actor, now=visit.now)
        return await visit.page(
            session,
            "house/account.html",
            {
                "member": member,
                "roles": [roles[one.role].zh for one in held if one.role in roles],
                "branch": branch.name if branch is not None else "不限",
                "areas": list((await area_names(session, actor.areas)).values()),
                "grants": grants,
                "grant_words": {one.id: scope_words(one.scopes, profile) for one in grants},
                "second_factor": second_factor,
                "errors": errors,
            },
            status=status,
        )
