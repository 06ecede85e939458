"""What a merchant does about its service orders."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.money import AmountOutOfRange
from suxin.lending.models import StepNotPossible
from suxin.perks.orders import commands, refusals, urging
from suxin.perks.orders.models import ServiceOrder as StoredOrder
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_REFUND
from suxin_graphql import order_inputs as inputs
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import Written, commit_in_world, commit_result, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.order_types import ServiceOrder
from suxin_graphql.payloads import INPUT, REPLAYED, Payload

_LINES: Final = (AmountOutOfRange, refusals.OrderTextInvalid, refusals.TooManyOrderLines)
_STEP: Final = (StepNotPossible, refusals.OrderWaiting)
_URGED: Final = (refusals.CollectedHere, refusals.OrderUrged)


@strawberry.type
class OrderPayload(Payload):
    """An order of which a step was taken."""

    order: ServiceOrder = to_one(lambda: ServiceOrder, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(
    description="新建的订单；repeated 表示同一商户单号此前已建。The order; repeated says that it had been opened before."
)
class CreateServiceOrderPayload(OrderPayload):
    """The order that was opened."""

    repeated: bool


@strawberry.type(description="已确认的订单。The order that its user confirmed.")
class ConfirmServiceOrderPayload(OrderPayload):
    """The order that its user confirmed."""


@strawberry.type(description="已完结或已提交完结的订单。The order, completed or asked to be.")
class CompleteServiceOrderPayload(OrderPayload):
    """The order, completed or asked to be."""


@strawberry.type(description="已改价或已提交改价的订单。The order, lowered or asked to be.")
class ModifyServiceOrderPayload(OrderPayload):
    """The order, lowered or asked to be."""


@strawberry.type(description="已取消或已提交取消的订单。The order, cancelled or asked to be.")
class CancelServiceOrderPayload(OrderPayload):
    """The order, cancelled or asked to be."""


@strawberry.type(description="已同步支付的订单。The order, paid or asked to be noted so.")
class SyncServiceOrderPayload(OrderPayload):
    """The order, paid or asked to be noted so."""


@strawberry.type(description="已提交扣款的订单。The order that its provider is asked to collect.")
class CollectServiceOrderPayload(OrderPayload):
    """The order that its provider is asked to collect."""


@strawberry.type(description="已提交催付的订单。The order whose user is reminded.")
class RemindServiceOrderPayload(OrderPayload):
    """The order whose user is reminded."""


@strawberry.type(description="退款的订单。The order that is paid back.")
class RefundServiceOrderPayload(OrderPayload):
    """The order that is paid back."""


@strawberry.type
class OrderMutations:
    """Mutations of service orders."""

    @mutation(
        ORDER_MANAGE,
        CreateServiceOrderPayload,
        refusals=(
            *_LINES,
            refusals.OrderNumberInvalid,
            refusals.OrderNumberReused,
            refusals.RiskFundMismatch,
            refusals.RiskFundOverCeiling,
            refusals.OrderTimeInvalid,
            refusals.DeviceMissing,
            refusals.ServiceClosed,
            refusals.ServiceNotAuthorised,
            refusals.RedemptionUnfit,
            refusals.RedemptionOrdered,
        ),
        description="新建服务订单；相同商户单号且内容相同返回原订单。"
        "Open an order; the same number with the same content is the same order.",
    )
    async def create_service_order(
        self, info: Info, given: Annotated[inputs.CreateServiceOrderInput, INPUT]
    ) -> CreateServiceOrderPayload:
        """Open an order."""
        draft, world_now = given.draft(info.context.actor), info.context.world_now

        async def work(session: AsyncSession, actor: Actor, _: datetime) -> dict[str, Any]:
            opened = await commands.open_order(session, actor, draft=draft, now=world_now)
            return {"id": str(opened.order.id), "repeated": opened.repeated}

        outcome = await commit_result(info, given, work)
        return CreateServiceOrderPayload.given(
            _id=UUID(outcome.result["id"]),
            repeated=outcome.result["repeated"],
            replayed=outcome.replayed,
        )

    @mutation(
        ORDER_MANAGE,
        ConfirmServiceOrderPayload,
        refusals=(StepNotPossible, refusals.ConfirmedElsewhere),
        description="登记用户已现场确认；仅限线下收款的订单。State that the user has confirmed on the spot; of local orders alone.",
    )
    async def confirm_service_order(
        self, info: Info, given: Annotated[inputs.ConfirmServiceOrderInput, INPUT]
    ) -> ConfirmServiceOrderPayload:
        """State that the user has confirmed."""
        return ConfirmServiceOrderPayload.of(await _taken(info, given, commands.confirm_order))

    @mutation(
        ORDER_MANAGE,
        CompleteServiceOrderPayload,
        refusals=(*_LINES, *_STEP, refusals.OrderOverLimit),
        description="完结订单：总金额为付费合计减优惠合计。Complete an order: its total is payments less discounts.",
    )
    async def complete_service_order(
        self, info: Info, given: Annotated[inputs.CompleteServiceOrderInput, INPUT]
    ) -> CompleteServiceOrderPayload:
        """Complete an order."""
        asked = given.completion()
        return CompleteServiceOrderPayload.of(
            await _taken(info, given, commands.complete_order, completion=asked)
        )

    @mutation(
        ORDER_MANAGE,
        ModifyServiceOrderPayload,
        refusals=(*_LINES, *_STEP, refusals.OrderOverLimit, refusals.OrderNotLowered),
        description="调低待支付订单的金额。Ask for less, while an order is not paid.",
    )
    async def modify_service_order(
        self, info: Info, given: Annotated[inputs.ModifyServiceOrderInput, INPUT]
    ) -> ModifyServiceOrderPayload:
        """Ask for less."""
        return ModifyServiceOrderPayload.of(
            await _taken(
                info,
                given,
                commands.lower_order,
                completion=given.completion(),
                reason=given.reason,
            )
        )

    @mutation(
        ORDER_MANAGE,
        CancelServiceOrderPayload,
        refusals=(*_STEP, refusals.OrderTextInvalid),
        description="取消尚未完结的订单。Cancel an order that is not completed.",
    )
    async def cancel_service_order(
        self, info: Info, given: Annotated[inputs.CancelServiceOrderInput, INPUT]
    ) -> CancelServiceOrderPayload:
        """Cancel an order."""
        return CancelServiceOrderPayload.of(
            await _taken(info, given, commands.cancel_order, reason=given.reason)
        )

    @mutation(
        ORDER_MANAGE,
        SyncServiceOrderPayload,
        refusals=(*_STEP, refusals.PaidTimeInvalid),
        description="同步订单已在别处支付。State that an order was paid elsewhere.",
    )
    async def sync_service_order(
        self, info: Info, given: Annotated[inputs.SyncServiceOrderInput, INPUT]
    ) -> SyncServiceOrderPayload:
        """State that an order was paid."""
        return SyncServiceOrderPayload.of(
            await _taken(info, given, commands.sync_order, paid_at=given.paid_at)
        )

    @mutation(
        ORDER_MANAGE,
        CollectServiceOrderPayload,
        refusals=(*_STEP, *_URGED),
        description="向渠道发起扣款；渠道扣款成功后订单变为已支付，24 小时内限一次催付。"
        "Have the provider try to collect a completed order; a user is urged once in 24 hours at the most.",
    )
    async def collect_service_order(
        self, info: Info, given: Annotated[inputs.CollectServiceOrderInput, INPUT]
    ) -> CollectServiceOrderPayload:
        """Have an order collected."""
        return CollectServiceOrderPayload.of(await _taken(info, given, urging.collect_order))

    @mutation(
        ORDER_MANAGE,
        RemindServiceOrderPayload,
        refusals=(*_STEP, *_URGED),
        description="由渠道提醒用户支付，24 小时内限一次催付。"
        "Have the provider remind the user of the payment, once in 24 hours at the most.",
    )
    async def remind_service_order(
        self, info: Info, given: Annotated[inputs.RemindServiceOrderInput, INPUT]
    ) -> RemindServiceOrderPayload:
        """Have an order's user reminded."""
        return RemindServiceOrderPayload.of(await _taken(info, given, urging.remind_order))

    @mutation(
        ORDER_REFUND,
        RefundServiceOrderPayload,
        refusals=(
            refusals.OrderNumberInvalid,
            refusals.OrderTextInvalid,
            refusals.RefundNumberReused,
            refusals.RefundOverPaid,
            refusals.TooManyRefunds,
        ),
        description="按支付单号退款，累计不超过已付金额。Give back of what was paid, all refunds together at most that.",
    )
    async def refund_service_order(
        self, info: Info, given: Annotated[inputs.RefundServiceOrderInput, INPUT]
    ) -> RefundServiceOrderPayload:
        """Give money back."""

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.refund_order(
                session,
                actor,
                transaction_id=given.transaction_id,
                number=given.out_refund_no,
                amount_fen=given.amount_fen,
                reason=given.reason,
                now=now,
            )
            return done.id

        return RefundServiceOrderPayload.of(await commit_in_world(info, given, work))


async def _taken(
    info: Info,
    given: Any,  # noqa: ANN401 - an input that names an order
    command: Callable[..., Awaitable[StoredOrder]],
    **said: object,
) -> Written:
    order_id = local_id(given.order_id, "ServiceOrder", info.context.actor, field="orderId")

    async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
        done = await command(session, actor, order_id=order_id, **said, now=now)
        return done.id

    return await commit_in_world(info, given, work)
