"""Where a recovery stands."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState


class RecoveryState(LabelledState):
    """Where a recovery stands."""

    REPORTED = "REPORTED", "待划入资金池", "reported"
    CONFIRMED = "CONFIRMED", "已入账", "confirmed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "追偿", "recovery"
