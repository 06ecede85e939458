"""Where a line of a statement stands, and what it may be."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class LineState(LabelledState):
    """Where a line stands."""

    OPEN = "OPEN", "待匹配", "not matched"
    MATCHED = "MATCHED", "已匹配", "matched"
    SET_ASIDE = "SET_ASIDE", "已搁置", "set aside"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "流水", "line"


class Matched(LabelledEnum):
    """What a line is."""

    PAYMENT = "payment", "代偿付款", "a payment"
    RECOVERY = "recovery", "追偿分配", "what was recovered for the pool"
    FUNDING = "funding", "出资到账", "a funding"
    REVERSAL = "reversal", "代偿冲正退款", "a payment given back"
