"""Rows about subjects: organisations, the persons behind some of them, and what is on record."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from suxin.kernel.masks import mask_name
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.subjects.catalogue import ItemRow, packaged
from suxin.subjects.contents import months_later, publication_end
from suxin.subjects.mandates import MANDATE_LIFE
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    Mandate,
    MandateRole,
    PersonIdentity,
    RecordStatus,
    SubjectKind,
)
from suxin.subjects.shapes import SHAPES
from suxin_server.demo.deeds import OF_ORGANISATIONS, OF_PERSONS, DeedKind, deeds
from suxin_server.demo.dice import Dice
from suxin_server.demo.organisations import Organisation, Person
from suxin_server.demo.words import pinyin

REGISTERED_DAYS_AGO: Final = 400
"""How long ago the platform took the crowd's registrations over."""

PROVED_DAYS_AGO: Final = 45
_MARKET: Final = "宿迁市市场监督管理局"
_TAX: Final = "国家税务总局宿迁市税务局"
_SOCIAL: Final = "宿迁市人力资源和社会保障局"
_CREDIT: Final = "宿迁市信用办"
_ECOLOGY: Final = "宿迁市生态环境局"


class _Of(NamedTuple):
    """Whose record it is: the subject, and the number departments know it by."""

    subject_id: UUID
    number: str
    of_person: bool = False


@cache
def _items() -> dict[str, ItemRow]:
    """Return each item of the packaged catalogue by its code."""
    return {item.code: item for item in packaged().items}


