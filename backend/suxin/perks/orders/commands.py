"""What a merchant does about his orders: opens, confirms, completes, lowers and cancels them, says that they were paid, and pays back.

A provider of its own is asked by a job, and the order goes on once that answers; without one what the merchant states is so at once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import request_hash
from suxin.kernel.ids import new_id
from suxin.perks.models import Redemption
from suxin.perks.orders import answers, queries, rules
from suxin.perks.orders.asking import ask
from suxin.perks.orders.authorisations.queries import authorisation_numbered
from suxin.perks.orders.looking import look_again
from suxin.perks.orders.models import OrderRefund, OrderService, ServiceOrder
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_REFUND
from suxin.perks.orders.redeemed import redemption_for
from suxin.perks.orders.refusals import (
    OrderNumberInvalid,
    OrderNumberReused,
    RefundNumberReused,
    ServiceNotAuthorised,
    TooManyRefunds,
)
from suxin.perks.orders.rules import Completion, OrderDraft
from suxin.perks.orders.states import (
    OrderChannel,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
)
from suxin.perks.orders.telling import record_step, tell_of_order

REFUND_TOPIC: Final = "perks.order.ask_refund"
EXPIRE_TOPIC: Final = "perks.order.confirmation_due"
MAX_REFUNDS: Final = 50
"""In how many parts a payment is given back at most (the provider's limit for one payment)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An order, and whether it had been opened before with the same number and content."""

    order: ServiceOrder
    repeated: bool


async def open_order(
    session: AsyncSession, actor: Actor, *, draft: OrderDraft, now: datetime
) -> Opened:
    """Open an order; the same number with the same content is the same order, and nothing is done again.

    One that comes of a redemption names it: a deposit-free or pay-later benefit in use opens its order, and one at a time.

    :raises Forbidden, NotFound: if the service, or the redemption, is not the actor's
    :raises OrderNumberInvalid, OrderTextInvalid, RiskFundMismatch, RiskFundOverCeiling, TooManyOrderLines, OrderTimeInvalid, DeviceMissing:
        see ``rules.check_draft``
    :raises OrderNumberReused: if the number belongs to an order with another content
    :raises ServiceClosed: if no more orders are opened under the service
    :raises ServiceNotAuthorised: if the user need not confirm, and has not authorised the service
    :raises RedemptionUnfit, RedemptionOrdered: see ``redeemed.redemption_for``
    """
    actor.require(ORDER_MANAGE)
    service = await queries.own_service(session, actor, draft.service_code)
    rules.check_draft(draft, service.terms)
    hashed = request_hash("perks.order", asdict(draft))
    await _take_turns(session, f"order:{service.tenant_id}:{draft.number}")
    before = await queries.order_numbered(session, actor, draft.number)
    if before is not None:
        if before.content_hash != hashed:
            raise OrderNumberReused(field="outOrderNo", number=draft.number)
        return Opened(before, repeated=True)
    service.require_open()
    if draft.need_confirm != (draft.authorisation_code is None) or (
        service.provider is OrderChannel.LOCAL and not draft.need_confirm
    ):
        raise ServiceNotAuthorised(field="authorizationCode")
    if draft.authorisation_code is not None:
        known = await authorisation_numbered(session, actor, draft.authorisation_code)
        # One that was applied for elsewhere is the provider's to know.
        if known is not None and not known.covers(service):
            raise ServiceNotAuthorised(field="authorizationCode")
    of = await redemption_for(session, actor, draft=draft, service=service)
    order = _order(service, draft, hashed, of=of, by=actor.staff_id, now=now)
    session.add(order)
    await session.flush()
    tell_of_order(session, order, now=now)
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        _named(order),
        now=now,
        tenant_id=order.tenant_id,
        not_before=now + rules.UNCONFIRMED_FOR,
    )
    if order.provider is not OrderChannel.LOCAL:
        await ask(session, order, ServiceOrderRequest.CREATE, {}, now=now)
        await look_again(session, order, now=now)
    return Opened(order, repeated=False)


