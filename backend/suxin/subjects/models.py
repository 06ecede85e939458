"""Subjects, identities, mandates, the catalogue and credit records; and the doorways of mini program sessions."""

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
    ROW,
    SANDBOX,
    SUBJECT,
    TENANT,
    Reader,
    acting_person,
    batch,
    data_subject,
    exists,
    kept_until,
    published,
    represented_by_person,
    same_world,
    system,
    when,
    with_basis,
)
from suxin.kernel.sealed_columns import indexed, sealed
from suxin.kernel.tables import READ_ONLY, WITH_DELETE, Privilege, Table, append_and_change
from suxin.subjects.catalogue_terms import CLASSES, Publication, Sensitivity

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


class DataCategory(StrEnum):
    """The categories in which data about a subject is consented to and read.

    A score's number and how a bank's loan was served are nobody's to consent to: see ``NEVER_SHARED``.
    """

    IDENTITY = "identity"
    CONTACT = "contact"
    REGISTRATION = "registration"
    TAX = "tax"
    SOCIAL_INSURANCE = "social_insurance"
    HONOURS = "honours"
    PENALTIES = "penalties"
    ENVIRONMENT = "environment"
    LOAN_REQUEST = "loan_request"
    SCORE_TIER = "score_tier"
    PERK_ORDER = "perk_order"
    RURAL_RATING = "rural_rating"
    GRID_POINTS = "grid_points"
    SCORE = "score"
    LOAN_PERFORMANCE = "loan_performance"


NEVER_SHARED: Final = frozenset({DataCategory.SCORE, DataCategory.LOAN_PERFORMANCE})
"""What no basis may hold, so that no tenant ever reads it of another: a score as a number, one bank's overdue."""


class LawfulChannel(StrEnum):
    """The channel by which a category may travel to a tenant."""

    PUBLICLY_DISCLOSED = "publicly_disclosed"
    AUTHORISED_PUBLIC = "authorised_public"
    FILED_BY_SUBJECT = "filed_by_subject"
    LICENSED = "licensed"


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


