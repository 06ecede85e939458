"""The rows of the demo city while they are put together, by table, and what everything in it refers to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from suxin.consent.models import Consent
from suxin.kernel.audit import READ_ACTION, AuditEntry
from suxin.kernel.many_rows import Row
from suxin.kernel.outbox import OutboxRow
from suxin.kernel.tables import Table
from suxin.lending.matching import ProductTerms, SpeedRecord
from suxin.lending.models import LoanProduct
from suxin.subjects.models import NATURAL_PERSONS
from suxin_server.demo.dice import Dice
from suxin_server.demo.office_hours import OfficeHours

REQUEST_ID: Final = "demo-city"
Model = TypeVar("Model", bound=Table)


class Book:
    """Rows by table."""

    def __init__(self) -> None:
        self._rows: dict[type[Table], list[Row]] = {}

    def add(self, *rows: Table) -> None:
        """Take model rows; they may still change until the book is written."""
        for row in rows:
            self._rows.setdefault(type(row), []).append(row)

    def add_plain(self, model: type[Table], row: Mapping[str, Any]) -> None:
        """Take a row as a mapping, where thousands of models would only cost time."""
        self._rows.setdefault(model, []).append(row)

    def take_over(self, other: "Book") -> None:
        """Take everything out of another book."""
        for model, rows in other.tables().items():
            self._rows.setdefault(model, []).extend(rows)

    def tables(self) -> Mapping[type[Table], Sequence[Row]]:
        """Return the rows of every table."""
        return self._rows

    def rows(self, model: type[Table]) -> Sequence[Row]:
        """Return the rows of one table."""
        return self._rows.get(model, [])

    def models(self, model: type[Model]) -> Iterator[Model]:
        """Yield those rows of one table that were taken as models."""
        return (row for row in self.rows(model) if isinstance(row, model))

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        return {model.__tablename__: len(rows) for model, rows in self._rows.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank of the city as the stories need it."""

    tenant_id: UUID
    officer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One who asks: his organisation's row and records, and the person behind it."""

    subject: dict[str, Any]
    records: tuple[dict[str, Any], ...]
    person_id: UUID

    @property
    def subject_id(self) -> UUID:
        """The organisation's id."""
        found: UUID = self.subject["id"]
        return found

    @property
    def is_natural_person(self) -> bool:
        """Whether what is on record about it is a natural person's."""
        return self.subject["kind"] in NATURAL_PERSONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every story refers to, and the book it is written into."""

    now: datetime
    hours: OfficeHours
    dice: Dice
    book: Book
    banks: Mapping[UUID, Bank]
    products: Mapping[UUID, LoanProduct]
    terms: Sequence[ProductTerms]
    speeds: Mapping[UUID, SpeedRecord]
    population: Mapping[tuple[str, str, str], int]
    county_names: Mapping[str, str]

    def act(
        self,
        action: str,
        at: datetime,
        *,
        of: tuple[str, UUID],
        by: "Party | Bank | None",
        tenant_id: UUID | None = None,
        about: UUID | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Enter an act into the audit stream, as the product would: by an applicant, a bank's officer, or the platform.

        What a bank does while it is blind names no subject; ``about`` does where the product does.
        """
        entry = self._entry(action, at) | {
            "object_type": of[0],
            "object_id": of[1],
            "tenant_id": tenant_id,
            "subject_id": about,
            "detail": dict(detail or {}),
        }
        if isinstance(by, Party):
            entry |= {
                "actor_kind": "subject",
                "person_id": by.person_id,
                "subject_id": by.subject_id,
            }
        elif by is not None:
            entry |= {
                "actor_kind": "staff",
                "staff_id": by.officer_id,
                "tenant_id": by.tenant_id,
            }
        self.book.add_plain(AuditEntry, entry)

    def read(
        self, at: datetime, *, party: Party, bank: Bank, given: Consent, lead_id: UUID | None
    ) -> None:
        """Enter the receipt of a bank's look at an applicant's data: behind a lead at its desk, or by its system."""
        rows = [row for row in party.records if row["category"] in given.categories]
        person = set() if lead_id is None else {"name", "phone", "resident_id"}
        self.book.add_plain(
            AuditEntry,
            self._entry(READ_ACTION, at)
            | {
                "actor_kind": "staff",
                "staff_id": bank.officer_id,
                "tenant_id": bank.tenant_id,
                "subject_id": party.subject_id,
                "consent_id": given.id,
                "object_type": "credit_record" if lead_id is None else "lead",
                "object_id": lead_id,
                "purpose": given.purpose,
                "categories": sorted(given.categories),
                "fields": sorted(person | {row["item_code"] for row in rows}),
                "row_count": len(rows),
            },
        )

    def _entry(self, action: str, at: datetime) -> dict[str, Any]:
        return {
            "id": self.dice.id_at(at),
            "at": at,
            "request_id": REQUEST_ID,
            "actor_kind": "system",
            "action": action,
            "categories": [],
            "fields": [],
            "row_count": 0,
            "detail": {},
        }

    def duty(
        self, topic: str, due: datetime, payload: Mapping[str, Any], tenant_id: UUID | None = None
    ) -> None:
        """Schedule what falls due; the platform carries out at once what is due already."""
        self.book.add(
            OutboxRow(
                id=self.dice.id_at(self.now),
                tenant_id=tenant_id,
                topic=topic,
                payload={name: str(value) for name, value in payload.items()},
                created_at=self.now,
                not_before=due,
                attempts=0,
            )
        )
