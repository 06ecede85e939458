"""Notices: what the committee approved is put before the village, and posted when nobody objected in time."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.models import NoticePage, PointClaim, PointNotice
from suxin.grid.models.claims import NOTICED
from suxin.grid.notice_lines import Line, line_of, stored
from suxin.grid.policies import NOTICE_PUBLISH
from suxin.grid.posting import post_after_notice
from suxin.grid.refusals import NothingToNotice
from suxin.grid.states import ClaimState
from suxin.grid.telling import record_steps, tell_households
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import change
from suxin.kernel.working_days import add_working_days, local_day
from suxin.tenancy.queries import tenant_row
from suxin.villages.models import Household

MAX_LINES: Final = 200
"""How many claims one notice has; what is more waits for the next."""

CHUNK: Final = 200
"""How many claims one job posts."""

TOKEN_BYTES: Final = 16
OVER_TOPIC: Final = "grid.notice.over"


async def publish_notice(
    session: AsyncSession, actor: Actor, *, now: datetime
) -> tuple[PointNotice, NoticePage]:
    """Put what was approved on a notice, for as many working days as the rules in force say; the oldest first.

    :raises Forbidden: without the right to publish
    :raises NothingToNotice: if nothing waits for it
    :raises NoRulesInForce: if the village has none today
    Source: plan, 治理积分 (5 to 7 working days)
    """
    actor.require(NOTICE_PUBLISH)
    tenant_id = actor.own_tenant
    await queries.take_turn(session, tenant_id)
    found = await _approved(session, tenant_id)
    if not found:
        raise NothingToNotice
    rules = await queries.rules_in_force(session, tenant_id, on=local_day(now))
    days = rules.rules.notice_days
    calendar = await calendar_for_deadlines(session)
    ends = add_working_days(now, days, calendar=calendar)
    notice = PointNotice(
        tenant_id=tenant_id,
        id=new_id(now),
        number=1 + (await _last_number(session, tenant_id)),
        claims=len(found),
        days=days,
        lines=stored(await _lines(session, found)),
        village_name=(await tenant_row(session, tenant_id)).name,
        published_by=actor.own_staff,
        published_at=now,
        ends_at=ends.at,
        ends_provisional=ends.provisional,
    )
    page = NoticePage(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        tenant_id=tenant_id,
        notice_id=notice.id,
        ends_at=ends.at,
    )
    session.add(notice)
    await session.flush()
    session.add(page)
    for line, (claim, _) in enumerate(found, start=1):
        claim.put_on_notice(notice.id, line=line, ends_at=ends.at)
    await change(session, [claim for claim, _ in found], NOTICED)
    await _tell(session, [claim for claim, _ in found], notice, now=now)
    await _announce(session, notice, now=now)
    return notice, page


async def notice_over(
    session: AsyncSession, *, tenant_id: UUID, notice_id: UUID, now: datetime
) -> None:
    """Post what nobody objected to, a chunk at a time, and erase the lines of a notice that is over. A duty of the platform."""
    notice = await session.get(
        PointNotice, (tenant_id, notice_id), with_for_update=True, populate_existing=True
    )
    if notice is None or notice.ends_at > now:
        return
    if notice.closed_at is None:
        notice.lines, notice.closed_at = [], now
    await queries.take_turn(session, tenant_id)
    claims = (
        await session.scalars(
            select(PointClaim)
            .where(
                PointClaim.tenant_id == tenant_id,
                PointClaim.notice_id == notice_id,
                PointClaim.state == ClaimState.NOTICED,
            )
            .order_by(PointClaim.id)
            .limit(CHUNK)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()
    await post_after_notice(session, claims, now=now)
    if len(claims) == CHUNK:
        await _post_over(session, notice, now=now, not_before=now)


async def _approved(session: AsyncSession, tenant_id: UUID) -> list[tuple[PointClaim, Household]]:
    rows = await session.execute(
        select(PointClaim, Household)
        .join(
            Household,
            (Household.tenant_id == PointClaim.tenant_id)
            & (Household.id == PointClaim.household_id),
        )
        .where(PointClaim.tenant_id == tenant_id, PointClaim.state == ClaimState.APPROVED)
        .order_by(PointClaim.id)
        .limit(MAX_LINES)
        .with_for_update(of=PointClaim)
        .execution_options(populate_existing=True)
    )
    return [(claim, household) for claim, household in rows]


async def _lines(session: AsyncSession, found: list[tuple[PointClaim, Household]]) -> list[Line]:
    tenant_id = found[0][0].tenant_id
    members = [claim.member_id for claim, _ in found if claim.member_id is not None]
    names = await queries.names_agreed(session, tenant_id, members)
    return [
        line_of(
            number,
            rule=claim.rule_name,
            points=claim.points,
            happened_on=claim.happened_on,
            household=household.number,
            member_id=claim.member_id,
            names=names,
        )
        for number, (claim, household) in enumerate(found, start=1)
    ]


async def _last_number(session: AsyncSession, tenant_id: UUID) -> int:
    last = await session.scalar(
        select(func.max(PointNotice.number)).where(PointNotice.tenant_id == tenant_id)
    )
    return last or 0


async def _tell(
    session: AsyncSession, claims: Sequence[PointClaim], notice: PointNotice, *, now: datetime
) -> None:
    recorded = [(claim, {"notice": notice.number}) for claim in claims]
    await record_steps(session, recorded, "noticed", now=now)
    told = [
        (
            claim,
            f"第 {notice.number} 期公示第 {claim.notice_line} 号：“{claim.rule_name}”{claim.points:+d} 分，公示 {notice.days} 个工作日。",
        )
        for claim in claims
    ]
    await tell_households(session, told, title="积分公示", now=now)


async def _announce(session: AsyncSession, notice: PointNotice, *, now: datetime) -> None:
    append_act(
        session,
        action="grid.notice.published",
        now=now,
        object_type="grid_notice",
        object_id=notice.id,
        detail={"number": notice.number, "claims": notice.claims},
    )
    await _post_over(session, notice, now=now, not_before=notice.ends_at)
    await session.flush()


async def _post_over(
    session: AsyncSession, notice: PointNotice, *, now: datetime, not_before: datetime
) -> None:
    await outbox.post(
        session,
        OVER_TOPIC,
        {"tenant_id": notice.tenant_id, "notice_id": notice.id},
        now=now,
        tenant_id=notice.tenant_id,
        not_before=not_before,
    )
