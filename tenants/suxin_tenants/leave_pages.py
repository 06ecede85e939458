"""Leave: one's own, and, for whoever may record it, that of the staff within his reach; who covers on which days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.tenancy.leaves import cancel_leave, record_leave
from suxin.tenancy.models import StaffLeave
from suxin.tenancy.policies import LEAVE_RECORD
from suxin.tenancy.queries import leaves_of_house, memberships_by_staff, staff_names, staff_of
from suxin_tenants.forms import Form
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

FIELDS: Final = ("staffId", "coverId", "startsOn", "endsOn")
PLACE: Final = "/desk/leaves"
MAX_COLLEAGUES: Final = 500
"""How many colleagues one select offers."""

MAX_LISTED: Final = 200


@get("/leaves")
async def show_leaves(visit: GivenVisit) -> Answer:
    """Show the leaves that run or lie ahead."""
    return await _show(visit, None, {}, status=200)


@post("/leaves", status_code=200)
async def send_leave(visit: GivenVisit) -> Answer:
    """Record a leave, or show the form again with what is wrong with it."""
    form = await visit.form()
    staff_id = form.id("staffId") or visit.actor.own_staff
    cover_id = form.id("coverId")
    starts_on, ends_on = _day(form, "startsOn"), _day(form, "endsOn")
    if cover_id is None:
        form.fail("coverId", "请选择代办人")
    if form.errors or cover_id is None or starts_on is None or ends_on is None:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        leave = await record_leave(
            session,
            visit.actor,
            staff_id=staff_id,
            cover_id=cover_id,
            starts_on=starts_on,
            ends_on=ends_on,
            now=visit.world_now,
        )
        return {"id": str(leave.id)}

    try:
        await visit.once(form, "leave.record", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, FIELDS), status=422)
    return visit.go(PLACE, "已登记请假，期间的新线索和时限提醒转给代办人")


@post("/leaves/{leave_id:uuid}/cancel", status_code=200)
async def send_cancel_leave(visit: GivenVisit, leave_id: FromPath[UUID]) -> Answer:
    """Take a leave back."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await cancel_leave(session, visit.actor, leave_id=leave_id, now=visit.world_now)
        return {}

    return await visit.press("leave.cancel", work, back=PLACE, done="已取消请假", leave=leave_id)


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    actor, today = visit.actor, local_day(visit.world_now)
    async with visit.reading() as session:
        house = leaves_of_house(actor.own_tenant, today=today).limit(MAX_LISTED)
        colleagues = await _colleagues(session, visit)
        mine = actor.own_staff
        within = set(colleagues) if actor.may(LEAVE_RECORD) else {mine}
        leaves: Sequence[StaffLeave] = [
            leave
            for leave in (await session.scalars(house)).all()
            if leave.staff_id in within or leave.cover_id == mine
        ]
        people = {one for leave in leaves for one in (leave.staff_id, leave.cover_id)}
        context = {
            "leaves": leaves,
            "names": colleagues | await staff_names(session, actor.own_tenant, people),
            "today": today,
            "mine": mine,
            "within": within,
            "others": [
                (str(staff_id), name) for staff_id, name in colleagues.items() if staff_id != mine
            ],
            "may_record": actor.may(LEAVE_RECORD),
            "values": {name: "" if form is None else form.text(name) for name in FIELDS},
            "errors": errors,
        }
        return await visit.page(session, "house/leaves.html", context, status=status)


async def _colleagues(session: AsyncSession, visit: Visit) -> dict[UUID, str]:
    """Return the names of those who work here, of the actor's branch and the head office where he is of one."""
    actor = visit.actor
    staff = (await session.scalars(staff_of(actor.own_tenant).limit(MAX_COLLEAGUES))).all()
    working = {one.id: one.name for one in staff if one.ended_at is None}
    held = await memberships_by_staff(session, actor.own_tenant, working)
    branches = (None, actor.branch_id)
    return {
        staff_id: name
        for staff_id, name in working.items()
        if staff_id in held and (actor.branch_id is None or held[staff_id][0].branch_id in branches)
    }


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期")
        return None


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_leaves,
    send_leave,
    send_cancel_leave,
)
