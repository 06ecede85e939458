"""Why an order is not opened, completed, lowered, synchronised or paid back."""

from suxin.kernel.refusals import Refusal, RefusalKind


class OrderNumberInvalid(Refusal):
    """The merchant's number of an order has other characters, or too many."""

    code = "ORDER_NUMBER_INVALID"
    kind = RefusalKind.INVALID
    zh = "商户单号须为 1 至 {limit} 位字母、数字或 _ - | *"
    en = "An order's number has 1 to {limit} letters, digits or _ - | *"


class OrderNumberReused(Refusal):
    """The merchant's number belongs to an order with another content."""

    code = "ORDER_NUMBER_REUSED"
    zh = "商户单号 {number} 已用于内容不同的订单，请更换单号"
    en = "The number {number} belongs to an order with another content; take another number"


class OrderTextInvalid(Refusal):
    """A text of an order is missing or too long."""

    code = "ORDER_TEXT_INVALID"
    kind = RefusalKind.INVALID
    zh = "应为 {least} 至 {limit} 字"
    en = "It has {least} to {limit} characters"


class RiskFundMismatch(Refusal):
    """The risk fund's name belongs to the other mode."""

    code = "RISK_FUND_MISMATCH"
    kind = RefusalKind.INVALID
    zh = "“{mode_zh}”服务的风险金名称应为：{names_zh}"
    en = "The risk fund of such a service ({mode_en}) is one of: {names_en}"


class RiskFundOverCeiling(Refusal):
    """The risk fund is nothing, or more than the service's ceiling."""

    code = "RISK_FUND_OVER_CEILING"
    kind = RefusalKind.INVALID
    zh = "风险金额应大于零且不超过该服务的上限 {ceiling} 元"
    en = "The risk fund is more than nothing and at most the service's ceiling of {ceiling} yuan"


class TooManyOrderLines(Refusal):
    """There are more payments or discounts than an order may have."""

    code = "TOO_MANY_ORDER_LINES"
    kind = RefusalKind.INVALID
    zh = "最多 {limit} 项"
    en = "At most {limit} lines"


class OrderTimeInvalid(Refusal):
    """The time of the service ends before it begins."""

    code = "ORDER_TIME_INVALID"
    kind = RefusalKind.INVALID
    zh = "服务结束时间应晚于开始时间"
    en = "The service ends after it begins"


class DeviceMissing(Refusal):
    """The service is of unmanned devices, and the order names none."""

    code = "ORDER_DEVICE_MISSING"
    kind = RefusalKind.INVALID
    zh = "无人设备服务须填写起始设备编号"
    en = "A service of unmanned devices names the device where it begins"


class ServiceClosed(Refusal):
    """The merchant opens no more orders under this service."""

    code = "ORDER_SERVICE_CLOSED"
    zh = "该服务已停用，不能新建订单"
    en = "The service is closed; no order is opened under it"


class ServiceNotAuthorised(Refusal):
    """An order without confirmation needs the user's authorisation of the service, and there is none in force."""

    code = "SERVICE_NOT_AUTHORISED"
    zh = "用户未开通该服务的免确认授权，请改为需确认订单"
    en = "The user has not authorised this service; have the order confirmed instead"


class OrderOverLimit(Refusal):
    """An order's total is less than nothing, or more than its bound."""

    code = "ORDER_OVER_LIMIT"
    kind = RefusalKind.INVALID
    zh = "总金额（付费项目合计减优惠合计）应在 0 至 {limit} 元之间"
    en = "The total (payments less discounts) is between 0 and {limit} yuan"


class OrderNotLowered(Refusal):
    """A total that was asked for is only ever lowered."""

    code = "ORDER_NOT_LOWERED"
    kind = RefusalKind.INVALID
    zh = "只能调低金额：新总金额应低于 {total} 元"
    en = "A total is only lowered: the new one is below {total} yuan"


class OrderWaiting(Refusal):
    """The provider has not answered what it was asked before."""

    code = "ORDER_WAITING"
    retryable = True
    zh = "该订单的“{request_zh}”正在提交，请稍后再试"
    en = "The request to {request_en} this order is on its way; try again shortly"


class ConfirmedElsewhere(Refusal):
    """The user confirms such an order with its provider; nobody states it for him."""

    code = "ORDER_CONFIRMED_ELSEWHERE"
    zh = "该订单由用户在微信中确认"
    en = "The user confirms this order with its provider"


class CollectedHere(Refusal):
    """No provider collects such an order, so that nobody can be asked to."""

    code = "ORDER_COLLECTED_HERE"
    zh = "该订单由本机构线下收款，请直接联系用户"
    en = "The merchant collects this order itself; no provider is asked to"


class OrderUrged(Refusal):
    """The user was asked for the payment a short while ago."""

    code = "ORDER_URGED"
    kind = RefusalKind.LIMITED
    zh = "{hours} 小时内已催付过，请稍后再试"
    en = "The user was asked for the payment within {hours} hours; ask again later"


class PaidTimeInvalid(Refusal):
    """An order is said to be paid before it was opened, or in the future."""

    code = "ORDER_PAID_TIME_INVALID"
    kind = RefusalKind.INVALID
    zh = "支付时间应在订单创建之后、当前时间之前"
    en = "An order is paid after it was opened and not in the future"


class RefundOverPaid(Refusal):
    """More would be given back than was paid and is not given back yet."""

    code = "REFUND_OVER_PAID"
    kind = RefusalKind.INVALID
    zh = "退款金额应大于零且不超过可退余额 {left} 元"
    en = "A refund is more than nothing and at most the {left} yuan that are left"


class RefundNumberReused(Refusal):
    """The merchant's number belongs to another refund."""

    code = "REFUND_NUMBER_REUSED"
    zh = "退款单号 {number} 已用于另一笔退款"
    en = "The number {number} belongs to another refund"


class TooManyRefunds(Refusal):
    """A payment has as many refunds as it may have."""

    code = "TOO_MANY_REFUNDS"
    kind = RefusalKind.LIMITED
    zh = "一笔支付最多退款 {limit} 次"
    en = "A payment is given back in at most {limit} parts"


class RedemptionUnfit(Refusal):
    """A redemption that is not in use, or whose benefit is of another mode or sector than the service."""

    code = "ORDER_REDEMPTION_UNFIT"
    kind = RefusalKind.INVALID
    zh = "该核销不能开通此服务的订单：应为使用中的“{sector_zh}”类{mode_zh}待遇"
    en = "This redemption opens no order of the service: one in use, of {sector_en}, is asked for ({mode_en})"


class RedemptionOrdered(Refusal):
    """A redemption that has its order already."""

    code = "ORDER_REDEMPTION_TAKEN"
    zh = "该核销已有服务订单 {number}"
    en = "This redemption has its order {number} already"
