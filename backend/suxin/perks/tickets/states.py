"""Where a ticket stands, and what the platform finds of a spend."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class TicketState(LabelledState):
    """Where a ticket stands: nobody was let in by it yet, some were, all were, or it is good no more."""

    ISSUED = "ISSUED", "未使用", "not used yet"
    PART_USED = "PART_USED", "部分使用", "used in part"
    USED = "USED", "已使用", "used"
    CANCELLED = "CANCELLED", "已作废", "cancelled"
    EXPIRED = "EXPIRED", "已过期", "expired"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "门票", "ticket"


class SpendVerdict(LabelledEnum):
    """What came of what a gate recorded."""

    ACCEPTED = "accepted", "已入园", "accepted"
    DOUBLE_SPEND = "double_spend", "重复入园", "more were let in than the ticket is for"
    EXPIRED = "expired", "不在有效期", "the ticket was not valid then, or it was told too late"
    CANCELLED = "cancelled", "已作废", "the ticket was cancelled"
    FORGED = "forged", "非本景区门票", "no ticket of this attraction"
