"""Carrying what a merchant asks to the provider, and asking after what was carried: the jobs' part of an order.

A call leaves while its order is locked, so that two workers never ask at once; what is sent twice carries the same number, and
a no is checked against where the order stands, because the first answer may have been lost.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.perks.orders import answers, queries
from suxin.perks.orders.asking import REQUEST_TOPIC
from suxin.perks.orders.commands import REFUND_TOPIC
from suxin.perks.orders.looking import look_again
from suxin.perks.orders.models import OrderService, ServiceOrder
from suxin.perks.orders.provider import (
    OrderName,
    OrderProvider,
    OrderSent,
    OrderTold,
    ProviderRejected,
    RefundSent,
)
from suxin.perks.orders.states import (
    ENDED,
    OrderChannel,
    OutcomeKind,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
)
from suxin.perks.orders.telling import tell_of_rejection
from suxin.perks.recording import call_for_record

ASK_AGAIN_AFTER: Final = timedelta(hours=12)
"""After how long without an answer a request is put on its way anew, whatever became of its job."""

REFUND_LOOK: Final = timedelta(minutes=10)
MAX_REJECTION: Final = 200


async def carry_request(
    session: AsyncSession,
    *,
    provider: OrderProvider,
    tenant_id: UUID,
    order_id: UUID,
    request_id: UUID,
    now: datetime,
) -> None:
    """Ask the provider what a merchant asked for, and take its answer.

    :raises ProviderUnavailable: if it gives no usable answer; the same is asked again
    """
    order = await queries.lock_order(session, tenant_id, order_id)
    if order is None or order.request is None or order.request_id != request_id:
        return
    service = await queries.service_of(session, order)
    name, request = name_of(order, service), order.request
    try:
        told = await _asked(provider, order, name, now=now)
    except ProviderRejected as rejected:
        found = await _found(provider, name, now=now)
        if found is None or not _is_done(order, found):
            await _reject(session, order, request, rejected, now=now)
            return
        told = found
    await answers.take_lowered(session, order, told, now=now)
    await answers.take_told(session, order, told, now=now)
    order.answered()


async def look_after(
    session: AsyncSession,
    *,
    provider: OrderProvider,
    tenant_id: UUID,
    order_id: UUID,
    now: datetime,
) -> None:
    """Ask the provider where an order stands, and have it asked again until it has ended.

    :raises ProviderUnavailable: if it gives no usable answer
    """
    order = await queries.lock_order(session, tenant_id, order_id)
    if order is None or order.stage in ENDED:
        return
    if order.request is None:
        service = await queries.service_of(session, order)
        told = await _found(provider, name_of(order, service), now=now)
        if told is not None:
            await answers.take_told(session, order, told, now=now)
    elif order.asked_at is not None and now - order.asked_at >= ASK_AGAIN_AFTER:
        order.asked_at = now
        await outbox.post(
            session,
            REQUEST_TOPIC,
            {"tenant_id": tenant_id, "order_id": order_id, "request_id": order.request_id},
            now=now,
            tenant_id=tenant_id,
        )
    if order.stage not in ENDED:
        await look_again(session, order, now=now)


async def expire_unconfirmed(
    session: AsyncSession, *, tenant_id: UUID, order_id: UUID, now: datetime
) -> None:
    """Let an order expire that nobody has confirmed; one with a provider expires when that says so."""
    order = await queries.lock_order(session, tenant_id, order_id)
    if order is None or order.stage is not ServiceOrderStage.CREATED:
        return
    if order.provider is OrderChannel.LOCAL:
        await answers.enter_expired(session, order, now=now)


async def note_unpaid(
    session: AsyncSession, *, tenant_id: UUID, order_id: UUID, now: datetime
) -> None:
    """Let it be known that an order which was completed long ago is still not paid."""
    order = await queries.lock_order(session, tenant_id, order_id)
    if order is not None and order.stage is ServiceOrderStage.USER_PAYING:
        await answers.say_outcome(session, order, OutcomeKind.DEFAULTED, now=now)


async def keep_outcome(
    session: AsyncSession, *, tenant_id: UUID, order_id: UUID, kind: OutcomeKind, at: datetime
) -> None:
    """Keep how an order ended, for the closed loop to take up."""
    order = await queries.lock_order(session, tenant_id, order_id)
    if order is None or await queries.has_outcome(session, order, kind):
        return
    session.add(answers.outcome_of(order, kind, at=at))
    if kind is OutcomeKind.KEPT and order.redemption_id is not None:
        await call_for_record(
            session, tenant_id=tenant_id, redemption_id=order.redemption_id, now=at
        )


async def carry_refund(
    session: AsyncSession,
    *,
    provider: OrderProvider,
    tenant_id: UUID,
    order_id: UUID,
    refund_id: UUID,
    now: datetime,
) -> None:
    """Ask the provider for a refund, and again until it says what came of it: the same number is the same refund.

    :raises ProviderUnavailable: if it gives no usable answer
    """
    order = await queries.lock_order(session, tenant_id, order_id)
    refund = await queries.lock_refund(session, tenant_id, refund_id)
    if order is None or refund is None or refund.state is not ServiceOrderRefundState.PROCESSING:
        return
    service = await queries.service_of(session, order)
    sent = RefundSent(
        number=refund.number,
        sub_mchid=service.sub_mchid or "",
        transaction_id=refund.transaction_id,
        amount_fen=refund.amount_fen,
        total_fen=order.paid_fen or 0,
        reason=refund.reason,
    )
    try:
        told = await provider.refund(sent, now=now)
    except ProviderRejected as rejected:
        await answers.settle_refund(
            session,
            order,
            refund,
            ServiceOrderRefundState.CLOSED,
            rejection=rejected.message[:MAX_REJECTION],
            now=now,
        )
        return
    refund.provider_refund_id = told.provider_refund_id
    if not await answers.settle_refund(session, order, refund, told.state, now=now):
        await outbox.post(
            session,
            REFUND_TOPIC,
            {"tenant_id": tenant_id, "order_id": order_id, "refund_id": refund_id},
            now=now,
            tenant_id=tenant_id,
            not_before=now + REFUND_LOOK,
        )


def name_of(order: ServiceOrder, service: OrderService) -> OrderName:
    """Return by what the provider knows an order."""
    return OrderName(
        number=order.number, service_code=service.code, sub_mchid=service.sub_mchid or ""
    )


async def _asked(
    provider: OrderProvider, order: ServiceOrder, name: OrderName, *, now: datetime
) -> OrderTold:
    asked = order.asked or {}
    match order.request:
        case ServiceOrderRequest.COMPLETE:
            return await provider.complete(name, answers.completion_asked(order), now=now)
        case ServiceOrderRequest.MODIFY:
            lowered = answers.completion_asked(order)
            return await provider.modify(name, lowered, reason=asked["reason"], now=now)
        case ServiceOrderRequest.CANCEL:
            return await provider.cancel(name, reason=asked["reason"], now=now)
        case ServiceOrderRequest.SYNC:
            paid_at = datetime.fromisoformat(asked["paid_at"])
            return await provider.sync(name, paid_at=paid_at, now=now)
        case ServiceOrderRequest.COLLECT | ServiceOrderRequest.REMIND:
            collects = order.request is ServiceOrderRequest.COLLECT
            return await (provider.collect if collects else provider.remind)(name, now=now)
        case _:
            return await provider.create(_sent(order, name), now=now)


async def _found(provider: OrderProvider, name: OrderName, *, now: datetime) -> OrderTold | None:
    try:
        return await provider.query(name, now=now)
    except ProviderRejected:
        return None


def _is_done(order: ServiceOrder, told: OrderTold) -> bool:
    """Tell whether an order stands where the request that was refused would have brought it."""
    match order.request:
        case ServiceOrderRequest.CREATE:
            return True
        case ServiceOrderRequest.CANCEL:
            return told.stage is ServiceOrderStage.REVOKED
        case ServiceOrderRequest.SYNC | ServiceOrderRequest.COLLECT | ServiceOrderRequest.REMIND:
            return told.stage is ServiceOrderStage.USER_PAID
        case _:
            total_fen = answers.completion_asked(order).total_fen
            later = told.stage in (ServiceOrderStage.USER_PAYING, ServiceOrderStage.USER_PAID)
            return later and told.total_fen == total_fen


async def _reject(
    session: AsyncSession,
    order: ServiceOrder,
    request: ServiceOrderRequest,
    rejected: ProviderRejected,
    *,
    now: datetime,
) -> None:
    order.answered(rejection=f"{rejected.code}：{rejected.message}"[:MAX_REJECTION])
    await session.flush()
    tell_of_rejection(session, order, request, now=now)
    if request is ServiceOrderRequest.CREATE and order.stage is ServiceOrderStage.CREATED:
        # The provider has no such order: there is nothing to confirm, ever.
        await answers.enter_cancelled(session, order, reason=order.rejection, now=now)


def _sent(order: ServiceOrder, name: OrderName) -> OrderSent:
    return OrderSent(
        name=name,
        introduction=order.introduction,
        fund_name=order.fund_name,
        fund_fen=order.fund_fen,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        need_confirm=order.need_confirm,
        authorisation_code=order.authorisation_code,
        attach=order.attach,
        completion=order.completion,
        device=order.device,
    )
