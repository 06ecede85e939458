"""What an attraction's own systems are told of tickets: that one was used up, and that one let in more than it is for."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

DOUBLE_SPENT: Final = EventType(
    name="perks.ticket.double_spent",
    zh="门票重复入园，请核对两处检票口的记录",
    en="a ticket let in more than it is for, at gates that had no connection; nothing is held against its holder",
    object="PerkRedemption",
    fields={
        "programme": EventField(
            zh="权益", en="the programme that the ticket is of", of="PerkProgramme"
        ),
        "persons": EventField(zh="人数", en="how many were let in beyond what the ticket is for"),
        "recordedAt": EventField(zh="检票时间", en="when the gate says that it was, as ISO 8601"),
    },
)
EVENT_TYPES: Final = (DOUBLE_SPENT,)
