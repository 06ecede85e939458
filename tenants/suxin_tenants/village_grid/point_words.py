"""How a village's desk says where claims, rules and appeals stand."""

from collections.abc import Mapping
from typing import Final

from suxin.grid.states import ClaimState, RuleSetState
from suxin_tenants.words import Said

PLACE: Final = "/desk/points"

CLAIMS: Final[Mapping[ClaimState, Said]] = {
    ClaimState.SUBMITTED: ("待初审", "warn"),
    ClaimState.CHECKED: ("待评议", "warn"),
    ClaimState.APPROVED: ("待公示", "info"),
    ClaimState.NOTICED: ("公示中", "info"),
    ClaimState.REFUSED: ("未通过，可申诉", "bad"),
    ClaimState.APPEALED: ("异议待决定", "warn"),
    ClaimState.ANSWERED: ("村监委已决定", "info"),
    ClaimState.AT_TOWN: ("待乡镇决定", "warn"),
    ClaimState.POSTED: ("已入账", "good"),
    ClaimState.REJECTED: ("未通过", "plain"),
    ClaimState.WITHDRAWN: ("已撤回", "plain"),
    ClaimState.REVERSED: ("已冲正", "plain"),
}
RULE_SETS: Final[Mapping[RuleSetState, Said]] = {
    RuleSetState.DRAFT: ("草稿", "plain"),
    RuleSetState.ADOPTED: ("已表决，待确认", "warn"),
    RuleSetState.CONFIRMED: ("已确认", "good"),
    RuleSetState.DROPPED: ("已作废", "plain"),
}
TABS: Final[Mapping[str, tuple[str, frozenset[ClaimState]]]] = {
    "running": (
        "办理中",
        frozenset(
            {
                ClaimState.SUBMITTED,
                ClaimState.CHECKED,
                ClaimState.APPROVED,
                ClaimState.NOTICED,
                ClaimState.REFUSED,
            }
        ),
    ),
    "appeals": (
        "异议",
        frozenset({ClaimState.APPEALED, ClaimState.ANSWERED, ClaimState.AT_TOWN}),
    ),
    "posted": ("已入账", frozenset({ClaimState.POSTED})),
    "all": ("全部", frozenset()),
}
