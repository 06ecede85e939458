"""Words of declared disasters and proposed renewals: where one stands, and the acts of the audit stream."""

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

DISASTER_ACTIONS: Final[Mapping[str, str]] = {
    "disasters.disaster.declared": "录入灾情认定",
    "disasters.disaster.withdrawn": "撤回灾情认定",
    "disasters.disaster.confirmed": "灾情认定已确认",
    "disasters.disaster.rejected": "灾情认定未确认",
    "disasters.disaster.revoked": "撤销灾情认定",
    "disasters.renewal.proposed": "建议无还本续贷",
    "disasters.renewal.agreed": "银行同意无还本续贷",
    "disasters.renewal.declined": "银行不同意无还本续贷",
    "disasters.renewal.withdrawn": "续贷建议撤销",
    "disasters.renewal.lapsed": "续贷建议终止",
}
DISASTER_OBJECTS: Final[Mapping[str, str]] = {
    "declared_disaster": "灾情认定",
    "renewal_proposal": "续贷建议",
}