async def confirm_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, now: datetime
) -> ServiceOrder:
    """State that the user has confirmed an order on the spot, where no provider asks him.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises ConfirmedElsewhere: if its provider asks him
    :raises StepNotPossible: if it is confirmed already, or has ended
    """
    order = await _own(session, actor, order_id)
    order.confirm_here(now=now)
    await session.flush()
    tell_of_order(session, order, now=now)
    return order


async def complete_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, completion: Completion, now: datetime
) -> ServiceOrder:
    """Complete an order with what is asked of its user.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: unless its user has confirmed it
    :raises OrderWaiting: if a request is on its way
    :raises TooManyOrderLines, OrderTextInvalid: if its lines are not in order
    :raises OrderOverLimit: if the total is above the risk fund (先免) or the service's ceiling (先享)
    """
    order = await _own(session, actor, order_id)
    order.require(ServiceOrderRequest.COMPLETE)
    rules.check_completion(
        completion, mode=order.mode, fund_fen=order.fund_fen, ceiling_fen=order.ceiling_fen
    )
    if order.provider is OrderChannel.LOCAL:
        await answers.enter_completed(session, order, completion, now=now)
    else:
        await ask(session, order, ServiceOrderRequest.COMPLETE, _lines(completion), now=now)
    return order


async def lower_order(
    session: AsyncSession,
    actor: Actor,
    *,
    order_id: UUID,
    completion: Completion,
    reason: str,
    now: datetime,
) -> ServiceOrder:
    """Ask for less than was asked for, while it is not paid.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: unless it waits for its payment
    :raises OrderWaiting: if a request is on its way
    :raises OrderTextInvalid: if there is no reason, or a text is too long
    :raises TooManyOrderLines, OrderOverLimit, OrderNotLowered: see ``rules.check_lowered``
    """
    order = await _own(session, actor, order_id)
    order.require(ServiceOrderRequest.MODIFY)
    rules.check_words("reason", reason, rules.MAX_REASON)
    rules.check_lowered(completion, total_fen=order.total_fen or 0)
    if order.provider is OrderChannel.LOCAL:
        await answers.enter_lowered(session, order, completion, reason=reason, now=now)
    else:
        asked = _lines(completion) | {"reason": reason}
        await ask(session, order, ServiceOrderRequest.MODIFY, asked, now=now)
    return order


async def cancel_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, reason: str, now: datetime
) -> ServiceOrder:
    """Cancel an order that is not completed.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: if it is completed, or has ended
    :raises OrderWaiting: if a request is on its way
    :raises OrderTextInvalid: if there is no reason, or it is too long
    """
    order = await _own(session, actor, order_id)
    order.require(ServiceOrderRequest.CANCEL)
    rules.check_words("reason", reason, rules.MAX_REASON)
    if order.provider is OrderChannel.LOCAL:
        await answers.enter_cancelled(session, order, reason=reason, now=now)
    else:
        await ask(session, order, ServiceOrderRequest.CANCEL, {"reason": reason}, now=now)
    return order


async def sync_order(
    session: AsyncSession, actor: Actor, *, order_id: UUID, paid_at: datetime, now: datetime
) -> ServiceOrder:
    """State that an order was paid elsewhere (``Order_Paid``); for one without a provider this is the only way to be paid.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: unless it waits for its payment
    :raises OrderWaiting: if a request is on its way
    :raises PaidTimeInvalid: if the time cannot be
    """
    order = await _own(session, actor, order_id)
    order.require(ServiceOrderRequest.SYNC)
    rules.check_paid_at(paid_at, opened_at=order.created_at, now=now)
    if order.provider is OrderChannel.LOCAL:
        # What a merchant took in himself has a number here, so that it can be given back by it like any payment.
        await answers.enter_paid(
            session, order, transaction_id=order.id.hex, paid_at=paid_at, now=now
        )
    else:
        asked = {"paid_at": paid_at.isoformat()}
        await ask(session, order, ServiceOrderRequest.SYNC, asked, now=now)
    return order


