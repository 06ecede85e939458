"""What is told of an exchange to a bank's own systems: what it asked for, what came of it, and each message, never its words."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_MATERIAL_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("asked", "已要求补充材料", "the bank has asked the applicant for more material"),
    ("supplied", "申请人已提供材料", "the applicant has handed in one thing that was asked for"),
    ("declined", "申请人不提供材料", "the applicant does not hand in one thing that was asked for"),
    ("expired", "补充材料已到期", "what was asked for was not answered in time"),
    ("closed", "补充材料要求已终止", "the referral was answered, or has ended, before"),
)
MATERIAL_STEPS: Final = {
    step: EventType(
        name=f"lending.material.{step}",
        zh=zh,
        en=en,
        object="Referral",
        fields={
            "material": EventField(
                zh="补充材料要求", en="the request for material", of="MaterialRequest"
            ),
            "open": EventField(zh="待答复项数", en="how many things wait for an answer"),
            "state": EventField(zh="状态", en="where it stands: OPEN, ANSWERED, EXPIRED, CLOSED"),
        },
    )
    for step, zh, en in _MATERIAL_STEPS
}
"""The kind of event of each step of a request for material, by the word for it."""

MESSAGE_SENT: Final = EventType(
    name="lending.message.sent",
    zh="对接中有新消息",
    en="the bank or the applicant has written in a referral's conversation",
    object="Referral",
    fields={
        "author": EventField(zh="发送方", en="who has written: BANK, APPLICANT"),
    },
)

EVENT_TYPES: Final = (*MATERIAL_STEPS.values(), MESSAGE_SENT)
