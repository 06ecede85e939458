"""Where a warning stands, how severe it is, what a bank did about it, and why one was none."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class WarningState(LabelledState):
    """Where a warning stands; a bank may still answer one that has lapsed."""

    RAISED = "RAISED", "待签收", "raised"
    ACKNOWLEDGED = "ACKNOWLEDGED", "处理中", "acknowledged"
    ACTED = "ACTED", "已处置", "acted on"
    FALSE_ALARM = "FALSE_ALARM", "误报", "a false alarm"
    LAPSED = "LAPSED", "逾期未处理", "lapsed"
    WITHDRAWN = "WITHDRAWN", "已撤销", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "预警", "warning"


OPEN = (WarningState.RAISED, WarningState.ACKNOWLEDGED, WarningState.LAPSED)
"""The states in which a bank has not said what came of it."""


class Severity(LabelledEnum):
    """How severe a warning is, the gravest first."""

    HIGH = "high", "高", "high"
    MEDIUM = "medium", "中", "medium"
    LOW = "low", "低", "low"


class Evidence(LabelledEnum):
    """What a warning rests on."""

    RECORD = "record", "信用记录", "a credit record"
    GRADE = "grade", "信用等级下降", "a lower grade"


class WarningAction(LabelledEnum):
    """What a bank did about a warning (proposed list, demo configuration)."""

    CALLED = "called", "电话核实", "called the borrower"
    VISITED = "visited", "上门核查", "visited the borrower"
    WATCHED = "watched", "列入重点关注", "put on the watch list"
    SECURED = "secured", "追加担保或抵押", "took more security"
    LIMITED = "limited", "暂停后续放款", "stopped further draw-downs"
    RESCHEDULED = "rescheduled", "与借款人商定还款安排", "agreed on another way to repay"


class FalseAlarmReason(LabelledEnum):
    """Why a warning was none (proposed list, demo configuration)."""

    RESOLVED = "resolved", "事项已履行或已办结", "the matter is settled already"
    IMMATERIAL = "immaterial", "不影响偿债能力", "it does not touch his means to repay"
    MISTAKEN = "mistaken", "记录与该借款人不符", "the record is not about this borrower"
    KNOWN = "known", "放款前已知悉", "it was known before the money was drawn"


class WithdrawnBecause(LabelledEnum):
    """Why a warning was withdrawn."""

    EVIDENCE = "evidence", "所依据的信息已不再有效", "what it rested on counts no more"
    BASIS = "basis", "借款人的授权已结束", "the borrower's consent has ended"
    LOAN = "loan", "贷款已结束", "the loan has ended"
