"""Where rounds of whole-village credit stand, and the households that joined them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class RoundState(StrEnum):
    """Where a round stands: each of the four signatures is a step, and households may join while it is OPEN."""

    PROPOSED = "PROPOSED"
    SIGNED = "SIGNED"
    ACCEPTED = "ACCEPTED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CALLED_OFF = "CALLED_OFF"


ROUNDS_ZH: Final[Mapping[RoundState, str]] = {
    RoundState.PROPOSED: "待本行签署",
    RoundState.SIGNED: "待村居接受",
    RoundState.ACCEPTED: "待村居确认",
    RoundState.OPEN: "进行中",
    RoundState.CLOSED: "已结束",
    RoundState.CALLED_OFF: "已取消",
}
UNSIGNED: Final = frozenset({RoundState.PROPOSED, RoundState.SIGNED, RoundState.ACCEPTED})


class MemberState(StrEnum):
    """Where a household stands that joined; NOT_OFFERED has no line by the bank's rules."""

    CONSENTED = "CONSENTED"
    NOTICED = "NOTICED"
    NOT_OFFERED = "NOT_OFFERED"
    OBJECTED = "OBJECTED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    LEFT = "LEFT"


MEMBERS_ZH: Final[Mapping[MemberState, str]] = {
    MemberState.CONSENTED: "已授权，待银行测算",
    MemberState.NOTICED: "公示中",
    MemberState.NOT_OFFERED: "暂无额度",
    MemberState.OBJECTED: "有异议，复核中",
    MemberState.ACTIVE: "额度有效",
    MemberState.ENDED: "额度已终止",
    MemberState.LEFT: "已退出",
}
MEMBERS_EN: Final[Mapping[MemberState, str]] = {
    MemberState.CONSENTED: "joined, waiting for the bank",
    MemberState.NOTICED: "on notice",
    MemberState.NOT_OFFERED: "no line for now",
    MemberState.OBJECTED: "objected to, being reviewed",
    MemberState.ACTIVE: "in force",
    MemberState.ENDED: "ended",
    MemberState.LEFT: "left",
}
LEAVABLE: Final = frozenset(MemberState) - {MemberState.ENDED, MemberState.LEFT}
