"""What a merchant's own systems are told: that a programme is open, or is not, and that a redemption was completed."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_PROGRAMME: Final = {
    "scenario": EventField(zh="场景代码", en="the code of the scenario that it is made from"),
}

PROGRAMME_PUBLISHED: Final = EventType(
    name="perks.programme.published",
    zh="权益已发布，可以核销",
    en="a programme is published and may be redeemed",
    object="PerkProgramme",
    fields=_PROGRAMME,
)
PROGRAMME_SUSPENDED: Final = EventType(
    name="perks.programme.suspended",
    zh="权益已暂停，请停止核销",
    en="a programme is suspended: nothing of it is redeemed until it goes on",
    object="PerkProgramme",
    fields=_PROGRAMME,
)
PROGRAMME_ENDED: Final = EventType(
    name="perks.programme.ended",
    zh="权益已结束",
    en="a programme has ended",
    object="PerkProgramme",
    fields=_PROGRAMME,
)
REDEMPTION_COMPLETED: Final = EventType(
    name="perks.redemption.completed",
    zh="一次核销已完成",
    en="a redemption is completed, with what was used of it",
    object="PerkRedemption",
    fields={
        "programme": EventField(
            zh="权益", en="the programme that was redeemed", of="PerkProgramme"
        ),
        "uses": EventField(zh="使用次数", en="how many uses were counted"),
        "valueFen": EventField(zh="兑付金额（分）", en="what that costs the funder, in fen"),
    },
)

EVENT_TYPES: Final = (
    PROGRAMME_PUBLISHED,
    PROGRAMME_SUSPENDED,
    PROGRAMME_ENDED,
    REDEMPTION_COMPLETED,
)
