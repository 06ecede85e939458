"""Who is in a household: joining, leaving, heading it, seen in full; and the household merged, split, moved away and back."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.villages import queries
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.households import (
    add_member,
    bring_household_back,
    leave_household,
    merge_households,
    move_household_away,
    name_head,
    split_household,
)
from suxin.villages.people import open_member
from suxin.villages.policies import PERSON_READ, REGISTER_MANAGE
from suxin.villages.refusals import HouseholdUnknown
from suxin.villages.states import LeaveReason
from suxin.villages.texts import MAX_NUMBER
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.fields import MEMBER_FIELDS, member_of, require_village
from suxin_tenants.village_grid.household_pages import PLACE, note, show_one
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right
from suxin_tenants.words import said

Step = Callable[[AsyncSession, Form], Awaitable[object]]


@post("/village/households/{household_id:uuid}/members", status_code=200)
async def send_member(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Add somebody to a household, or show the form again with what is wrong with it."""
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    form = await visit.form()
    draft = member_of(form)
    if form.errors:
        return await show_one(visit, household_id, form, step="member", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await add_member(
            session,
            visit.actor,
            household_id=household_id,
            draft=draft,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        return {}

    try:
        await visit.once(form, "village.member", work, household=household_id)
    except Refusal as refusal:
        note(form, refusal, MEMBER_FIELDS)
        return await show_one(visit, household_id, form, step="member", status=422)
    return visit.go(f"{PLACE}/{household_id}", "已登记家庭成员")


@post("/village/households/{household_id:uuid}/members/{member_id:uuid}/open", status_code=200)
async def send_open(
    visit: GivenVisit, household_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Answer:
    """Show somebody in full, which is put on record before it is shown."""
    require_village(visit)
    visit.actor.require(PERSON_READ)
    async with visit.runtime.database.transaction(visit.actor, now=visit.world_now) as session:
        found = await open_member(
            session,
            visit.actor,
            visit.runtime.sealer,
            member_id=member_id,
            now=visit.world_now,
        )
    context = {"found": found, "household_id": household_id}
    async with visit.reading() as session:
        return await visit.page(session, "village/member.html", context)


@post("/village/households/{household_id:uuid}/members/{member_id:uuid}/head", status_code=200)
async def send_head(
    visit: GivenVisit, household_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Answer:
    """Let another member head the household."""

    async def step(session: AsyncSession, _form: Form) -> object:
        return await name_head(session, visit.actor, member_id=member_id, now=visit.world_now)

    return await _step(visit, household_id, "head", step, done="户主已变更", member=member_id)


@post("/village/households/{household_id:uuid}/members/{member_id:uuid}/leave", status_code=200)
async def send_leave(
    visit: GivenVisit, household_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Answer:
    """Say that somebody is in the household no more."""

    async def step(session: AsyncSession, form: Form) -> object:
        reason = form.choice("reason", LeaveReason) or LeaveReason.MISTAKE
        return await leave_household(
            session, visit.actor, member_id=member_id, reason=reason, now=visit.world_now
        )

    return await _step(visit, household_id, "leave", step, done="已登记离户", member=member_id)


@post("/village/households/{household_id:uuid}/away", status_code=200)
async def send_away(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Count the household no more."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await move_household_away(
            session,
            visit.actor,
            household_id=household_id,
            reason=form.text("reason"),
            now=visit.world_now,
        )

    return await _step(visit, household_id, "away", step, done="已登记迁出")


@post("/village/households/{household_id:uuid}/back", status_code=200)
async def send_back(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Count the household again."""

    async def step(session: AsyncSession, _form: Form) -> object:
        return await bring_household_back(
            session, visit.actor, household_id=household_id, now=visit.world_now
        )

    return await _step(visit, household_id, "back", step, done="已恢复在册")


@post("/village/households/{household_id:uuid}/merge", status_code=200)
async def send_merge(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Have the household with a number take this one in."""

    async def step(session: AsyncSession, form: Form) -> object:
        tenant_id = visit.actor.own_tenant
        into = await queries.household_numbered(session, tenant_id, form.text("intoNumber"))
        if into is None:
            raise HouseholdUnknown(field="intoNumber", number=form.text("intoNumber")[:MAX_NUMBER])
        return await merge_households(
            session,
            visit.actor,
            household_id=household_id,
            into_id=into.id,
            now=visit.world_now,
        )

    return await _step(visit, household_id, "merge", step, done="已并户")


@post("/village/households/{household_id:uuid}/split", status_code=200)
async def send_split(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Make a household of its own of one member."""

    async def step(session: AsyncSession, form: Form) -> object:
        member_id = form.id("memberId")
        old = await queries.household(session, visit.actor.own_tenant, household_id)
        head = member_id or household_id
        return await split_household(
            session,
            visit.actor,
            household_id=household_id,
            draft=HouseholdDraft(
                number=form.text("newNumber"), group_name=old.group_name, grid_id=old.grid_id
            ),
            member_ids=[head],
            head_id=head,
            now=visit.world_now,
        )

    return await _step(visit, household_id, "split", step, done="已分户")


async def _step(
    visit: Visit, household_id: UUID, name: str, step: Step, *, done: str, **facts: object
) -> Answer:
    """Carry out one step about a household, once, and go back to its page."""
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    form, back = await visit.form(), f"{PLACE}/{household_id}"

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"village.{name}", work, household=household_id, **facts)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(back, said(refusal), good=False)
    return visit.go(back, done)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    send_member,
    send_open,
    send_head,
    send_leave,
    send_away,
    send_back,
    send_merge,
    send_split,
)
