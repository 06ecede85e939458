"""Where a filing stands, and why one was released."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class FilingState(LabelledState):
    """Where a filing stands."""

    FILED = "FILED", "已备案", "filed"
    RELEASED = "RELEASED", "已解除", "released"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "备案", "filing"


class Release(LabelledEnum):
    """Why a filing commits nothing any more."""

    SETTLED = "settled", "贷款结清", "the loan is settled"
    WRITTEN_OFF = "written_off", "贷款核销", "the loan is written off"
    CANCELLED = "cancelled", "合同撤销", "the contract was cancelled"
    COMPENSATED = "compensated", "已代偿", "the loss was compensated"
