"""What is told of orders to a merchant's own systems: where each has come to stand, and what its provider refused."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.perks.orders.states import ServiceOrderStage

_FIELDS: Final = {
    "number": EventField(zh="商户单号", en="the merchant's own number of the order"),
    "totalFen": EventField(zh="总金额", en="what was asked for, in fen; 0 before the completion"),
}
_STEPS: Final[tuple[tuple[ServiceOrderStage, str], ...]] = (
    (ServiceOrderStage.USER_CONFIRM, "the user has confirmed the order: the service may begin"),
    (
        ServiceOrderStage.USER_PAYING,
        "the order is completed, or lowered, and waits for its payment",
    ),
    (ServiceOrderStage.USER_PAID, "the order is paid"),
    (ServiceOrderStage.REVOKED, "the order was cancelled"),
    (ServiceOrderStage.EXPIRED, "nobody confirmed the order within 30 days"),
)
ORDER_STEPS: Final = {
    stage: EventType(
        name=f"perks.order.{stage.value.lower()}",
        zh=f"服务订单{stage.zh}",
        en=en,
        object="ServiceOrder",
        fields=_FIELDS,
    )
    for stage, en in _STEPS
}
"""The kind of event of where an order has come to stand."""

ORDER_REJECTED: Final = EventType(
    name="perks.order.rejected",
    zh="支付渠道未受理服务订单的请求",
    en="the provider refused what it was asked about the order, which stands where it stood",
    object="ServiceOrder",
    fields=_FIELDS | {"request": EventField(zh="请求", en="what it was asked, like COMPLETE")},
)
REFUND_SETTLED: Final = EventType(
    name="perks.order.refund_settled",
    zh="服务订单退款有结果",
    en="a refund was paid, closed, or could not be paid",
    object="ServiceOrder",
    fields={
        "refundNumber": EventField(zh="退款单号", en="the merchant's own number of the refund"),
        "amountFen": EventField(zh="退款金额", en="the refund, in fen"),
        "state": EventField(zh="退款状态", en="SUCCESS, CLOSED or ABNORMAL"),
    },
)
EVENT_TYPES: Final = (*ORDER_STEPS.values(), ORDER_REJECTED, REFUND_SETTLED)