class Register:
    """Turns organisations into rows, with the towns of the area tree and ids that repeat."""

    def __init__(self, towns: dict[str, list[str]], *, sealer: Sealer, now: datetime) -> None:
        self._towns = towns
        self._sealer = sealer
        self._now = now
        self._today = local_day(now)
        self._dice = Dice("register")
        # What came to the city later than the rest has its own, so that nothing else shifts.
        self._deed_dice = Dice("deeds")
        self._taken_over = now - timedelta(days=REGISTERED_DAYS_AGO)
        self._proved_at = now - timedelta(days=PROVED_DAYS_AGO)

    def subject(self, organisation: Organisation) -> dict[str, Any]:
        """Return the row of an organisation."""
        towns = self._towns.get(organisation.county_code, [])
        town = towns[int(organisation.town_share * len(towns))] if towns else None
        registered = self._registered_on(organisation)
        return {
            "id": self._dice.id_at(self._taken_over),
            "kind": organisation.kind.value,
            "name": organisation.name,
            "name_pinyin": pinyin(organisation.name_parts),
            "uscc": organisation.uscc,
            "county_code": organisation.county_code,
            "town_code": town,
            "industry": organisation.industry,
            "registered_on": registered,
            "found_wrong": {},
            "created_at": self._taken_over,
        }

    def _registered_on(self, organisation: Organisation) -> date:
        months = organisation.known.age_months
        return months_later(self._today, -months) - timedelta(days=self._dice.randrange(28))

    def records(
        self, organisation: Organisation, subject: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Return what the departments have on record; a household has nothing registered."""
        if organisation.kind is SubjectKind.HOUSEHOLD:
            return
        known, graded = organisation.known, self._last_grading()
        year = graded.year - 1
        of = _Of(subject["id"], organisation.uscc[8:17])
        content: dict[str, Any] = {"industry": organisation.industry, "staff": known.staff}
        yield self._record(of, "REG-BASIC", _MARKET, subject["registered_on"], content)
        if known.tax_grade is not None:
            content = {"grade": known.tax_grade.value, "year": year}
            yield self._record(of, "TAX-GRADE", _TAX, graded, content)
        if known.annual_tax_fen is not None:
            paid = self._record(of, "TAX-PAID", _TAX, date(year, 12, 31), {"year": year})
            yield paid | {"amount_fen": known.annual_tax_fen}
        if known.insured is not None:
            counted = self._today.replace(day=1)
            yield self._record(of, "SI-HEADCOUNT", _SOCIAL, counted, {"headcount": known.insured})
        for order, title in enumerate(known.honours, start=1):
            granted = graded.replace(year=year)
            content = {"title": title, "level": "市级"}
            yield self._record(of, "HONOUR", _CREDIT, granted, content, order=order)
        for order, penalty in enumerate(known.penalties, start=1):
            decided = months_later(self._today, -penalty.months_ago) - timedelta(days=5)
            number = f"宿罚〔{decided.year}〕{of.number[2:8]}号"
            content = {"authority": penalty.authority, "number": number, "class": penalty.severity}
            yield self._record(of, "PENALTY", penalty.authority, decided, content, order=order)
        if known.eco_grade is not None:
            content = {"grade": known.eco_grade.value, "year": year}
            yield self._record(of, "ECO-GRADE", _ECOLOGY, graded, content)
        yield from self._deeds(of, OF_ORGANISATIONS)

    def deeds_of(self, person_id: UUID) -> Iterator[dict[str, Any]]:
        """Return what departments have on record about a natural person."""
        yield from self._deeds(_Of(person_id, person_id.hex[-12:], of_person=True), OF_PERSONS)

    def _deeds(self, of: "_Of", kinds: tuple[DeedKind, ...]) -> Iterator[dict[str, Any]]:
        for deed in deeds(self._deed_dice, kinds, today=self._today):
            record_id = self._deed_dice.id_at(self._taken_over)
            record = self._record(
                of, deed.item_code, deed.source, deed.on, deed.content, record_id=record_id
            )
            yield record | {"amount_fen": deed.amount_fen}

    def _last_grading(self) -> date:
        """Return the day of the last yearly grading: grades of a year are published in the next April."""
        graded = date(self._today.year, 4, 15)
        return graded if graded <= self._today else graded.replace(year=graded.year - 1)

    def _record(
        self,
        of: "_Of",
        item_code: str,
        source: str,
        occurred_on: date,
        content: dict[str, Any],
        *,
        order: int = 1,
        record_id: UUID | None = None,
    ) -> dict[str, Any]:
        item = _items()[item_code]
        valid_until = item.validity_months and months_later(occurred_on, item.validity_months)
        return {
            "subject_id": of.subject_id,
            "id": record_id or self._dice.id_at(self._taken_over),
            "item_code": item_code,
            "category": item.category.value,
            "channel": item.channel,
            "natural_person": of.of_person,
            "source": source,
            "source_ref": f"{item_code}-{of.number}-{occurred_on.year}-{order}",
            "occurred_on": occurred_on,
            "published_until": (
                None if of.of_person else publication_end(item_code, content, occurred_on)
            ),
            "valid_until": valid_until,
            "polarity": SHAPES[item_code].polarity,
            "status": RecordStatus.ACTIVE,
            "amount_fen": None,
            "content": content,
            "self_declared": False,
            "loaded_at": self._now,
            "batch_id": None,
            "batch_line": None,
        }

    def person(self, person: Person) -> dict[str, Any]:
        """Return the row of a proved natural person; the full name is sealed elsewhere."""
        return {
            "id": self._dice.id_at(self._proved_at),
            "kind": SubjectKind.PERSON.value,
            "name": mask_name(person.name),
            "name_pinyin": pinyin((person.name[0],)),
            "uscc": None,
            "county_code": person.resident_id[:6],
            "town_code": None,
            "industry": None,
            "registered_on": None,
            "found_wrong": {},
            "created_at": self._proved_at,
        }

    def identity(self, person: Person, person_id: UUID) -> PersonIdentity:
        """Return a person's sealed identity."""
        return PersonIdentity(
            subject_id=person_id,
            name_sealed=self._sealer.seal(person.name, purpose=NAME, row=person_id),
            resident_id_sealed=self._sealer.seal(
                person.resident_id, purpose=RESIDENT_ID, row=person_id
            ),
            phone_sealed=self._sealer.seal(person.phone, purpose=PHONE, row=person_id),
            proof_method="demo",
            proof_ref=f"demo-{person_id.hex[-12:]}",
            proved_at=self._proved_at,
        )

    def mandate(self, person_id: UUID, subject_id: UUID) -> Mandate:
        """Return the legal representative's right to act for his organisation."""
        return Mandate(
            id=self._dice.id_at(self._proved_at),
            person_id=person_id,
            subject_id=subject_id,
            role=MandateRole.LEGAL_REPRESENTATIVE,
            proof_method="demo",
            proof_ref=f"demo-{subject_id.hex[-12:]}",
            starts_at=self._proved_at,
            ends_at=self._proved_at + MANDATE_LIFE,
        )
