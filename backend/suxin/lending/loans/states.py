"""Where a loan stands, what it is worth to the bank by the days that it is overdue, and what a repayment is."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class LoanState(LabelledState):
    """Where a loan stands."""

    SIGNED = "SIGNED", "已签约", "signed"
    CANCELLED = "CANCELLED", "已撤销", "cancelled"
    DISBURSED = "DISBURSED", "已放款", "paid out"
    PERFORMING = "PERFORMING", "正常还款", "served"
    OVERDUE = "OVERDUE", "逾期", "overdue"
    SETTLED = "SETTLED", "已结清", "settled"
    COMPENSATED = "COMPENSATED", "已代偿", "compensated"
    RECOVERING = "RECOVERING", "追偿中", "being recovered"
    WRITTEN_OFF = "WRITTEN_OFF", "已核销", "written off"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "贷款", "loan"


class RiskClass(LabelledEnum):
    """What a loan is worth by the days that it is overdue (五级分类), the best first."""

    NORMAL = "normal", "正常", "normal"
    SPECIAL_MENTION = "special_mention", "关注", "special mention"
    SUBSTANDARD = "substandard", "次级", "substandard"
    DOUBTFUL = "doubtful", "可疑", "doubtful"
    LOSS = "loss", "损失", "loss"


class RepaymentKind(LabelledEnum):
    """What a repayment is to the plan."""

    DUE = "due", "按计划还款", "as planned"
    PREPAYMENT = "prepayment", "提前还款", "prepayment"
    RENEWAL = "renewal", "续贷结清", "by renewal"
