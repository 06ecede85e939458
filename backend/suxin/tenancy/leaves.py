"""Leave (请假): on which days a staff member is away, and who covers for him.

He records it himself; so does whoever manages the staff, or the head of his branch. A cover reaches whatever he reaches, so that
nothing waits for somebody who is not there. Whoever is asked on a day is found by ``at_work``, from cover to cover.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.tenancy import queries
from suxin.tenancy.houses import record
from suxin.tenancy.models import Membership, StaffLeave
from suxin.tenancy.policies import LEAVE_RECORD
from suxin.tenancy.roles import lock_staff

MAX_LEAVE_DAYS: Final = 366
"""How long one leave lasts at the most (proposed default): a year's absence."""

MAX_LEAVES: Final = 20
"""How many leaves of one member may still lie ahead (proposed default)."""

MAX_COVERS: Final = 3
"""How far is looked from cover to cover: beyond it nobody in particular is asked."""


class LeaveOverlaps(Refusal):
    """The member is on leave on one of these days already."""

    code = "LEAVE_OVERLAPS"
    zh = "与已登记的请假（{starts_on} 至 {ends_on}）重叠"
    en = "It overlaps a leave from {starts_on} to {ends_on}"


class CoverOutOfReach(Refusal):
    """Whoever covers would not see what the member works on: he is of another branch or area, or has left."""

    code = "COVER_OUT_OF_REACH"
    kind = RefusalKind.INVALID
    zh = "代办人须在职，且负责的网点和区域包含请假人的"
    en = "A cover works here, and his branch and areas include the member's"


class TooManyLeaves(Refusal):
    """As many leaves as may be lie ahead."""

    code = "TOO_MANY_LEAVES"
    kind = RefusalKind.LIMITED
    zh = "尚未结束的请假最多 {limit} 次"
    en = "At most {limit} leaves may lie ahead"


async def record_leave(
    session: AsyncSession,
    actor: Actor,
    *,
    staff_id: UUID,
    cover_id: UUID,
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> StaffLeave:
    """Record that a staff member is away on some days, the last one included, and who covers for him.

    :raises Forbidden: if it is another's leave, and the actor may not record it, or heads another branch
    :raises NotFound: if nobody of this id works there
    :raises Invalid: if the days are past, in the wrong order, or too many
    :raises CoverOutOfReach: if the cover does not reach what the member reaches
    :raises LeaveOverlaps: if he is away on one of the days already
    :raises TooManyLeaves: if ``MAX_LEAVES`` lie ahead
    """
    tenant_id = actor.own_tenant
    await _require_recorder(session, actor, staff_id)
    await lock_staff(session, tenant_id, staff_id)
    _check_days(starts_on, ends_on, today=local_day(now))
    await _require_cover(session, tenant_id, staff_id, cover_id)
    ahead = await queries.leaves_ahead(session, tenant_id, staff_id, today=local_day(now))
    if len(ahead) >= MAX_LEAVES:
        raise TooManyLeaves(limit=MAX_LEAVES)
    for other in ahead:
        if other.starts_on <= ends_on and starts_on <= other.ends_on:
            raise LeaveOverlaps(
                field="startsOn",
                starts_on=other.starts_on.isoformat(),
                ends_on=other.ends_on.isoformat(),
            )
    leave = StaffLeave(
        tenant_id=tenant_id,
        id=new_id(now),
        staff_id=staff_id,
        cover_id=cover_id,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=actor.staff_id,
        recorded_at=now,
        cancelled_at=None,
    )
    session.add(leave)
    detail = {"from": starts_on.isoformat(), "to": ends_on.isoformat(), "cover": str(cover_id)}
    record(
        session,
        "tenancy.leave.recorded",
        tenant_id=tenant_id,
        of=("staff", staff_id),
        now=now,
        detail=detail,
    )
    await session.flush()
    return leave


async def cancel_leave(
    session: AsyncSession, actor: Actor, *, leave_id: UUID, now: datetime
) -> StaffLeave:
    """Take a leave back, before or while it runs; what was handed to the cover meanwhile stays with him.

    :raises NotFound: if there is no such leave that runs or lies ahead
    :raises Forbidden: if it is another's, and the actor may not record it
    """
    tenant_id = actor.own_tenant
    leave = await session.get(StaffLeave, (tenant_id, leave_id), with_for_update=True)
    if leave is None or leave.cancelled_at is not None or leave.ends_on < local_day(now):
        raise NotFound(thing_zh="请假", thing_en="leave")
    await _require_recorder(session, actor, leave.staff_id)
    leave.cancelled_at = now
    record(
        session,
        "tenancy.leave.cancelled",
        tenant_id=tenant_id,
        of=("staff", leave.staff_id),
        now=now,
    )
    return leave


def at_work(staff_id: UUID, covers: Mapping[UUID, UUID]) -> UUID | None:
    """Return who is asked in a member's place: himself, or his cover, or that one's; nobody where all are away.

    ``covers`` says who is away on the day, and who covers for him (``queries.covers_on``).
    """
    asked = staff_id
    for _ in range(MAX_COVERS + 1):
        if asked not in covers:
            return asked
        asked = covers[asked]
    return None


def _check_days(starts_on: date, ends_on: date, *, today: date) -> None:
    if ends_on < starts_on:
        raise Invalid(
            field="endsOn",
            reason_zh="结束日不能早于开始日",
            reason_en="the last day is not before the first",
        )
    if ends_on < today:
        raise Invalid(field="endsOn", reason_zh="请假已过", reason_en="the leave is over")
    if (ends_on - starts_on).days >= MAX_LEAVE_DAYS:
        raise Invalid(
            field="endsOn",
            reason_zh=f"一次最多 {MAX_LEAVE_DAYS} 天",
            reason_en=f"a leave has at most {MAX_LEAVE_DAYS} days",
        )


async def _require_recorder(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    if actor.staff_id == staff_id and actor.tenant_id is not None:
        return
    actor.require(LEAVE_RECORD)
    if actor.branch_id is None:
        return
    reach = await _reach(session, actor.own_tenant, staff_id)
    if reach is None or reach.branch_id != actor.branch_id:
        raise Forbidden(permission=LEAVE_RECORD)


async def _require_cover(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, cover_id: UUID
) -> None:
    covering = await _reach(session, tenant_id, cover_id)
    covered = await _reach(session, tenant_id, staff_id)
    if covering is None or cover_id == staff_id:
        raise CoverOutOfReach(field="coverId")
    branch = None if covered is None else covered.branch_id
    areas = [] if covered is None else covered.area_codes
    in_branch = covering.branch_id in (None, branch)
    in_areas = not covering.area_codes or set(areas or [""]) <= set(covering.area_codes)
    if not in_branch or not in_areas:
        raise CoverOutOfReach(field="coverId")


async def _reach(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> Membership | None:
    # All roles of one person share one branch and one set of areas.
    return await session.scalar(queries.memberships_of(tenant_id, staff_id).limit(1))
