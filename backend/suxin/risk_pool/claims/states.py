"""Where a claim stands, from which places it is approved, how a bank tried to get its money, and what keeps a claim back."""

from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class ClaimState(LabelledState):
    """Where a claim stands."""

    DRAFT = "DRAFT", "草稿", "a draft"
    SUBMITTED = "SUBMITTED", "已提交", "submitted"
    MATERIAL_CHECK = "MATERIAL_CHECK", "材料核对中", "having its materials checked"
    REVIEW = "REVIEW", "审批中", "under review"
    RETURNED = "RETURNED", "退回补正", "returned"
    REJECTED = "REJECTED", "不予代偿", "rejected"
    APPROVED = "APPROVED", "已批准，待付款", "approved"
    PAID = "PAID", "已代偿", "paid"
    RECOVERING = "RECOVERING", "追偿中", "being recovered"
    CLOSED = "CLOSED", "已结案", "closed"
    WRITTEN_OFF = "WRITTEN_OFF", "已核销", "written off"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "代偿申请", "claim"


WITH_BANK: Final = frozenset({ClaimState.DRAFT, ClaimState.RETURNED})
"""Where the bank is to act next."""
WITH_OPERATOR: Final = frozenset(
    {ClaimState.SUBMITTED, ClaimState.MATERIAL_CHECK, ClaimState.REVIEW, ClaimState.APPROVED}
)
"""Where the operator is to act next, or its custodian."""
COMPENSATED: Final = frozenset({ClaimState.PAID, ClaimState.RECOVERING})
"""Where the pool has paid and something may still come back."""
NEVER_PAID: Final = frozenset({ClaimState.REJECTED, ClaimState.WITHDRAWN})
"""Where a claim has ended without a payment, so that another may be made."""
ENDED: Final = NEVER_PAID | {ClaimState.CLOSED, ClaimState.WRITTEN_OFF}


class Place(LabelledEnum):
    """From which place somebody approves; the two are never filled by one person for one payment."""

    FUND_MANAGER = "fund_manager", "基金管理机构", "the fund's manager"
    FINANCE_BUREAU = "finance_bureau", "财政（金融）主管部门", "the finance bureau"


class Ending(LabelledEnum):
    """What two people may settle about a claim that was paid."""

    WRITE_OFF = "write_off", "核销", "write it off"
    REVERSE = "reverse", "冲正重开", "reverse the payment and open the claim again"


class CollectionKind(LabelledEnum):
    """How a bank tried to get its money."""

    CALL = "call", "电话催收", "a call"
    MESSAGE = "message", "短信催收", "a message"
    LETTER = "letter", "书面催收函", "a letter"
    VISIT = "visit", "上门催收", "a visit"
    LAWYER_LETTER = "lawyer_letter", "律师函", "a lawyer's letter"
    LAWSUIT = "lawsuit", "起诉或仲裁", "a lawsuit or arbitration"


class CollectionResult(LabelledEnum):
    """What came of it."""

    PROMISED = "promised", "承诺还款", "payment was promised"
    PARTLY_PAID = "partly_paid", "部分还款", "a part was paid"
    REFUSED = "refused", "拒绝还款", "payment was refused"
    NOT_REACHED = "not_reached", "未联系上", "nobody was reached"
    DELIVERED = "delivered", "已送达", "it was delivered"
    PENDING = "pending", "办理中", "it is pending"


class GapCode(LabelledEnum):
    """What keeps a claim from being submitted."""

    LOAN_NOT_OVERDUE = "LOAN_NOT_OVERDUE", "贷款未逾期", "the loan is not overdue"
    TRIGGER_DAYS_LEFT = (
        "TRIGGER_DAYS_LEFT",
        "距代偿触发还有 {n} 天",
        "{n} days until the claim may be made",
    )
    COLLECTIONS_MISSING = (
        "COLLECTIONS_MISSING",
        "还需登记 {n} 次逾期后的催收",
        "{n} more collection attempts since it is overdue",
    )
    DISPUTE_OPEN = (
        "DISPUTE_OPEN",
        "借款人就该贷款提出的异议尚未办结（{n} 件）",
        "{n} disputes about the loan are open",
    )
    FILING_RELEASED = "FILING_RELEASED", "备案已解除", "the filing was released"
    WINDOW_PASSED = (
        "WINDOW_PASSED",
        "已超过申请期限 {n} 天",
        "the time to claim is over by {n} days",
    )
    NOTHING_LOST = "NOTHING_LOST", "扣除保证金后没有损失", "nothing is lost after the deposit"
    NOTHING_FROM_POOL = (
        "NOTHING_FROM_POOL",
        "资金池当前可付金额为零",
        "the pool can pay nothing at present",
    )
