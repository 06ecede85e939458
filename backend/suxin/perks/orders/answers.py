"""What follows from a provider's answer, its call back or the merchant's own statement: the order goes forward, and whoever it concerns is told."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.ids import new_id
from suxin.perks.limiting.following import end_as_paid
from suxin.perks.orders.models import OrderOutcome, OrderRefund, ServiceOrder
from suxin.perks.orders.provider import OrderTold
from suxin.perks.orders.rules import Completion, read_lines
from suxin.perks.orders.states import (
    OutcomeKind,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
    way_forward,
)
from suxin.perks.orders.telling import tell_of_order, tell_of_refund

DEFAULT_TOPIC: Final = "perks.order.payment_due"
OUTCOME_TOPIC: Final = "perks.order.outcome_known"
UNPAID_FOR: Final = timedelta(days=30)
"""After how long an order that was completed and not paid counts as a default (proposed)."""


async def take_told(
    session: AsyncSession, order: ServiceOrder, told: OrderTold, *, now: datetime
) -> bool:
    """Bring an order to where its provider says that it stands, stage by stage; return whether it went on.

    What is older than what is known changes nothing. What a request asked for is taken with the step that it asked for.
    """
    order.provider_order_id = told.provider_order_id or order.provider_order_id
    order.call_up = told.call_up or order.call_up
    before = order.stage
    for stage in way_forward(order.stage, told.stage):
        if (
            stage is ServiceOrderStage.USER_PAYING
            and order.request is not ServiceOrderRequest.COMPLETE
        ):
            # Only the merchant completes, and only through the platform: what nobody asked for is not taken.
            break
        await _enter(session, order, stage, told, now=now)
    return order.stage is not before


async def take_lowered(
    session: AsyncSession, order: ServiceOrder, told: OrderTold, *, now: datetime
) -> None:
    """Let an order ask for less where its provider was asked to lower it and tells that very total."""
    if (
        order.request is not ServiceOrderRequest.MODIFY
        or order.stage is not ServiceOrderStage.USER_PAYING
    ):
        return
    lowered = completion_asked(order)
    if told.total_fen == lowered.total_fen != order.total_fen:
        reason = (order.asked or {})["reason"]
        await enter_lowered(session, order, lowered, reason=reason, now=now)


async def enter_completed(
    session: AsyncSession, order: ServiceOrder, completion: Completion, *, now: datetime
) -> None:
    """Let an order be completed; where nothing is asked for it is paid at once."""
    order.complete(completion, now=now)
    await _told(session, order, now=now)
    if order.total_fen == 0:
        await enter_paid(session, order, transaction_id=None, paid_at=now, now=now)
        return
    await outbox.post(
        session,
        DEFAULT_TOPIC,
        {"tenant_id": order.tenant_id, "order_id": order.id},
        now=now,
        tenant_id=order.tenant_id,
        not_before=now + UNPAID_FOR,
    )


async def enter_lowered(
    session: AsyncSession,
    order: ServiceOrder,
    completion: Completion,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Let an order ask for less; where nothing is left it is paid at once."""
    order.lower(completion, reason=reason)
    await _told(session, order, now=now)
    if order.total_fen == 0:
        await enter_paid(session, order, transaction_id=None, paid_at=now, now=now)


async def enter_paid(
    session: AsyncSession,
    order: ServiceOrder,
    *,
    transaction_id: str | None,
    paid_at: datetime,
    now: datetime,
) -> None:
    """Let an order be paid, and say that its user kept faith; what was limited because it was not paid ends."""
    order.pay(transaction_id=transaction_id, paid_at=paid_at, now=now)
    await _told(session, order, now=now)
    await say_outcome(session, order, OutcomeKind.KEPT, now=now)
    await end_as_paid(session, tenant_id=order.tenant_id, order_id=order.id, now=now)


async def enter_cancelled(
    session: AsyncSession, order: ServiceOrder, *, reason: str | None, now: datetime
) -> None:
    """Let an order be cancelled."""
    order.cancel(reason=reason, now=now)
    await _told(session, order, now=now)


