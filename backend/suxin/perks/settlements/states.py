"""Where a statement stands."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState


class SettlementState(LabelledState):
    """Where a statement stands, from drawn up to paid."""

    DRAWN_UP = "DRAWN_UP", "待商户确认", "drawn up"
    DISPUTED = "DISPUTED", "商户有异议", "disputed"
    CONFIRMED = "CONFIRMED", "待运营方审批", "confirmed"
    APPROVED = "APPROVED", "待付款", "approved"
    PAID = "PAID", "已付款", "paid"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "结算单", "statement"
