"""Somebody for the counter's helper to serve: a person without a phone, whom two banks ask for a permission."""

from datetime import timedelta
from typing import Any, Final

from suxin.consent.lapses import LAPSE_TOPIC
from suxin.consent.requests import ANSWER_WITHIN
from suxin.kernel.sealing import Sealer
from suxin.subjects.doors import resident_door
from suxin.subjects.models import Subject, SubjectDoor
from suxin_server.demo import consenting
from suxin_server.demo.book import Book, Party, Stage
from suxin_server.demo.organisations import Person
from suxin_server.demo.people import Register
from suxin_server.demo.visitor import COUNTER_VISITOR

_ASKED_AGO: Final = timedelta(days=1, hours=2)
_LIFE_DAYS: Final = 30
_BANKS: Final = 2


def register_visitor(book: Book, register: Register, sealer: Sealer) -> Party:
    """Enter the person, as a counter proved her before: with her card, and without a phone."""
    known = Person(COUNTER_VISITOR.name, COUNTER_VISITOR.resident_id, phone="")
    row: dict[str, Any] = register.person(known)
    door = resident_door(sealer, known.resident_id)
    book.add_plain(Subject, row)
    book.add_plain(
        SubjectDoor,
        {
            "blind_index": door.digest,
            "subject_id": row["id"],
            "key_version": door.key_version,
        },
    )
    identity = register.identity(known, row["id"])
    identity.phone_sealed = None
    book.add(identity)
    return Party(subject=row, records=(), person_id=row["id"])


def ask_visitor(stage: Stage, party: Party) -> None:
    """Let two banks ask her; both wait for her answer."""
    for number, bank in enumerate(list(stage.banks.values())[:_BANKS]):
        at = stage.now - _ASKED_AGO - timedelta(minutes=number)
        wanted = consenting.asked(
            stage,
            party,
            tenant_id=bank.tenant_id,
            life_days=_LIFE_DAYS,
            answer_by=at + ANSWER_WITHIN,
            at=at,
        )
        consenting.record(stage, bank, wanted, "requested", at)
        consenting.duty(stage, LAPSE_TOPIC, at + ANSWER_WITHIN, wanted)
