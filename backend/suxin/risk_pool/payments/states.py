"""Where a payment stands."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState


class PaymentState(LabelledState):
    """Where a payment stands."""

    HELD = "HELD", "待第二道审批", "approved once"
    ISSUED = "ISSUED", "已发函，待付款", "issued"
    PAID = "PAID", "已付款", "paid"
    DROPPED = "DROPPED", "未获批准", "dropped"
    REVERSED = "REVERSED", "已冲正", "reversed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "代偿付款", "payment"