class CatalogueItem(Table):
    """One thing that may be recorded: its class, department, category and lawful channel, and how long it holds.

    ``release`` is the newest release that has it, ``retired_in`` the first that has it no more: nothing new is recorded.
    """

    __tablename__ = "catalogue_items"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())
    __table_args__ = (
        CheckConstraint(f"record_class in {CLASSES}", name="record_class"),
        CheckConstraint(
            "(publication = 'published') or publication_months is null", name="published"
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    record_class: Mapped[str]
    name: Mapped[str]
    department: Mapped[str]
    category: Mapped[DataCategory]
    channel: Mapped[LawfulChannel]
    validity_months: Mapped[int | None]
    sensitivity: Mapped[Sensitivity]
    publication: Mapped[Publication]
    publication_months: Mapped[int | None]
    of_persons: Mapped[bool]
    release: Mapped[str]
    retired_in: Mapped[str | None]


class Polarity(StrEnum):
    """Whether a record speaks for its subject, against it, or neither."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class RecordStatus(StrEnum):
    """Whether a record counts; only ACTIVE ones may count against anyone."""

    ACTIVE = "active"
    DISPUTED = "disputed"
    EXEMPTED = "exempted"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


# A bank reads a natural person's record only if he filed it himself or the bank holds a personal credit licence, and
# nobody reads what is never shared. The sub-select is evaluated once per statement.
_NOT_A_BANK_OR_LICENSED = (
    f"(select t.kind <> 'bank' or t.credit_licensed from tenants t where t.id = {TENANT})"  # noqa: S608 - all of it is declared here
)
_LAWFUL_CHANNEL = (
    "category not in ('score', 'loan_performance')"
    f" and (not natural_person or channel = 'filed_by_subject' or {_NOT_A_BANK_OR_LICENSED})"
)


_INVENTED = exists("subjects s", f"s.id = {ROW}.subject_id and s.sandbox_id = {SANDBOX}")


class CreditRecord(Table):
    """One fact about a subject, out of the catalogue.

    ``channel`` is the item's lawful channel; ``natural_person`` says that it is about a person or a household. Both are
    kept with the record, because the row policy looks at them. ``batch_id`` and ``batch_line`` wrote it last.
    """

    __tablename__ = "credit_records"
    __partitions__ = 8
    # What is recorded is never rewritten; whether it counts is, and what one declared oneself may be erased.
    __privileges__: ClassVar[tuple[str, ...]] = (*append_and_change("status"), "DELETE")
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        with_basis(
            category="category",
            occurred="occurred_on",
            ageless=("registration",),
            besides=_LAWFUL_CHANNEL,
        ),
        when(
            "declared",
            f"subject_id = {SUBJECT} and self_declared and channel = 'filed_by_subject'",
            "INSERT",
        ),
        when(
            "contested",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and status = 'active'",
            "UPDATE",
            # What a source recorded is disputed; what one declared oneself is taken back.
            check=f"subject_id = {SUBJECT} and status = case when self_declared then 'withdrawn' else 'disputed' end",
        ),
        # The subject gives a contest up, or the city's credit office answers it.
        when(
            "settled",
            f"subject_id = {SUBJECT} and {KIND} in ('subject', 'operator') and status = 'disputed'",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and (status = 'active' or status = 'withdrawn' and {KIND} = 'operator')",
        ),
        when(
            "erased", f"subject_id = {SUBJECT} and {KIND} = 'subject' and self_declared", "DELETE"
        ),
        # What a sandbox's invented subjects have on record, its own job writes.
        when("invented", f"{KIND} = 'system' and {_INVENTED}", "INSERT"),
        batch(),
    )
    __table_args__ = (
        CheckConstraint("valid_until is null or valid_until > occurred_on", name="validity"),
        CheckConstraint("amount_fen is null or amount_fen >= 0", name="amount"),
        Index("uq_credit_records_source", "subject_id", "source", "source_ref", unique=True),
        {"postgresql_partition_by": "HASH (subject_id)"},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_code: Mapped[str]
    category: Mapped[DataCategory]
    channel: Mapped[LawfulChannel]
    natural_person: Mapped[bool]
    source: Mapped[str]
    source_ref: Mapped[str]
    occurred_on: Mapped[date]
    published_until: Mapped[date | None]
    valid_until: Mapped[date | None]
    polarity: Mapped[Polarity]
    status: Mapped[RecordStatus]
    amount_fen: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    self_declared: Mapped[bool]
    loaded_at: Mapped[datetime]
    batch_id: Mapped[UUID | None]
    batch_line: Mapped[int | None]


class SubjectDoor(Table):
    """From a blind index (of a resident id) or a USCC to the subject; the only way to find one by number.

    ``key_version`` is of the key that a resident id was indexed with; a USCC's hash needs none.
    """

    __tablename__ = "subject_doors"
    __doorway__: ClassVar[str | None] = "finds the subject before anyone acts for it"
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __table_args__ = (
        Index(
            "ix_subject_doors_key_version",
            "key_version",
            postgresql_where=text("key_version is not null"),
        ),
    )

    blind_index: Mapped[bytes] = indexed(
        RESIDENT_ID, of="person_identities.resident_id_sealed", link="subject_id", primary_key=True
    )
    subject_id: Mapped[UUID]
    key_version: Mapped[int | None]


class WeChatAccount(Table):
    """An openid, which proves nothing by itself, and the person who was proved behind it."""

    __tablename__ = "wechat_accounts"
    __doorway__: ClassVar[str | None] = "the openid is known before the person"
    __table_args__ = (Index("ix_wechat_accounts_person_id", "person_id"),)

    openid: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class PhoneCode(Table):
    """The last one-time code sent to a phone, hashed, with wrong tries and how many were sent on that day."""

    __tablename__ = "phone_codes"
    __doorway__: ClassVar[str | None] = "sent before the person is proved"
    # Counted by key version before a key is dropped.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __table_args__ = (
        Index("ix_phone_codes_openid", "openid", "sent_on"),
        Index("ix_phone_codes_expires_at", "expires_at"),
    )

    phone_index: Mapped[bytes] = indexed(PHONE, primary_key=True)
    # Of the key behind the index and the code's hash; a day after it expired the row is gone.
    key_version: Mapped[int]
    openid: Mapped[str]
    code_hash: Mapped[bytes]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    failures: Mapped[int]
    sent_on: Mapped[date]
    sent_count: Mapped[int]