async def enter_confirmed(session: AsyncSession, order: ServiceOrder, *, now: datetime) -> None:
    """Let an order be confirmed by its user."""
    order.confirm(now=now)
    await _told(session, order, now=now)


async def enter_expired(session: AsyncSession, order: ServiceOrder, *, now: datetime) -> None:
    """Let an order expire that nobody confirmed."""
    order.expire(now=now)
    order.answered()
    await _told(session, order, now=now)


async def settle_refund(
    session: AsyncSession,
    order: ServiceOrder,
    refund: OrderRefund,
    state: ServiceOrderRefundState,
    *,
    rejection: str | None = None,
    now: datetime,
) -> bool:
    """Note what came of a refund, once; what came to nothing may be given back again. Return whether it was news.

    One that could not be paid (ABNORMAL) still may be, so that it keeps its part until it is closed.
    """
    if refund.state is state or refund.state in (
        ServiceOrderRefundState.SUCCESS,
        ServiceOrderRefundState.CLOSED,
    ):
        return False
    if state is ServiceOrderRefundState.PROCESSING:
        return False
    refund.settle(state, now=now, rejection=rejection)
    if state is ServiceOrderRefundState.CLOSED:
        order.give_back(-refund.amount_fen)
    await session.flush()
    tell_of_refund(session, order, refund, now=now)
    return True


async def say_outcome(
    session: AsyncSession, order: ServiceOrder, kind: OutcomeKind, *, now: datetime
) -> None:
    """Let it be known how an order ended for its user, for the closed loop; of medicine and school nothing is said."""
    if not order.sector.keeps_records:
        return
    await outbox.post(
        session,
        OUTCOME_TOPIC,
        {
            "tenant_id": order.tenant_id,
            "order_id": order.id,
            "kind": kind.value,
            "at": now.isoformat(),
        },
        now=now,
        tenant_id=order.tenant_id,
        wake=True,
    )


def outcome_of(order: ServiceOrder, kind: OutcomeKind, *, at: datetime) -> OrderOutcome:
    """Return how an order ended, as it is kept."""
    return OrderOutcome(
        tenant_id=order.tenant_id,
        id=new_id(at),
        order_id=order.id,
        programme_id=order.programme_id,
        redemption_id=order.redemption_id,
        sector=order.sector,
        kind=kind,
        occurred_at=at,
    )


def completion_asked(order: ServiceOrder) -> Completion:
    """Return the payments and discounts that a provider was asked to take, by the order's open request."""
    asked = order.asked or {}
    return Completion(
        payments=read_lines(asked["payments"]), discounts=read_lines(asked["discounts"])
    )


async def _enter(
    session: AsyncSession,
    order: ServiceOrder,
    stage: ServiceOrderStage,
    told: OrderTold,
    *,
    now: datetime,
) -> None:
    if stage is ServiceOrderStage.USER_CONFIRM:
        await enter_confirmed(session, order, now=now)
    elif stage is ServiceOrderStage.USER_PAYING:
        await enter_completed(session, order, completion_asked(order), now=now)
    elif stage is ServiceOrderStage.USER_PAID and order.stage is ServiceOrderStage.USER_PAYING:
        # It may have been lowered and paid before the answer to the lowering was read.
        await take_lowered(session, order, told, now=now)
    if stage is ServiceOrderStage.USER_PAID and order.stage is ServiceOrderStage.USER_PAYING:
        await enter_paid(
            session,
            order,
            transaction_id=told.transaction_id,
            paid_at=told.paid_at or now,
            now=now,
        )
    elif stage is ServiceOrderStage.REVOKED:
        await enter_cancelled(session, order, reason=(order.asked or {}).get("reason"), now=now)
    elif stage is ServiceOrderStage.EXPIRED:
        await enter_expired(session, order, now=now)


async def _told(session: AsyncSession, order: ServiceOrder, *, now: datetime) -> None:
    # Each stage by itself: the database refuses a step that is left out.
    await session.flush()
    tell_of_order(session, order, now=now)
