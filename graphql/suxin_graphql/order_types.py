"""Service orders in the schema: where each stands by its provider's three fields, what is asked for, and what was paid and given back."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from suxin.perks.orders import models
from suxin.perks.orders.policies import ORDER_READ
from suxin.perks.orders.queries import own_orders, own_refunds
from suxin.perks.orders.rules import MAX_DISCOUNTS, MAX_PAYMENTS, read_lines
from suxin.perks.orders.states import (
    FIELDS,
    OrderChannel,
    ServiceOrderCollectionState,
    ServiceOrderMode,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
    ServiceOrderState,
    ServiceOrderStateDescription,
)
from suxin.perks.states import RiskFundName, Sector
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, DateTimeRange, Filter
from suxin_graphql.execution.records import Source, ToMany, column, to_many, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.perk_types import PerkProgramme, PerkRedemption
from suxin_graphql.scalars import Fen


@strawberry.input(
    description="服务订单的筛选条件，同时满足。Which service orders; every given field must fit."
)
class ServiceOrderFilter(Filter):
    """Which service orders."""

    __model__: ClassVar = models.ServiceOrder

    stage: Choice[ServiceOrderStage] | None = None
    created_at: DateTimeRange | None = None


class ServiceOrderOrder(Order):
    """The order of a merchant's service orders."""

    NEWEST = (
        Ordering("perks.orders/1", (Key(models.ServiceOrder.id, UUID),)),
        "新的在前",
        "newest first",
    )
    OLDEST = (
        Ordering("perks.orders.oldest/1", (Key(models.ServiceOrder.id, UUID, descending=False),)),
        "早的在前",
        "oldest first",
    )


@strawberry.input(
    description="退款的筛选条件，同时满足。Which refunds; every given field must fit."
)
class ServiceOrderRefundFilter(Filter):
    """Which refunds."""

    __model__: ClassVar = models.OrderRefund

    state: Choice[ServiceOrderRefundState] | None = None


class ServiceOrderRefundOrder(Order):
    """The order of an order's refunds."""

    NEWEST = (
        Ordering("perks.refunds/1", (Key(models.OrderRefund.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(description="一项付费或优惠。One payment or discount.")
class ServiceOrderLine:
    """One payment or discount."""

    name: str
    amount_fen: Fen = strawberry.field(
        description="该项合计，单位为分。The line's amount, all pieces together."
    )
    description: str
    count: int


def _lines(stored: Any, _: Context) -> list[ServiceOrderLine]:  # noqa: ANN401 - a JSON column
    return [
        ServiceOrderLine(
            name=line.name,
            amount_fen=Fen(line.amount_fen),
            description=line.description,
            count=line.count,
        )
        for line in read_lines(stored)
    ]


@strawberry.type(description="一笔退款。Money given back of what was paid.")
class ServiceOrderRefund(Node):
    """Money given back of what was paid."""

    __model__: ClassVar = models.OrderRefund
    __source__: ClassVar = Source(own_refunds, models.OrderRefund.id, ORDER_READ)

    id: strawberry.ID = global_id("ServiceOrderRefund")
    out_refund_no: str = column(
        lambda: models.OrderRefund.number,
        description="商户退款单号。The merchant's own number of the refund.",
    )
    transaction_id: str
    amount_fen: Fen
    reason: str
    state: ServiceOrderRefundState
    rejection: str | None
    asked_at: datetime
    settled_at: datetime | None


@strawberry.type(
    description="服务订单（先免、先享）。商户只知道是否通过，不知道任何分值。"
    "A service order; the merchant learns that it passed or did not, and never a score."
)
class ServiceOrder(Node):
    """A service order of the caller's organisation."""

    __model__: ClassVar = models.ServiceOrder
    __source__: ClassVar = Source(own_orders, models.ServiceOrder.id, ORDER_READ)

    id: strawberry.ID = global_id("ServiceOrder")
    out_order_no: str = column(
        lambda: models.ServiceOrder.number,
        description="商户单号。The merchant's own number of the order.",
    )
    channel: OrderChannel = column(lambda: models.ServiceOrder.provider)
    mode: ServiceOrderMode
    sector: Sector
    introduction: str
    risk_fund_name: RiskFundName = column(lambda: models.ServiceOrder.fund_name)
    risk_fund_fen: Fen = column(lambda: models.ServiceOrder.fund_fen)
    ceiling_fen: Fen
    starts_at: datetime | None = strawberry.field(
        description="为空表示用户确认时开始。Nothing where it begins when its user accepts it."
    )
    ends_at: datetime | None
    need_user_confirm: bool = column(lambda: models.ServiceOrder.need_confirm)
    attach: str
    start_device_id: str | None = column(lambda: models.ServiceOrder.device)
    stage: ServiceOrderStage = strawberry.field(
        description="三个状态字段合起来的状态。What the three fields of the state say together."
    )
    state: ServiceOrderState = column(
        lambda: models.ServiceOrder.stage, convert=lambda stage, _: FIELDS[_stage(stage)].state
    )
    state_description: ServiceOrderStateDescription | None = column(
        lambda: models.ServiceOrder.stage,
        convert=lambda stage, _: FIELDS[_stage(stage)].description,
    )
    collection_state: ServiceOrderCollectionState | None = column(
        lambda: models.ServiceOrder.stage,
        convert=lambda stage, _: FIELDS[_stage(stage)].collection,
    )
    request: ServiceOrderRequest | None = strawberry.field(
        description="已提交支付渠道、尚未答复的请求。What its provider was asked and has not answered yet."
    )
    rejection: str | None = strawberry.field(
        description="渠道未受理上一请求的原因。Why its provider refused the last request."
    )
    call_up: str | None = strawberry.field(
        description="小程序 wx.openBusinessView 的参数（JSON，已签名）。What the mini program opens for the user to confirm, as JSON, signed."
    )
    programme: PerkProgramme | None = to_one(
        lambda: PerkProgramme,
        "programme_id",
        description="产生该订单的权益。The programme that it comes of, where it comes of one.",
    )
    redemption: PerkRedemption | None = to_one(
        lambda: PerkRedemption,
        "redemption_id",
        description="产生该订单的核销。The redemption that it comes of, where it comes of one.",
    )
    payments: list[ServiceOrderLine] = column(convert=_lines, items=MAX_PAYMENTS)
    discounts: list[ServiceOrderLine] = column(convert=_lines, items=MAX_DISCOUNTS)
    total_fen: Fen | None
    reason: str | None
    paid_fen: Fen | None
    refunded_fen: Fen
    transaction_id: str | None
    created_at: datetime
    confirmed_at: datetime | None
    completed_at: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None

    urged_at: datetime | None = strawberry.field(
        description="上次发起扣款或催付提醒的时间。When its user was last asked for the payment again."
    )

    @to_many(
        ToMany(lambda: ServiceOrderRefund, "id", models.OrderRefund.order_id),
        description="该订单的退款，新的在前。Its refunds, newest first.",
    )
    def refunds(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[ServiceOrderRefundFilter | None, FILTER] = None,
        order_by: ServiceOrderRefundOrder = ServiceOrderRefundOrder.NEWEST,
    ) -> Connection[ServiceOrderRefund]:
        """Declare the page of the order's refunds."""
        raise NotImplementedError


def _stage(stored: str) -> ServiceOrderStage:
    return ServiceOrderStage.coded(str(stored))
