"""Words of whole-village credit: where a round and a household stand, and counts."""

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


def about(count: int | None) -> str:
    """Write a count that was rounded down to whole fives; nothing reads as fewer than five."""
    return FEW if count is None else f"{count:,} 余"
