"""Words of whole-village credit: where a round and a household stand, counts, and the acts of the audit stream."""

from collections.abc import Mapping
from typing import Final

from suxin.village_credit.states import MEMBERS_ZH, ROUNDS_ZH, MemberState, RoundState
from suxin_tenants.words import Said

_ROUND_TONES: Final[Mapping[RoundState, str]] = {
    RoundState.PROPOSED: "warn",
    RoundState.SIGNED: "warn",
    RoundState.ACCEPTED: "warn",
    RoundState.OPEN: "good",
    RoundState.CLOSED: "plain",
    RoundState.CALLED_OFF: "plain",
}
_MEMBER_TONES: Final[Mapping[MemberState, str]] = {
    MemberState.CONSENTED: "info",
    MemberState.NOTICED: "warn",
    MemberState.NOT_OFFERED: "plain",
    MemberState.OBJECTED: "bad",
    MemberState.ACTIVE: "good",
    MemberState.ENDED: "plain",
    MemberState.LEFT: "plain",
}
ROUNDS: Final[Mapping[RoundState, Said]] = {
    state: (zh, _ROUND_TONES[state]) for state, zh in ROUNDS_ZH.items()
}
MEMBERS: Final[Mapping[MemberState, Said]] = {
    state: (zh, _MEMBER_TONES[state]) for state, zh in MEMBERS_ZH.items()
}
FEW: Final = "少于 5"
CREDIT_ACTIONS: Final[Mapping[str, str]] = {
    "village_credit.round.proposed": "提出整村授信",
    "village_credit.round.signed": "签署整村授信（银行）",
    "village_credit.round.accepted": "接受整村授信（村居）",
    "village_credit.round.opened": "整村授信开始",
    "village_credit.round.ended": "结束整村授信",
    "village_credit.member.joined": "参加整村授信",
    "village_credit.member.left": "退出整村授信",
    "village_credit.member.decided": "决定预授信额度",
    "village_credit.member.objected": "对额度提出异议",
    "village_credit.member.answered": "复核额度异议",
    "village_credit.member.line_in_force": "额度生效",
    "village_credit.member.line_over": "额度到期",
    "village_credit.member.line_ended": "终止额度",
    "village_credit.member.line_asked": "使用额度申请贷款",
}
CREDIT_OBJECTS: Final[Mapping[str, str]] = {
    "credit_round": "整村授信",
    "credit_round_member": "参加整村授信的农户",
}


def about(count: int | None) -> str:
    """Write a count that was rounded down to whole fives; nothing reads as fewer than five."""
    return FEW if count is None else f"{count:,} 余"
