"""What follows of a limit in time, in the platform's name: its notice, its effect, its end; and as its order is paid."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import SHANGHAI, add_working_days, local_day
from suxin.perks.limiting import queries
from suxin.perks.limiting.models import Limit, LimitParty
from suxin.perks.limiting.states import LimitState
from suxin.perks.limiting.telling import (
    notice_text,
    record_limit,
    tell_concerned,
    tell_merchant,
)
from suxin.perks.models import Programme, Redeemer
from suxin.review.kinds import APPEAL_DAYS
from suxin.subjects.contents import months_later

EFFECT_TOPIC: Final = "perks.limit.effect"
OVER_TOPIC: Final = "perks.limit.over"
PAID_ZH: Final = "订单已支付"
OVER_ZH: Final = "期限届满"


async def give_notice(
    session: AsyncSession, *, tenant_id: UUID, limit_id: UUID, now: datetime
) -> None:
    """Tell whom a proposed limit concerns, and let his time to object run. A duty of the platform."""
    limit = await queries.lock_limit(session, tenant_id, limit_id)
    if limit is None or limit.state is not LimitState.PROPOSED:
        return
    subject_id = await session.scalar(
        select(Redeemer.subject_id).where(
            Redeemer.tenant_id == tenant_id, Redeemer.redemption_id == limit.redemption_id
        )
    )
    if subject_id is None:
        limit.end("找不到核销人", now=now)
        record_limit(session, limit, "ended", now=now)
        return
    calendar = await calendar_for_deadlines(session)
    until = add_working_days(now, APPEAL_DAYS, calendar=calendar).at
    limit.notice(object_until=until, now=now)
    session.add(
        LimitParty(
            tenant_id=tenant_id,
            limit_id=limit.id,
            subject_id=subject_id,
            programme_id=limit.programme_id,
        )
    )
    await session.flush()
    record_limit(session, limit, "noticed", now=now)
    programme = await session.get_one(Programme, (tenant_id, limit.programme_id))
    body = await notice_text(session, limit, programme)
    await tell_concerned(session, limit, subject_id, title="权益限制告知", body=body, now=now)
    await wait_for_effect(session, limit, now=now)


async def wait_for_effect(session: AsyncSession, limit: Limit, *, now: datetime) -> None:
    """Have it looked at whether a limit takes effect, once its time to object is over."""
    await outbox.post(
        session,
        EFFECT_TOPIC,
        {"tenant_id": limit.tenant_id, "limit_id": limit.id},
        now=now,
        tenant_id=limit.tenant_id,
        not_before=max(now, limit.object_until or now),
    )


async def let_take_effect(
    session: AsyncSession, *, tenant_id: UUID, limit_id: UUID, now: datetime
) -> None:
    """Let a limit take effect whose time to object is over, and that nothing freezes. A duty of the platform."""
    limit = await queries.lock_limit(session, tenant_id, limit_id)
    if limit is None or limit.state is not LimitState.NOTICED:
        return
    if limit.object_until is None or now < limit.object_until:
        return
    ends_on = months_later(local_day(now), limit.months)
    limit.take_effect(ends_on=ends_on, now=now)
    record_limit(session, limit, "effective", now=now)
    await tell_merchant(session, limit, title="已生效", body="申诉期已过，限制生效。", now=now)
    await _tell(session, limit, title="权益限制已生效", body=f"至 {ends_on.isoformat()} 前适用普惠待遇，付清后即结束。", now=now)  # fmt: skip
    begins = datetime(ends_on.year, ends_on.month, ends_on.day, tzinfo=SHANGHAI)
    which = {"tenant_id": tenant_id, "limit_id": limit.id}
    await outbox.post(
        session, OVER_TOPIC, which, now=now, tenant_id=tenant_id, not_before=max(now, begins)
    )


async def end_over(
    session: AsyncSession, *, tenant_id: UUID, limit_id: UUID, now: datetime
) -> None:
    """End a limit whose months are over. A duty of the platform."""
    limit = await queries.lock_limit(session, tenant_id, limit_id)
    if limit is None or limit.state is not LimitState.EFFECTIVE:
        return
    if limit.ends_on is None or local_day(now) < limit.ends_on:
        return
    limit.end(OVER_ZH, now=now)
    record_limit(session, limit, "ended", now=now)
    await _tell(session, limit, title="权益限制已结束", body="期限届满，信用优惠恢复。", now=now)


async def end_as_paid(
    session: AsyncSession, *, tenant_id: UUID, order_id: UUID, now: datetime
) -> None:
    """End an order's limit wherever it stands, because the order is paid, in the transaction that learns of it."""
    limit = await queries.lock_live_of_order(session, tenant_id, order_id)
    if limit is None:
        return
    limit.end(PAID_ZH, now=now)
    record_limit(session, limit, "ended", now=now)


async def _tell(
    session: AsyncSession, limit: Limit, *, title: str, body: str, now: datetime
) -> None:
    subject_id = await session.scalar(
        select(LimitParty.subject_id).where(
            LimitParty.tenant_id == limit.tenant_id, LimitParty.limit_id == limit.id
        )
    )
    if subject_id is not None:
        said = f"订单 {limit.order_number}：{body}"
        await tell_concerned(session, limit, subject_id, title=title, body=said, now=now)
