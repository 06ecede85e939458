"""What a tenant's own systems are told: that a record they may read was repaired, so that their copies follow."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "item": EventField(zh="目录项代码", en="the code of the record's catalogue item"),
    "repairedAt": EventField(zh="修复时间", en="when the department decided it"),
}

READ_BY_CONSENT: Final = EventType(
    name="repair.record.repaired",
    zh="授权项下可查的一条失信记录已修复，请停止使用并更新自行留存的副本",
    en="a record that the consent lets the tenant read was repaired; its own copies follow within a working day",
    object="Consent",
    fields=_FIELDS,
)
READ_BY_CONTRACT: Final = EventType(
    name="repair.record.repaired_under_contract",
    zh="合同项下可查的一条失信记录已修复，请停止使用并更新自行留存的副本",
    en="a record that the contract lets the tenant read was repaired; its own copies follow within a working day",
    object="Offer",
    fields=_FIELDS,
)

EVENT_TYPES: Final = (READ_BY_CONSENT, READ_BY_CONTRACT)
