"""Where a capture stands, what an item does, and what the platform said of it."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class CaptureState(LabelledState):
    """Where a capture stands."""

    OPEN = "OPEN", "待完成", "waiting to become a claim"
    RECORDED = "RECORDED", "已登记", "recorded as a claim"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"
    LAPSED = "LAPSED", "已失效", "lapsed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "采集记录", "capture"


class ItemKind(LabelledEnum):
    """What an item does to its capture."""

    CREATE = "create", "新增", "create it"
    UPDATE = "update", "修改", "change it"
    WITHDRAW = "withdraw", "撤回", "withdraw it"


class ItemVerdict(LabelledEnum):
    """What the platform found of an item."""

    ACCEPTED = "accepted", "已接收", "accepted"
    CONFLICT = "conflict", "有冲突，待核定", "accepted but for fields that somebody must choose"
    HELD = "held", "等待前序记录", "held until what it builds on has come"
    REFUSED = "refused", "未接收", "refused"


class Choice(LabelledEnum):
    """What somebody chooses for a field that two sides changed."""

    KEEP = "keep", "保留平台上的值", "what the platform has"
    TAKE = "take", "采用设备上的值", "what the device has"
