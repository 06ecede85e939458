"""Words of public warnings: where one stands, and the acts of the audit stream."""

from collections.abc import Mapping
from typing import Final

from suxin.cautions.models import CAUTIONS, STATES_ZH, CautionState
from suxin_tenants.paper_words import paper_states
from suxin_tenants.words import Said

CAUTION_STATES: Final[Mapping[CautionState, Said]] = paper_states(CAUTIONS.states, STATES_ZH)
OVER: Final[Said] = ("已到期", "plain")
"""A published warning whose last day is over."""

CAUTION_ACTIONS: Final[Mapping[str, str]] = {
    "cautions.caution.filed": "提出公开警示",
    "cautions.caution.withdrawn": "撤回公开警示",
    "cautions.caution.published": "公开警示发布",
    "cautions.caution.rejected": "公开警示未通过",
    "cautions.caution.taken_down": "撤下公开警示",
}
