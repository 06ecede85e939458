"""Words of public warnings: where one stands."""

from collections.abc import Mapping
from typing import Final

from suxin.cautions.models import CAUTIONS, STATES_ZH, CautionState
from suxin_tenants.paper_words import paper_states
from suxin_tenants.words import Said

CAUTION_STATES: Final[Mapping[CautionState, Said]] = paper_states(CAUTIONS.states, STATES_ZH)
OVER: Final[Said] = ("已到期", "plain")
"""A published warning whose last day is over."""
