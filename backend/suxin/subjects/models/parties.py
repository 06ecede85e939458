"""Subjects, a person's proved identity, and the mandates under which a person acts for a subject."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.at_counter import helped_person, helped_subject
from suxin.kernel.readers import (
    KIND,
    NOW,
    PERSON,
    SUBJECT,
    Reader,
    acting_person,
    batch,
    data_subject,
    kept_until,
    represented_by_person,
    same_world,
    system,
    when,
    with_basis,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.tables import WITH_DELETE, Privilege, Table, append_and_change

NAME, RESIDENT_ID, PHONE = "person.name", "person.resident_id", "person.phone"
"""The purposes under which a person's fields are sealed, and a resident id and a phone indexed."""


BATCH_WRITES: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE")


class SubjectKind(StrEnum):
    """What a subject is."""

    PERSON = "person"
    FIRM = "firm"
    SOLE_TRADER = "sole_trader"
    HOUSEHOLD = "household"
    FAMILY_FARM = "family_farm"
    COOPERATIVE = "cooperative"
    AGRI_ENTERPRISE = "agri_enterprise"


NATURAL_PERSONS: Final = frozenset({SubjectKind.PERSON, SubjectKind.HOUSEHOLD})
"""Whose data is personal information about credit (征信业管理条例 art. 2); an organisation's is not."""


class Subject(Table):
    """A person or organisation that data is about. ``name`` of a person is masked here; the full one is sealed.

    ``sandbox_id`` is the sandbox that an invented one is of: nobody of the city meets it, and it meets nobody of the city.
    ``found_wrong`` holds, by column, what the registry said of an organisation when the credit office found it wrong: the
    corrected value stays until the registry says something else.
    """

    __tablename__ = "subjects"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "name", "name_pinyin", "county_code", "town_code", "industry", "found_wrong"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("itself", f"id = {SUBJECT} or id = {PERSON}"),
        when(
            "represented",
            represented_by_person("subjects.id"),
        ),
        with_basis(category="'registration'", subject="id"),
        # The city's credit office puts right what a subject contested.
        when("put_right", f"id = {SUBJECT} and {KIND} = 'operator'", "UPDATE"),
        helped_subject("id"),
        system(),
        same_world(),
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __table_args__ = (
        CheckConstraint("(kind = 'person') = (uscc is null)", name="uscc"),
        # What a sandbox invents may not stand in the way of a code that is given out one day.
        Index("uq_subjects_uscc", "uscc", unique=True, postgresql_where=text("sandbox_id is null")),
        UniqueConstraint("sandbox_id", "uscc"),
        CheckConstraint("uscc is not null or found_wrong = '{}'", name="found_wrong"),
        Index("ix_subjects_place", "county_code", "industry"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[SubjectKind]
    name: Mapped[str]
    name_pinyin: Mapped[str]
    uscc: Mapped[str | None]
    county_code: Mapped[str]
    town_code: Mapped[str | None]
    industry: Mapped[str | None]
    registered_on: Mapped[date | None]
    found_wrong: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    sandbox_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class PersonIdentity(Table):
    """A natural person's real-name proof: sealed name, resident id and phone, and how they were proved."""

    __tablename__ = "person_identities"
    # Erased by the platform once the account is closed and no contract needs it.
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        # The platform writes what the identity service proved; nobody writes his own proof.
        acting_person("subject_id"),
        with_basis(category="'identity'", of_person=True),
        system(),
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    name_sealed: Mapped[bytes] = sealed(NAME, row="subject_id")
    resident_id_sealed: Mapped[bytes] = sealed(RESIDENT_ID, row="subject_id")
    # Whoever was proved at a counter may have none.
    phone_sealed: Mapped[bytes | None] = sealed(PHONE, row="subject_id")
    proof_method: Mapped[str]
    proof_ref: Mapped[str]
    proved_at: Mapped[datetime]


class MandateRole(StrEnum):
    """In which capacity a person acts for a subject."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"
    HELPER = "helper"
    HOUSEHOLD_HEAD = "household_head"


MANDATE_KEPT_DAYS: Final = 3 * 366
"""How long a mandate is kept after its end: as long as what was done under it can be disputed (民法典 art. 188). Proposed."""


class Mandate(Table):
    """The right of a person to act for a subject, in a role, proved in a way, for a period."""

    __tablename__ = "mandates"
    # What was proved is never rewritten, and erased by the platform when the time of keeping is over.
    __privileges__: ClassVar[tuple[str, ...]] = (*append_and_change("ended_at"), "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        acting_person(),
        # The platform writes what the registry proved; the person may only end his own, once.
        when(
            "ended_by_himself",
            f"person_id = {PERSON} and ended_at is null",
            "UPDATE",
            check=f"person_id = {PERSON} and ended_at is not null",
        ),
        data_subject(),
        helped_person("person_id"),
        system(),
        kept_until(f"least(ended_at, ends_at) <= {NOW} - interval '{MANDATE_KEPT_DAYS} days'"),
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        Index("ix_mandates_over", text("least(ended_at, ends_at)")),
        Index("ix_mandates_person_id", "person_id"),
        Index(
            "uq_mandates_live",
            "person_id",
            "subject_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    role: Mapped[MandateRole]
    proof_method: Mapped[str]
    proof_ref: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
