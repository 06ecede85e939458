"""Acts of the audit stream that the credit office takes on an authority's document, put together."""

from collections.abc import Mapping
from typing import Final

from suxin_tenants.credit_round_words import CREDIT_ACTIONS, CREDIT_OBJECTS
from suxin_tenants.disaster_words import DISASTER_ACTIONS, DISASTER_OBJECTS
from suxin_tenants.operator.caution_words import CAUTION_ACTIONS
from suxin_tenants.operator.relief_words import RELIEF_ACTIONS
from suxin_tenants.operator.repair_words import REPAIR_ACTIONS

OFFICE_ACTIONS: Final[Mapping[str, str]] = {
    **RELIEF_ACTIONS,
    **REPAIR_ACTIONS,
    **CAUTION_ACTIONS,
    **CREDIT_ACTIONS,
    **DISASTER_ACTIONS,
}
OFFICE_OBJECTS: Final[Mapping[str, str]] = {
    "public_caution": "公开警示",
    **CREDIT_OBJECTS,
    **DISASTER_OBJECTS,
}
