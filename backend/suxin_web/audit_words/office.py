"""Acts of the audit stream that the credit office takes on an authority's document, put together."""

from collections.abc import Mapping
from typing import Final

from suxin_web.audit_words.cautions import CAUTION_ACTIONS
from suxin_web.audit_words.disasters import DISASTER_ACTIONS, DISASTER_OBJECTS
from suxin_web.audit_words.relief import RELIEF_ACTIONS
from suxin_web.audit_words.repair import REPAIR_ACTIONS
from suxin_web.audit_words.village_credit import CREDIT_ACTIONS, CREDIT_OBJECTS

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
