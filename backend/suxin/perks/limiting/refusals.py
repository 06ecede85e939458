"""Why a limit is not proposed, or not objected to."""

from suxin.kernel.refusals import Refusal, RefusalKind


class LimitNotDefaulted(Refusal):
    """The order is no confirmed default: it was paid, is not due for long enough, or is of medicine or school."""

    code = "PERK_LIMIT_NOT_DEFAULTED"
    zh = "该订单没有已确认的逾期未付：已支付、未满期限，或属于就医就学"
    en = "The order is no confirmed default"


class LimitNobody(Refusal):
    """Nobody is known who redeemed: it was a visitor, or the order comes of no redemption."""

    code = "PERK_LIMIT_NOBODY"
    zh = "该订单未关联本人核销，无法限制"
    en = "The order comes of no redemption by anybody known"


class LimitExists(Refusal):
    """The order has a limit, or had one that an objection lifted."""

    code = "PERK_LIMIT_EXISTS"
    zh = "该订单已提出过限制"
    en = "A limit was proposed on this order"


class LimitObjectionOver(Refusal):
    """The limit is open to no objection: it was objected to before, is in force, or has ended."""

    code = "PERK_LIMIT_OBJECTION_OVER"
    zh = "该限制不能再申诉：已申诉过、申诉期已过，或限制已结束"
    en = "The limit is open to no objection"


class LimitTerm(Refusal):
    """A limit lasts some months."""

    code = "PERK_LIMIT_TERM"
    kind = RefusalKind.INVALID
    zh = "限制期限为 1 至 {limit} 个月"
    en = "A limit lasts 1 to {limit} months"
