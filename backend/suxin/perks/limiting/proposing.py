"""What a merchant does: propose a limit on an order that was not paid, and end it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.perks.limiting import queries
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.limiting.refusals import (
    LimitExists,
    LimitNobody,
    LimitNotDefaulted,
    LimitTerm,
)
from suxin.perks.limiting.states import LimitState
from suxin.perks.limiting.telling import record_limit
from suxin.perks.limits import MAX_REFERENCE, checked_reason
from suxin.perks.models import Redemption
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.queries import has_outcome, lock_own_order
from suxin.perks.orders.states import OutcomeKind, ServiceOrderStage

MAX_MONTHS: Final = 12
"""How long a limit lasts at the most (proposed)."""

MAX_DOCUMENT: Final = MAX_REFERENCE
NOTICE_TOPIC: Final = "perks.limit.notice"


async def propose_limit(
    session: AsyncSession,
    actor: Actor,
    *,
    order_id: UUID,
    months: int,
    reason: str,
    document_number: str = "",
    now: datetime,
) -> Limit:
    """Propose that a programme's better terms end for whoever did not pay an order, for some months; he is told first.

    :raises Forbidden: if the actor proposes none
    :raises NotFound: if the order is not this tenant's
    :raises LimitTerm, Invalid: if the months are out of bounds, no reason is given, or the document's number is too long
    :raises LimitNotDefaulted: if the order is no confirmed default (never one of medicine or school)
    :raises LimitNobody: if nobody is known who redeemed
    :raises LimitExists: if the order has a limit, or had one that was lifted
    Source: 国办发〔2020〕49号
    """
    actor.require(LIMIT_PROPOSE)
    if not 1 <= months <= MAX_MONTHS:
        raise LimitTerm(field="months", limit=MAX_MONTHS)
    said = checked_reason(reason)
    number = document_number.strip() or None
    if number is not None and len(number) > MAX_DOCUMENT:
        raise Invalid(
            field="documentNumber",
            reason_zh=f"文号不超过 {MAX_DOCUMENT} 个字符",
            reason_en=f"a document's number has {MAX_DOCUMENT} characters at most",
        )
    # The order's row is the turn that two proposals take, and a payment.
    order = await lock_own_order(session, actor, order_id)
    if not await _defaulted(session, order):
        raise LimitNotDefaulted
    redemption_id, programme_id = await _redeemed(session, order)
    if await queries.has_limit(session, order.tenant_id, order.id):
        raise LimitExists
    limit = Limit(
        tenant_id=order.tenant_id,
        id=new_id(now),
        programme_id=programme_id,
        order_id=order.id,
        order_number=order.number,
        redemption_id=redemption_id,
        owed_fen=order.total_fen or 0,
        months=months,
        reason=said,
        document_number=number,
        state=LimitState.PROPOSED,
        proposed_by=actor.own_staff,
        proposed_at=now,
    )
    session.add(limit)
    await session.flush()
    record_limit(session, limit, "proposed", now=now, months=months)
    which = {"tenant_id": limit.tenant_id, "limit_id": limit.id}
    await outbox.post(session, NOTICE_TOPIC, which, now=now, tenant_id=limit.tenant_id, wake=True)
    return limit


async def end_limit(
    session: AsyncSession, actor: Actor, *, limit_id: UUID, reason: str, now: datetime
) -> Limit:
    """End a limit that the merchant does not want any more, wherever it stands.

    :raises Forbidden: if the actor proposes none
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it has ended
    """
    said = checked_reason(reason)
    limit = await queries.lock_own_limit(session, actor, limit_id)
    limit.end(said, now=now)
    record_limit(session, limit, "ended", now=now)
    return limit


async def _defaulted(session: AsyncSession, order: ServiceOrder) -> bool:
    return (
        order.stage is ServiceOrderStage.USER_PAYING
        and order.sector.keeps_records
        and await has_outcome(session, order, OutcomeKind.DEFAULTED)
    )


async def _redeemed(session: AsyncSession, order: ServiceOrder) -> tuple[UUID, UUID]:
    """Return the redemption and programme of an order, if somebody known redeemed: a visitor has no handle."""
    redemption = await session.scalar(
        select(Redemption).where(
            Redemption.tenant_id == order.tenant_id, Redemption.id == order.redemption_id
        )
    )
    if redemption is None or redemption.handle is None:
        raise LimitNobody
    return redemption.id, redemption.programme_id
