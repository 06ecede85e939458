"""Audit words of declared disasters and proposed renewals."""

from collections.abc import Mapping
from typing import Final

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
