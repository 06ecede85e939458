"""Where villages, grids, households, members, links and mergers stand, and what people call it."""

from enum import StrEnum
from typing import Final

from suxin.kernel.refusals import Refusal


class VillageState(StrEnum):
    """Whether a village keeps its register itself; MERGED is one whose register another has taken over."""

    ACTIVE = "ACTIVE"
    MERGED = "MERGED"


class GridKind(StrEnum):
    """What a grid is for: everybody who lives there, or one place (a market, a park, a school)."""

    BASIC = "basic"
    SPECIAL = "special"


class GridState(StrEnum):
    """Whether a grid is in use; ENDED is one that was split up or joined to another."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class HouseholdState(StrEnum):
    """Where a household stands; MERGED is one that another took in, TRANSFERRED one that is in a successor's register."""

    ACTIVE = "ACTIVE"
    MOVED_AWAY = "MOVED_AWAY"
    MERGED = "MERGED"
    TRANSFERRED = "TRANSFERRED"


class Relation(StrEnum):
    """What a member is to the head of the household (GB/T 4761 in few words)."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    CHILD_IN_LAW = "child_in_law"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    OTHER = "other"


class LeaveReason(StrEnum):
    """Why a member is not in the household any more; TRANSFERRED is one who is in a successor's register."""

    MOVED = "moved"
    MARRIED = "married"
    DIED = "died"
    MISTAKE = "mistake"
    TRANSFERRED = "transferred"


class LinkState(StrEnum):
    """Where a person's word that he is in a household stands."""

    ASKED = "ASKED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    ENDED = "ENDED"


class MergerState(StrEnum):
    """Where the joining of two registers stands; CARRIED_OUT is one whose households are the successor's."""

    PROPOSED = "PROPOSED"
    DECLINED = "DECLINED"
    APPROVED = "APPROVED"
    CARRIED_OUT = "CARRIED_OUT"


GRID_KINDS_ZH: Final[dict[GridKind, str]] = {
    GridKind.BASIC: "基础网格",
    GridKind.SPECIAL: "专属网格",
}
HOUSEHOLDS_ZH: Final[dict[HouseholdState, str]] = {
    HouseholdState.ACTIVE: "在册",
    HouseholdState.MOVED_AWAY: "已迁出",
    HouseholdState.MERGED: "已并户",
    HouseholdState.TRANSFERRED: "已转入合并后的村",
}
RELATIONS_ZH: Final[dict[Relation, str]] = {
    Relation.HEAD: "户主",
    Relation.SPOUSE: "配偶",
    Relation.CHILD: "子女",
    Relation.CHILD_IN_LAW: "儿媳女婿",
    Relation.GRANDCHILD: "孙辈",
    Relation.PARENT: "父母",
    Relation.GRANDPARENT: "祖辈",
    Relation.SIBLING: "兄弟姐妹",
    Relation.OTHER: "其他",
}
LEAVE_REASONS_ZH: Final[dict[LeaveReason, str]] = {
    LeaveReason.MOVED: "迁出",
    LeaveReason.MARRIED: "婚嫁",
    LeaveReason.DIED: "去世",
    LeaveReason.MISTAKE: "登记有误",
    LeaveReason.TRANSFERRED: "转入合并后的村",
}
LINKS_ZH: Final[dict[LinkState, str]] = {
    LinkState.ASKED: "待村居确认",
    LinkState.CONFIRMED: "已确认",
    LinkState.DECLINED: "未通过",
    LinkState.ENDED: "已解除",
}
MERGERS_ZH: Final[dict[MergerState, str]] = {
    MergerState.PROPOSED: "待复核",
    MergerState.DECLINED: "未通过",
    MergerState.APPROVED: "办理中",
    MergerState.CARRIED_OUT: "已完成",
}


class HouseholdElsewhere(Refusal):
    """The household does not stand where this step begins."""

    code = "HOUSEHOLD_ELSEWHERE"
    zh = "该户现为“{state_zh}”，不能这样办理"
    en = "The household is {state_en}; this step does not lead on from there"

    def __init__(self, *, state: HouseholdState) -> None:
        super().__init__(state_zh=HOUSEHOLDS_ZH[state], state_en=state.value.lower())


class LinkElsewhere(Refusal):
    """What a person said of his household was answered before."""

    code = "HOUSEHOLD_LINK_ELSEWHERE"
    zh = "该申请现为“{state_zh}”，不能这样办理"
    en = "The request is {state_en}; this step does not lead on from there"

    def __init__(self, *, state: LinkState) -> None:
        super().__init__(state_zh=LINKS_ZH[state], state_en=state.value.lower())


class MergerElsewhere(Refusal):
    """The joining of two registers was decided before."""

    code = "VILLAGE_MERGER_ELSEWHERE"
    zh = "该合并事项现为“{state_zh}”，不能这样办理"
    en = "The merger is {state_en}; this step does not lead on from there"

    def __init__(self, *, state: MergerState) -> None:
        super().__init__(state_zh=MERGERS_ZH[state], state_en=state.value.lower())
