"""What is told of guarantees to the systems of banks and guarantors: each hears what the other has done, and what the clock did."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "offer": EventField(zh="报价", en="the offer that it is about", of="Offer"),
    "state": EventField(zh="状态", en="where it stands"),
}


def _told(step: str, zh: str, en: str) -> EventType:
    return EventType(
        name=f"lending.guarantee.{step}",
        zh=zh,
        en=en,
        object="GuaranteeRequest",
        fields=_FIELDS,
    )


REQUESTED: Final = _told("requested", "银行提出担保申请", "a bank asks the guarantor")
WITHDRAWN: Final = _told("withdrawn", "银行撤回担保申请", "the bank asks no more")
APPROVED: Final = _told("approved", "担保机构已承诺", "the guarantor is committed")
DECLINED: Final = _told("declined", "担保机构不予担保", "the guarantor has declined")
LAPSED: Final = _told("lapsed", "担保申请已失效", "nobody answered, or signed, in time")
RELEASED: Final = _told("released", "担保承诺已解除", "the commitment binds no more")

EVENT_TYPES: Final = (REQUESTED, WITHDRAWN, APPROVED, DECLINED, LAPSED, RELEASED)
