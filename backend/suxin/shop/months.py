"""Closing a month: the village's figures are put down as the sum of its households' statements."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.shop import queries
from suxin.shop.models import ShopMonth, ShopRedemption
from suxin.shop.periods import month_of
from suxin.shop.policies import MONTH_CLOSE
from suxin.shop.queries.statements import statements
from suxin.shop.recording import record
from suxin.shop.refusals import MonthClosed, MonthNotOver
from suxin.shop.states import RedemptionState
from suxin.shop.turns import take_shop


async def close_month(
    session: AsyncSession, actor: Actor, *, month: date, now: datetime
) -> ShopMonth:
    """Close a month of the shop, given by its first day. What households have is carried over; nothing expires.

    :raises Forbidden: without the right to close months
    :raises Invalid: if it is no month's first day
    :raises MonthNotOver: if it is not over, or something held in it waits to be handed over
    :raises MonthClosed: if it was closed before
    """
    actor.require(MONTH_CLOSE)
    if month.day != 1:
        raise Invalid(field="month", reason_zh="应为某月第一天", reason_en="it is a first day")
    await take_shop(session, actor.own_tenant)
    if await queries.own_month(session, actor, month) is not None:
        raise MonthClosed(month=f"{month:%Y-%m}")
    start, end = month_of(month)
    of_month = (
        ShopRedemption.tenant_id == actor.own_tenant,
        ShopRedemption.held_at >= start,
        ShopRedemption.held_at < end,
    )
    waits = await session.scalar(
        select(func.count()).where(*of_month, ShopRedemption.state == RedemptionState.HELD)
    )
    if end > now or waits:
        raise MonthNotOver(month=f"{month:%Y-%m}")
    handed_over = await session.scalar(
        select(func.count()).where(
            *of_month,
            ShopRedemption.state.in_((RedemptionState.HANDED_OVER, RedemptionState.RETURNED)),
        )
    )
    of_households = await statements(session, actor, month=month)
    closed = ShopMonth(
        tenant_id=actor.own_tenant,
        month=month,
        households=len(of_households),
        opening_points=sum(one.opening for one in of_households),
        earned_points=sum(one.earned for one in of_households),
        lost_points=sum(one.lost for one in of_households),
        spent_points=sum(one.spent for one in of_households),
        closing_points=sum(one.closing for one in of_households),
        redemptions=handed_over or 0,
        closed_by=actor.own_staff,
        closed_at=now,
    )
    session.add(closed)
    await session.flush()
    record(
        session,
        "month.closed",
        tenant_id=actor.own_tenant,
        of=("shop_month", actor.own_tenant),
        now=now,
        month=month.isoformat(),
        spent_points=closed.spent_points,
    )
    return closed
