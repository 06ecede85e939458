"""Where an agreement stands, and which balance its compensation rate is over."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class AgreementState(LabelledState):
    """Where an agreement stands."""

    DRAFT = "DRAFT", "起草中", "a draft"
    SIGNED_ONCE = "SIGNED_ONCE", "待第二人签署", "signed by one"
    SIGNED = "SIGNED", "待接受", "signed"
    IN_FORCE = "IN_FORCE", "生效中", "in force"
    DECLINED = "DECLINED", "已谢绝", "declined"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"
    ENDED = "ENDED", "已终止", "ended"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "合作协议", "agreement"


class RateBasis(LabelledEnum):
    """Which balance of filed loans a compensation rate is over (代偿率口径)."""

    OPENING = "opening", "年初备案余额", "the balance at the year's start"
    AVERAGE = "average", "本年日均备案余额", "this year's average balance by the day"
