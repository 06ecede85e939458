"""The rows of service orders in the authorization matrix of GraphQL's root fields."""

from typing import Final

KEY: Final = 'idempotencyKey: "test-permission"'
CALLS: Final = {
    "serviceOrders": "{ serviceOrders(first: 1) { totalCount } }",
    "serviceOrder": '{ serviceOrder(id: "x") { id } }',
    "createServiceOrder": 'createServiceOrder(input: {serviceId: "x", outOrderNo: "x", introduction: "x",'
    f" riskFundName: DEPOSIT, riskFundFen: 1, {KEY}}})",
    "confirmServiceOrder": f'confirmServiceOrder(input: {{orderId: "x", {KEY}}})',
    "completeServiceOrder": f'completeServiceOrder(input: {{orderId: "x", payments: [], {KEY}}})',
    "modifyServiceOrder": 'modifyServiceOrder(input: {orderId: "x", payments: [], reason: "x",'
    f" {KEY}}})",
    "cancelServiceOrder": f'cancelServiceOrder(input: {{orderId: "x", reason: "x", {KEY}}})',
    "syncServiceOrder": 'syncServiceOrder(input: {orderId: "x", paidAt: "2026-11-20T09:00:00+08:00",'
    f" {KEY}}})",
    "collectServiceOrder": f'collectServiceOrder(input: {{orderId: "x", {KEY}}})',
    "remindServiceOrder": f'remindServiceOrder(input: {{orderId: "x", {KEY}}})',
    "serviceAuthorisations": "{ serviceAuthorisations(first: 1) { totalCount } }",
    "applyServiceAuthorisation": 'applyServiceAuthorisation(input: {serviceId: "x",'
    f' authorizationCode: "x", {KEY}}})',
    "endServiceAuthorisation": 'endServiceAuthorisation(input: {authorisationId: "x", reason: "x",'
    f" {KEY}}})",
    "refundServiceOrder": 'refundServiceOrder(input: {transactionId: "x", outRefundNo: "x", amountFen: 1,'
    f' reason: "x", {KEY}}})',
}
NEEDS: Final = {
    "serviceOrders": "perks.order.read",
    "serviceOrder": "perks.order.read",
    "createServiceOrder": "perks.order.manage",
    "confirmServiceOrder": "perks.order.manage",
    "completeServiceOrder": "perks.order.manage",
    "modifyServiceOrder": "perks.order.manage",
    "cancelServiceOrder": "perks.order.manage",
    "syncServiceOrder": "perks.order.manage",
    "collectServiceOrder": "perks.order.manage",
    "remindServiceOrder": "perks.order.manage",
    "serviceAuthorisations": "perks.order.read",
    "applyServiceAuthorisation": "perks.order.manage",
    "endServiceAuthorisation": "perks.order.manage",
    "refundServiceOrder": "perks.order.refund",
}
_ADMINS: Final = {"merchant.merchant_admin", "attraction.attraction_admin"}
_CLERKS: Final = {"merchant.order_clerk", "attraction.order_clerk"}
HOLDERS: Final = {
    "perks.order.read": _ADMINS | _CLERKS | {"merchant.viewer", "attraction.viewer"},
    "perks.order.manage": _ADMINS | _CLERKS,
    "perks.order.refund": _ADMINS,
}

ORDER_NODES: Final = {"ServiceOrder", "ServiceOrderRefund", "ServiceAuthorisation"}
"""What has a global id at a merchant alone."""
ORDER_STEPS: Final = {
    "create_service_order",
    "confirm_service_order",
    "complete_service_order",
    "modify_service_order",
    "cancel_service_order",
    "sync_service_order",
    "collect_service_order",
    "remind_service_order",
    "apply_service_authorisation",
    "end_service_authorisation",
    "refund_service_order",
}
