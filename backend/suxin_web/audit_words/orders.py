"""Audit words of service orders."""

from collections.abc import Mapping
from typing import Final

ORDER_ACTIONS: Final[Mapping[str, str]] = {
    "perks.order_service.opened": "开通订单服务",
    "perks.authorisation.applied": "申请免确认授权",
    "perks.authorisation.waiting": "渠道受理免确认授权",
    "perks.authorisation.available": "用户开通免确认授权",
    "perks.authorisation.ending": "解除免确认授权",
    "perks.authorisation.refused": "渠道未受理免确认授权",
    "perks.authorisation.ended": "免确认授权已解除",
    "perks.order_bill.compared": "核对微信支付账单",
    "perks.order_bill.gap_explained": "登记对账差异查明结果",
    "perks.order.created": "新建服务订单",
    "perks.order.asked": "向支付渠道提交请求",
    "perks.order.rejected": "支付渠道未受理请求",
    "perks.order.user_confirm": "用户确认服务订单",
    "perks.order.user_paying": "完结服务订单",
    "perks.order.user_paid": "服务订单已支付",
    "perks.order.revoked": "取消服务订单",
    "perks.order.expired": "服务订单未确认失效",
    "perks.order.refunded": "申请服务订单退款",
    "perks.order.refund_settled": "服务订单退款有结果",
}
ORDER_OBJECTS: Final[Mapping[str, str]] = {
    "order_authorisation": "免确认授权",
    "order_bill": "对账单",
    "order_service": "订单服务",
    "service_order": "服务订单",
}
