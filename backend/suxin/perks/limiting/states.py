"""Where a limit stands."""

from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState


class LimitState(LabelledState):
    """Where a limit stands."""

    PROPOSED = "PROPOSED", "待告知", "proposed"
    NOTICED = "NOTICED", "已告知，申诉期内", "noticed"
    CONTESTED = "CONTESTED", "申诉处理中，暂不生效", "contested"
    EFFECTIVE = "EFFECTIVE", "生效中", "in force"
    LIFTED = "LIFTED", "申诉成立，不限制", "lifted"
    ENDED = "ENDED", "已结束", "ended"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "限制", "limit"


LIVE: Final = frozenset(
    {LimitState.PROPOSED, LimitState.NOTICED, LimitState.CONTESTED, LimitState.EFFECTIVE}
)
