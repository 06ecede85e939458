"""Where a claim and a recovery stand, and what a claim is for."""

from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class CoverClaimState(LabelledState):
    """Where a claim stands."""

    SUBMITTED = "SUBMITTED", "待审核", "submitted"
    DECIDED = "DECIDED", "待复核", "decided by one person"
    APPROVED = "APPROVED", "待付款", "approved"
    REJECTED = "REJECTED", "不予赔付", "rejected"
    PAID = "PAID", "已赔付", "paid"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "赔付申请", "claim"


AT_OPERATOR: Final = frozenset(
    {CoverClaimState.SUBMITTED, CoverClaimState.DECIDED, CoverClaimState.APPROVED}
)
"""Where the operator is to act next, and its time runs."""
GRANTED: Final = frozenset({CoverClaimState.APPROVED, CoverClaimState.PAID})
"""What counts against a merchant's year."""
NEVER_PAID: Final = frozenset({CoverClaimState.REJECTED, CoverClaimState.WITHDRAWN})
"""What makes room for another claim on the same order."""


class CoverGround(LabelledEnum):
    """What a merchant lost."""

    NOT_RETURNED = "NOT_RETURNED", "物品未归还", "the goods did not come back"
    UNPAID = "UNPAID", "完结后未支付", "the order was completed and not paid"


class CoverRecoveryState(LabelledState):
    """Where the cover's part of a recovery stands."""

    REPORTED = "REPORTED", "待确认到账", "reported"
    CONFIRMED = "CONFIRMED", "已到账", "confirmed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "追回", "recovery"
