"""Words of declared disasters and proposed renewals: where one stands."""

from collections.abc import Mapping
from typing import Final

from suxin.disasters.models import DISASTERS
from suxin.disasters.states import DISASTERS_ZH, RENEWALS_ZH, DisasterState, RenewalState
from suxin_tenants.paper_words import paper_states
from suxin_tenants.words import Said

_RENEWAL_TONES: Final[Mapping[RenewalState, str]] = {
    RenewalState.PROPOSED: "warn",
    RenewalState.AGREED: "good",
    RenewalState.DECLINED: "bad",
    RenewalState.WITHDRAWN: "plain",
    RenewalState.LAPSED: "plain",
}
DISASTER_STATES: Final[Mapping[DisasterState, Said]] = paper_states(DISASTERS.states, DISASTERS_ZH)
RENEWAL_STATES: Final[Mapping[RenewalState, Said]] = {
    state: (zh, _RENEWAL_TONES[state]) for state, zh in RENEWALS_ZH.items()
}
RENEWED: Final[Said] = ("已续贷", "good")
"""A proposed renewal whose loan the bank has renewed."""
