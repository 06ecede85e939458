"""Where budgets, cards and redemptions stand, and by what a household redeems."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class BudgetState(LabelledState):
    """Where an amount for a year's budget stands."""

    PROPOSED = "PROPOSED", "待确认", "to be confirmed"
    CONFIRMED = "CONFIRMED", "已到位", "put up"
    DROPPED = "DROPPED", "已作废", "dropped"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "预算", "budget"


class GoodState(LabelledState):
    """Whether a good is given out."""

    OFFERED = "OFFERED", "可兑换", "offered"
    WITHDRAWN = "WITHDRAWN", "已下架", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "商品", "good"


class CardState(LabelledState):
    """Whether a card is good."""

    ACTIVE = "ACTIVE", "有效", "valid"
    REVOKED = "REVOKED", "已注销", "revoked"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "兑换卡", "card"


class RedemptionState(LabelledState):
    """Where a redemption stands."""

    HELD = "HELD", "待发放", "to be handed over"
    HANDED_OVER = "HANDED_OVER", "已发放", "handed over"
    LET_GO = "LET_GO", "已取消", "cancelled"
    EXPIRED = "EXPIRED", "超时取消", "over"
    RETURNED = "RETURNED", "已退货", "returned"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "兑换", "redemption"


class Means(LabelledEnum):
    """By what a household redeems."""

    CODE = "code", "手机兑换码", "a code on the phone"
    CARD = "card", "兑换卡", "its card"
    COUNTER = "counter", "柜台协助", "with help at the counter"
