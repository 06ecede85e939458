"""Tables of subjects, by topic: who they are, what is recorded about them, and how they are found."""

from suxin.subjects.models.doors import (
    PhoneCode,
    SubjectDoor,
    WeChatAccount,
)
from suxin.subjects.models.parties import (
    BATCH_WRITES,
    MANDATE_KEPT_DAYS,
    NAME,
    NATURAL_PERSONS,
    PHONE,
    RESIDENT_ID,
    Mandate,
    MandateRole,
    PersonIdentity,
    Subject,
    SubjectKind,
)
from suxin.subjects.models.records import (
    NEGATIVE_KEPT_YEARS,
    NEVER_SHARED,
    SENSITIVE_CATEGORIES,
    CatalogueItem,
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Polarity,
    RecordStatus,
)

__all__ = [
    "BATCH_WRITES",
    "MANDATE_KEPT_DAYS",
    "NAME",
    "NATURAL_PERSONS",
    "NEGATIVE_KEPT_YEARS",
    "NEVER_SHARED",
    "PHONE",
    "RESIDENT_ID",
    "SENSITIVE_CATEGORIES",
    "CatalogueItem",
    "CreditRecord",
    "DataCategory",
    "LawfulChannel",
    "Mandate",
    "MandateRole",
    "PersonIdentity",
    "PhoneCode",
    "Polarity",
    "RecordStatus",
    "Subject",
    "SubjectDoor",
    "SubjectKind",
    "WeChatAccount",
]