async def refund_order(
    session: AsyncSession,
    actor: Actor,
    *,
    transaction_id: str,
    number: str,
    amount_fen: int,
    reason: str,
    now: datetime,
) -> ServiceOrder:
    """Give money back of what was paid under a transaction id; the same number with the same content is the same refund.

    :raises Forbidden: if the actor may not give money back
    :raises NotFound: if none of his orders was paid under it
    :raises OrderNumberInvalid, OrderTextInvalid: if number or reason are not in order
    :raises RefundNumberReused: if the number belongs to another refund
    :raises TooManyRefunds: if there are ``MAX_REFUNDS``
    :raises RefundOverPaid: if more would be given back, all refunds together, than was paid
    """
    actor.require(ORDER_REFUND)
    if not rules.NUMBER.fullmatch(number):
        raise OrderNumberInvalid(field="outRefundNo", limit=rules.MAX_NUMBER)
    rules.check_words("reason", reason, rules.MAX_REASON)
    await _take_turns(session, f"refund:{actor.own_tenant}:{number}")
    order = await queries.lock_order_paid(session, actor, transaction_id)
    before = await queries.refund_numbered(session, actor, number)
    if before is not None:
        said = (before.transaction_id, before.amount_fen, before.reason)
        if said != (transaction_id, amount_fen, reason):
            raise RefundNumberReused(field="outRefundNo", number=number)
        return order
    if len(await queries.refunds_of(session, order)) >= MAX_REFUNDS:
        raise TooManyRefunds(limit=MAX_REFUNDS)
    rules.check_refund(amount_fen, paid_fen=order.paid_fen or 0, refunded_fen=order.refunded_fen)
    refund = OrderRefund(
        tenant_id=order.tenant_id,
        id=new_id(now),
        order_id=order.id,
        number=number,
        transaction_id=transaction_id,
        amount_fen=amount_fen,
        reason=reason,
        state=ServiceOrderRefundState.PROCESSING,
        asked_at=now,
    )
    session.add(refund)
    order.give_back(amount_fen)
    await session.flush()
    record_step(session, order, "refunded", {"refund": number, "amount_fen": amount_fen}, now=now)
    if order.provider is OrderChannel.LOCAL:
        await answers.settle_refund(
            session, order, refund, ServiceOrderRefundState.SUCCESS, now=now
        )
    else:
        named = {**_named(order), "refund_id": refund.id}
        await outbox.post(
            session, REFUND_TOPIC, named, now=now, tenant_id=order.tenant_id, wake=True
        )
    return order


async def _own(session: AsyncSession, actor: Actor, order_id: UUID) -> ServiceOrder:
    actor.require(ORDER_MANAGE)
    return await queries.lock_own_order(session, actor, order_id)


def _named(order: ServiceOrder) -> Mapping[str, object]:
    return {"tenant_id": order.tenant_id, "order_id": order.id}


def _lines(completion: Completion) -> dict[str, Any]:
    return {
        "payments": rules.stored_lines(completion.payments),
        "discounts": rules.stored_lines(completion.discounts),
    }


async def _take_turns(session: AsyncSession, what: str) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def _order(
    service: OrderService,
    draft: OrderDraft,
    hashed: bytes,
    *,
    of: Redemption | None,
    by: UUID | None,
    now: datetime,
) -> ServiceOrder:
    return ServiceOrder(
        tenant_id=service.tenant_id,
        id=new_id(now),
        service_id=service.id,
        number=draft.number,
        content_hash=hashed,
        provider=service.provider,
        mode=service.mode,
        sector=service.sector,
        introduction=draft.introduction,
        fund_name=draft.fund_name,
        fund_fen=draft.fund_fen,
        ceiling_fen=service.ceiling_fen,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        need_confirm=draft.need_confirm,
        authorisation_code=draft.authorisation_code,
        attach=draft.attach,
        device=draft.device,
        programme_id=None if of is None else of.programme_id,
        redemption_id=draft.redemption_id,
        payments=rules.stored_lines(draft.payments),
        discounts=rules.stored_lines(draft.discounts),
        stage=ServiceOrderStage.CREATED,
        refunded_fen=0,
        created_at=now,
        created_by=by,
    )
