"""What is told of guarantors' parts: each side hears what the other has done, and what the clock did."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "amountFen": EventField(zh="金额（分）", en="the amount in fen"),
    "state": EventField(zh="状态", en="where it stands"),
}


def _told(of: str, step: str, zh: str, en: str) -> EventType:
    return EventType(
        name=f"risk_pool.{of}.{step}",
        zh=zh,
        en=en,
        object="GuarantorPart" if of == "part" else "GuarantorTransfer",
        fields=_FIELDS,
    )


ASKED: Final = _told("part", "asked", "请担保机构答复代偿分担", "a guarantor is asked")
AGREED: Final = _told("part", "agreed", "担保机构同意分担", "the guarantor agrees to its part")
REFUSED: Final = _told("part", "refused", "担保机构不同意分担", "the guarantor refuses its part")
LATE: Final = _told(
    "part", "late", "担保机构逾期未答复分担", "the guarantor has not answered in time"
)
WITHDRAWN: Final = _told("part", "withdrawn", "代偿分担无须答复", "the guarantor need not answer")
NOTED: Final = _told("transfer", "noted", "已登记划款，待确认", "a transfer was noted")
CONFIRMED: Final = _told("transfer", "confirmed", "划款已到账", "a transfer was confirmed")
DENIED: Final = _told("transfer", "denied", "划款未到账", "a transfer has not come")
RETURNED: Final = _told("transfer", "returned", "划款已退回", "a transfer was given back")

EVENT_TYPES: Final = (
    ASKED,
    AGREED,
    REFUSED,
    LATE,
    WITHDRAWN,
    NOTED,
    CONFIRMED,
    DENIED,
    RETURNED,
)
