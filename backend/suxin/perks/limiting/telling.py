"""What is put on record of a limit, and who is told: the merchant's people, and whom it concerns."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.money import format_yuan
from suxin.kernel.working_days import local_day
from suxin.perks.limiting.event_types import LIMIT_STEPS
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.models import Programme
from suxin.relief.telling import people_of
from suxin.tenancy.queries import tenant_name

PAGE: Final = "/pages/perk-limits"
_TEMPLATE: Final = "perk_limit"


def record_limit(
    session: AsyncSession, limit: Limit, act: str, *, now: datetime, **detail: object
) -> None:
    """Put on record what was done about a limit, and tell the merchant's systems, without whom it concerns."""
    append_act(
        session,
        action=f"perks.limit.{act}",
        now=now,
        tenant_id=limit.tenant_id,
        object_type="perk_limit",
        object_id=limit.id,
        detail={"order": limit.order_number, **detail},
    )
    record_event(
        session,
        LIMIT_STEPS[act],
        tenant_id=limit.tenant_id,
        object_id=limit.order_id,
        now=now,
        number=limit.order_number,
        owedFen=limit.owed_fen,
        months=limit.months,
    )


async def tell_concerned(
    session: AsyncSession,
    limit: Limit,
    subject_id: UUID,
    *,
    title: str,
    body: str,
    now: datetime,
) -> None:
    """Tell whoever acts for the subject that a limit concerns. A duty of the platform."""
    for person_id in await people_of(session, subject_id, now=now):
        await notices.notify_person(
            session,
            person_id=person_id,
            template=_TEMPLATE,
            title=title,
            body=body,
            link=PAGE,
            facts={"item": limit.order_number},
            now=now,
        )


async def tell_merchant(
    session: AsyncSession, limit: Limit, *, title: str, body: str, now: datetime
) -> None:
    """Tell those of the merchant who propose limits."""
    await notices.notify_tenant(
        session,
        tenant_id=limit.tenant_id,
        permission=LIMIT_PROPOSE,
        template=_TEMPLATE,
        title=f"权益限制：{title}",
        body=f"订单 {limit.order_number}：{body}",
        link=f"/desk/orders/{limit.order_id}",
        now=now,
    )


async def notice_text(session: AsyncSession, limit: Limit, programme: Programme) -> str:
    """Return what a notice says: who proposes what and why, until when he may object, and what it does not touch."""
    merchant = await tenant_name(session, limit.tenant_id)
    until = local_day(limit.object_until or limit.proposed_at).isoformat()
    return (
        f"{merchant}称您的订单 {limit.order_number} 有 {format_yuan(limit.owed_fen)} 元逾期未付（{limit.reason}），"
        f"拟在 {limit.months} 个月内不再向您提供“{programme.name}”的信用优惠，普惠待遇照常。"
        f"您可在 {until} 前申诉，申诉期间不生效；付清后限制即结束。不影响其他权益、您的评分和信用记录。"
    )
