"""Words of public warnings: where one stands, and the acts of the audit stream."""

from collections.abc import Mapping
from typing import Final

from suxin.cautions.models import STATES_ZH, CautionState
from suxin_tenants.words import Said

_TONES: Final[Mapping[CautionState, str]] = {
    CautionState.PROPOSED: "warn",
    CautionState.WITHDRAWN: "plain",
    CautionState.REJECTED: "bad",
    CautionState.PUBLISHED: "good",
    CautionState.TAKEN_DOWN: "plain",
}
CAUTION_STATES: Final[Mapping[CautionState, Said]] = {
    state: (zh, _TONES[state]) for state, zh in STATES_ZH.items()
}
OVER: Final[Said] = ("已到期", "plain")
"""A published warning whose last day is over."""

CAUTION_ACTIONS: Final[Mapping[str, str]] = {
    "cautions.caution.filed": "提出公开警示",
    "cautions.caution.withdrawn": "撤回公开警示",
    "cautions.caution.published": "公开警示发布",
    "cautions.caution.rejected": "公开警示未通过",
    "cautions.caution.taken_down": "撤下公开警示",
}
